"""A LoRA as it changes a model: from what its file holds to what is added to each weight.

All of it is reckoned in float32, by hand. diffusers' loader takes one alpha for all attention layers of SDXL, leaves
DoRA out and refuses LoHa and LoKr; its wrappers keep the blocks out of the compiled kernels.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError, safe_open

from engine import lora_header, lora_names
from engine.applied_weights import Weight
from engine.errors import LoraRefused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor, nn

    from engine.lora_header import Layer, LoraOutline
    from engine.lora_names import Network, Part
    from engine.lora_tensors import Stored
    from engine.model import Model


@dataclass(frozen=True, eq=False)
class WeightChange:
    """What becomes of one weight."""

    parts: Mapping[Part, Tensor]
    """As the file has them, on the host."""
    alpha: float | None
    """None: nobody says one, and the product counts as it is."""

    def difference(self, base: Tensor) -> Tensor:
        """Reckon what is added to a weight at a strength of 1.

        Args:
            base: What the weight is without it, in float32.

        Returns:
            The same shape, in float32, on the same device.
        """
        parts = {part: tensor.to(base.device, torch.float32) for part, tensor in self.parts.items()}
        made = _made(parts).reshape(base.shape)
        if "replacement" in parts:
            return made - base
        difference = made if "difference" in parts else made * self._scale
        if "magnitude" in parts:
            return _decomposed(base + difference, parts["magnitude"]) - base
        return difference

    @property
    def _scale(self) -> float:
        """Give alpha over rank; LoKr's is 1 where both factors are whole."""
        rank = lora_header.rank_of(self.parts)
        return self.alpha / rank if self.alpha is not None and rank else 1.0


@dataclass(frozen=True, eq=False, repr=False)
class Lora:
    """What a file changes, read for one model."""

    name: str
    changes: Mapping[Weight, WeightChange]

    def __repr__(self) -> str:
        return f"<Lora {self.name}: {len(self.changes)} weights>"


def read(path: Path, model: Model) -> Lora:
    """Read a file onto the host; the model stays as it is.

    Raises:
        LoraRefused: It is no LoRA, not for this model, or broken.
    """
    outline = lora_header.read(path)
    modules = _modules(model)
    targets = _targets(outline, modules)
    alphas = lora_header.alphas(outline)
    changes: dict[Weight, WeightChange] = {}
    try:
        with safe_open(path, framework="pt") as file:
            for layer, parts in outline.layers.items():
                module = modules[targets[layer]]
                tensors = {part: _finite(path, stored, file.get_tensor(stored.name)) for part, stored in parts.items()}
                for at, change in _changes(tensors, alphas.get(layer)).items():
                    weight = Weight(layer.network, f"{targets[layer].name}.{at}")
                    _check_shape(outline, layer, change, getattr(module, at, None))
                    changes[weight] = change
    except (OSError, SafetensorError) as error:
        raise LoraRefused(path.name, f"it cannot be read: {' '.join(str(error).split())}") from error
    return Lora(path.stem, changes)


def _modules(model: Model) -> dict[Weight, nn.Module]:
    """Name every module that has a weight."""
    return {
        Weight(network, name): module
        for network in lora_names.NETWORKS
        for name, module in network_of(model, network).named_modules()
        if isinstance(getattr(module, "weight", None), torch.nn.Parameter)
    }


def network_of(model: Model, network: Network) -> nn.Module:
    """Give the network of that name."""
    return {"unet": model.unet, "text_encoder": model.text_encoder, "text_encoder_2": model.text_encoder_2}[network]


def _targets(outline: LoraOutline, modules: Mapping[Weight, nn.Module]) -> dict[Layer, Weight]:
    """Find the module of each layer that is changed."""
    names = {
        network: lora_names.layers(network, [one.name for one in modules if one.network == network])
        for network in outline.networks
    }
    found: dict[Layer, Weight] = {}
    for layer in outline.layers:
        if (name := names[layer.network].get(layer.name)) is None:
            raise LoraRefused(outline.path.name, f"this model has no {layer}")
        found[layer] = Weight(layer.network, name)
    name, times = Counter(found.values()).most_common(1)[0]
    if times > 1:
        raise LoraRefused(outline.path.name, f"it changes one layer in two spellings: {name.name}")
    return found


def _changes(tensors: Mapping[Part, Tensor], alpha: float | None) -> dict[str, WeightChange]:
    """Part the change of a weight from that of its bias."""
    of_weight = {part: tensor for part, tensor in tensors.items() if part not in {"alpha", "bias_difference"}}
    found = {"weight": WeightChange(of_weight, alpha)} if of_weight else {}
    if (bias := tensors.get("bias_difference")) is not None:
        found["bias"] = WeightChange({"difference": bias}, None)
    return found


def _finite(path: Path, stored: Stored, tensor: Tensor) -> Tensor:
    if not bool(tensor.isfinite().all()):
        raise LoraRefused(path.name, f"{stored.name[:100]} holds what is no number")
    return tensor.clone()  # what is mapped goes with the file


def _check_shape(outline: LoraOutline, layer: Layer, change: WeightChange, weight: object) -> None:
    """Reckon the change without numbers, and see whether it is of the weight's shape."""
    if not isinstance(weight, torch.Tensor):
        raise LoraRefused(outline.path.name, f"the model's {layer} has nothing that could be changed so")
    shapes = {part: tensor.to("meta") for part, tensor in change.parts.items()}
    try:
        fits = _is_of(_made(shapes).shape, weight.shape)
        if fits:
            WeightChange(shapes, change.alpha).difference(torch.empty(weight.shape, device="meta"))
    except (RuntimeError, ValueError, IndexError):
        fits = False
    if not fits:
        found = " and ".join(f"{'×'.join(map(str, tensor.shape))} ({part})" for part, tensor in shapes.items())
        wanted = "×".join(map(str, weight.shape))
        why = f"the change of {layer} does not fit: it has {found}, and the weight {wanted}"
        raise LoraRefused(outline.path.name, why)


def _is_of(shape: torch.Size, weight: torch.Size) -> bool:
    """Tell whether a change is of the weight's shape; what is kept as factors may be flat behind the first axis."""
    plain, wanted = (tuple(one[:2]) if all(side == 1 for side in one[2:]) else tuple(one) for one in (shape, weight))
    flat = len(shape) == 2 and shape == (weight[0], math.prod(weight[1:]))  # noqa: PLR2004  (out and all the rest)
    return plain == wanted or flat


def _made(parts: Mapping[Part, Tensor]) -> Tensor:
    """Give the change as the file has it, or multiply it out of its factors; without alpha."""
    if (whole := parts.get("difference", parts.get("replacement"))) is not None:
        return whole
    if "up" in parts:
        return _low_rank(parts["down"], parts["up"], parts.get("mid"))
    if "w1_a" in parts:
        return _hadamard(parts)
    return _kronecker(parts)


def _low_rank(down: Tensor, up: Tensor, mid: Tensor | None) -> Tensor:
    """Hu et al., "LoRA" (arXiv 2106.09685); with a middle, the CP form of LyCORIS (arXiv 2309.14859, 3.2)."""
    if mid is not None:
        return _tucker(mid, up.flatten(1).T, down.flatten(1))
    if up.ndim > 2 and any(side != 1 for side in up.shape[2:]):  # noqa: PLR2004  (what is behind out and in)
        raise ValueError(up.shape)
    return (up.flatten(1) @ down.flatten(1)).reshape(up.shape[0], *down.shape[1:])


def _tucker(middle: Tensor, up: Tensor, down: Tensor) -> Tensor:
    """Multiply (r, r, k, k) by (r, out) and (r, in) into (out, in, k, k)."""
    return torch.einsum("ij...,ip,jr->pr...", middle, up, down).contiguous()


def _hadamard(parts: Mapping[Part, Tensor]) -> Tensor:
    """Yeh et al., LyCORIS (arXiv 2309.14859), 3.3: LoHa, which is FedPara's product (Hyeon-Woo et al., 2108.06098)."""
    if "t1" in parts:
        first = _tucker(parts["t1"], parts["w1_a"], parts["w1_b"])
        return first * _tucker(parts["t2"], parts["w2_a"], parts["w2_b"])
    return (parts["w1_a"] @ parts["w1_b"]) * (parts["w2_a"] @ parts["w2_b"])


def _kronecker(parts: Mapping[Part, Tensor]) -> Tensor:
    """Yeh et al., LyCORIS (arXiv 2309.14859), 3.3: LoKr."""
    first = parts["k1"] if "k1" in parts else parts["k1_a"] @ parts["k1_b"]
    if "k2" in parts:
        second = parts["k2"]
    elif "kt2" in parts:
        second = _tucker(parts["kt2"], parts["k2_a"], parts["k2_b"])
    else:
        second = parts["k2_a"] @ parts["k2_b"]
    return torch.kron(first.reshape(*first.shape, *[1] * (second.ndim - first.ndim)), second)


def _decomposed(weight: Tensor, magnitude: Tensor) -> Tensor:
    """Liu et al., "DoRA" (arXiv 2402.09353), equation 5: a direction, and how long it is.

    That is for each row or for each column, as its shape says: (out, 1, …) or (out,), or (1, in, …).
    """
    rows = magnitude.shape[0] == weight.shape[0]
    flat = weight.flatten(1) if rows else weight.transpose(0, 1).flatten(1)
    shape = (-1, *[1] * (weight.ndim - 1)) if rows else (1, -1, *[1] * (weight.ndim - 2))
    norm = torch.linalg.vector_norm(flat, dim=1) + torch.finfo(torch.float32).eps
    if magnitude.numel() != norm.numel():
        raise ValueError(magnitude.shape)
    return weight * (magnitude.flatten() / norm).reshape(shape)
