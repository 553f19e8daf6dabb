"""Several processes that share each step of a training: each looks at its part, and all take the step of the mean."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import torch
import torch.distributed as dist

if TYPE_CHECKING:
    from collections.abc import Iterable

    from torch import Tensor


class SharedSteps:
    """Knows which process this is, by what `torchrun` says in the environment; without it there is one."""

    def __init__(self) -> None:
        """Meet the others, where there are any."""
        self.rank = int(os.environ.get("RANK", "0"))
        self._of = int(os.environ.get("WORLD_SIZE", "1"))
        if self._of > 1 and not dist.is_initialized():
            dist.init_process_group("gloo")

    @property
    def first(self) -> bool:
        """Tell whether this process is the one that reports and saves."""
        return self.rank == 0

    @property
    def part(self) -> slice:
        """Give which elements of a batch are this process's."""
        return slice(self.rank, None, self._of)

    def mean(self, parameters: Iterable[Tensor]) -> None:
        """Give all gradients the mean of every process's, in place."""
        if self._of == 1:
            return
        gradients = [one.grad for one in parameters if one.grad is not None]
        together = torch.cat([one.reshape(-1) for one in gradients])
        dist.all_reduce(together)
        together /= self._of
        for gradient, mean in zip(gradients, together.split([one.numel() for one in gradients]), strict=True):
            gradient.copy_(mean.view_as(gradient))
