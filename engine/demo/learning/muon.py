"""The optimizer: Muon for matrices, Adam for everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import Tensor, nn

_MOMENTUM = 0.95
_BETAS = (0.9, 0.99)
_AS_LONG = 0.2
"""A matrix's step beside Adam's, so that one rate fits both (Liu et al., 2025, "Muon is scalable", section 2.2)."""

_QUINTIC = (3.4445, -4.7750, 2.0315)
_ITERATIONS = 5


class Muon(torch.optim.Optimizer):
    """Changes a matrix as much in every direction, also in those that its gradients seldom name (Jordan et al., 2024).

    Steps are dear on a CPU, and this needs about half as many as Adam does.
    """

    def __init__(self, module: nn.Module, chosen: Iterable[Tensor], *, weight_decay: float = 0.0) -> None:
        """Take the parameters that learn, of a module; embeddings are tables and no matrices."""
        tables = {id(part.weight) for part in module.modules() if isinstance(part, torch.nn.Embedding)}
        matrices: list[Tensor] = []
        others: list[Tensor] = []
        for parameter in chosen:
            whole = parameter.ndim > 1 and id(parameter) not in tables and min(parameter.flatten(1).shape) > 3
            (matrices if whole else others).append(parameter)
        groups: list[dict[str, Any]] = [
            {"params": matrices, "matrices": True},
            {"params": others, "matrices": False},
        ]
        super().__init__([group for group in groups if group["params"]], {"lr": 0.0, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Take a step at each group's rate."""
        for group in self.param_groups:
            for parameter in group["params"]:
                gradient: Tensor | None = parameter.grad
                if gradient is None:
                    continue
                find = self._of_matrix if group["matrices"] else self._of_other
                step = find(self.state[parameter], gradient)
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                parameter.add_(step, alpha=-group["lr"])

    @staticmethod
    def _of_matrix(state: dict[str, Any], gradient: Tensor) -> Tensor:
        if not state:
            state["mean"] = torch.zeros_like(gradient)
        state["mean"].lerp_(gradient, 1 - _MOMENTUM)
        ahead = gradient.lerp(state["mean"], _MOMENTUM).flatten(1)
        return (evened(ahead) * (_AS_LONG * max(ahead.shape) ** 0.5)).view(gradient.shape)

    @staticmethod
    def _of_other(state: dict[str, Any], gradient: Tensor) -> Tensor:
        if not state:
            state["mean"], state["square"] = torch.zeros_like(gradient), torch.zeros_like(gradient)
            state["step"] = torch.zeros(())
        state["step"] += 1
        state["mean"].lerp_(gradient, 1 - _BETAS[0])
        state["square"].lerp_(gradient.square(), 1 - _BETAS[1])
        count = state["step"].item()
        mean = state["mean"] / (1 - _BETAS[0] ** count)
        return mean / ((state["square"] / (1 - _BETAS[1] ** count)).sqrt() + 1e-8)


def evened(matrix: Tensor) -> Tensor:
    """Give the matrix with all its singular values near 1, by Newton and Schulz's iteration."""
    x = matrix.bfloat16()
    tall = len(x) > x.shape[1]
    x = x.T if tall else x
    x = x / (x.norm() + 1e-7)
    a, b, c = _QUINTIC
    for _ in range(_ITERATIONS):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return (x.T if tall else x).float()
