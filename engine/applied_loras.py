"""Lets a model's weights have LoRAs; changed in place, so that compiled kernels stay what they are.

Each weight that is changed is kept as it was, on the host. What the LoRAs make of it is reckoned from that in float32,
rounded once and copied over; without them it is copied back, bit for bit. Adding and subtracting would not do: in
float16 it changes 43 % of the numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch

from engine.errors import LoraRefused
from engine.lora import network_of
from engine.transfer import staging, synchronize

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from torch import Tensor

    from engine.applied_weights import LoraSet, Weight
    from engine.lora import Lora, WeightChange
    from engine.model import Model


class _Addend(NamedTuple):
    """What one LoRA does to one weight."""

    change: WeightChange
    strength: float

    def difference(self, base: Tensor) -> Tensor:
        return self.strength * self.change.difference(base)


def apply(model: Model, chosen: LoraSet, loras: Sequence[Lora]) -> None:
    """Let the weights have these LoRAs and no others.

    Args:
        model: Whose weights.
        chosen: With which strengths; in order.
        loras: What each of them changes.

    Raises:
        LoraRefused: Together they make weights that are no numbers; then the weights are as without any.
        RuntimeError: There was no room; likewise.
    """
    applied = model.loras
    if chosen == applied.current:
        return
    addends: dict[Weight, list[_Addend]] = {}
    for one, lora in zip(chosen, loras, strict=True):
        for weight, change in lora.changes.items():
            if strength := one.weight if weight.network == "unet" else one.te_weight:
                addends.setdefault(weight, []).append(_Addend(change, strength))
    _forget(model, _of_texts(chosen, addends))
    applied.current = ()
    if any(weight.network != "unet" for weight in applied.changed | addends.keys()):
        synchronize(model.device)  # text encoders on the host may still be on their way to it, for the last prompt
    try:
        _restore(model, applied.changed - addends.keys())
        for weight in sorted(addends):
            _change(model, weight, addends[weight])
        _check(model, chosen)
    except (LoraRefused, RuntimeError, MemoryError):
        _forget(model, None)
        _restore(model, set(applied.changed))
        raise
    applied.current = chosen


def _change(model: Model, weight: Weight, addends: Sequence[_Addend]) -> None:
    parameter, applied = _parameter(model, weight), model.loras
    if weight not in applied.originals:
        applied.originals[weight] = _kept(parameter)
    applied.changed.add(weight)
    base = applied.originals[weight].to(parameter.device, non_blocking=True).float()
    total = base
    for addend in addends:
        total = total + addend.difference(base)
    parameter.copy_(total)


def _restore(model: Model, weights: set[Weight]) -> None:
    for weight in sorted(weights):
        _parameter(model, weight).copy_(model.loras.originals[weight], non_blocking=True)
        model.loras.changed.discard(weight)


def _check(model: Model, chosen: LoraSet) -> None:
    """Look, once for all of them, whether every weight is still a number in the model's own precision."""
    sums = [_parameter(model, weight).sum(dtype=torch.float32).to(model.device) for weight in model.loras.changed]
    if sums and not bool(torch.stack(sums).isfinite().all()):
        raise LoraRefused(" and ".join(one.name for one in chosen), "so strong that weights are no numbers")


def _forget(model: Model, of_texts: Hashable) -> None:
    """Drop what was made with other weights: keys and values of prompts, and texts that were read otherwise."""
    model.cached_blocks.changed()
    model.texts.belong_to(of_texts)


def _of_texts(chosen: LoraSet, addends: dict[Weight, list[_Addend]]) -> Hashable:
    """Name what the text encoders are with these LoRAs; None: as without any."""
    if all(weight.network == "unet" for weight in addends):
        return None
    return tuple((one.name, one.hash, one.te_weight) for one in chosen)


def _parameter(model: Model, weight: Weight) -> Tensor:
    return network_of(model, weight.network).get_parameter(weight.name)


def _kept(parameter: Tensor) -> Tensor:
    """Copy a weight to the host, where it may be to memory from which the device takes it back by itself."""
    if not staging(parameter.device):
        return parameter.detach().to("cpu", copy=True)
    try:
        kept = torch.empty(parameter.shape, dtype=parameter.dtype, pin_memory=True)
    except RuntimeError:  # the system refuses to pin so much
        kept = torch.empty(parameter.shape, dtype=parameter.dtype)
    return kept.copy_(parameter.detach())
