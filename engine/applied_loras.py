"""Which LoRAs a model's weights have at the moment; changed in place, so that compiled kernels stay what they are.

Each weight that is changed is kept as it was, on the host. What the LoRAs make of it is reckoned from that in float32,
rounded once and copied over; without them it is copied back, bit for bit. Adding and subtracting would not do: in
float16 it changes 43 % of the numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import torch

from engine.errors import LoraRefused
from engine.lora import network_of
from engine.transfer import staging

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from torch import Tensor

    from engine.lora import Lora, Weight, WeightChange
    from engine.model import Model
    from engine.wire import ChosenLora

LoraSet: TypeAlias = "tuple[ChosenLora, ...]"
"""In one order, whoever asked in which; equal sets are one."""


def in_order(chosen: Sequence[ChosenLora]) -> LoraSet:
    """Bring LoRAs into the order in which they are added up: sums of floats depend on it."""
    return tuple(sorted(chosen, key=lambda one: (one.name, one.hash)))


class _Addend(NamedTuple):
    """What one LoRA does to one weight."""

    change: WeightChange
    strength: float

    def difference(self, base: Tensor) -> Tensor:
        return self.strength * self.change.difference(base)


class AppliedLoras:
    """Belongs to one model, and to the thread that draws with it."""

    def __init__(self) -> None:
        self.current: LoraSet = ()
        """What its weights have now."""
        self._originals: dict[Weight, Tensor] = {}
        """On the host, of every weight that was ever changed."""
        self._changed: set[Weight] = set()

    def apply(self, model: Model, chosen: LoraSet, loras: Sequence[Lora]) -> None:
        """Let the weights have these LoRAs and no others.

        Args:
            model: Whose weights.
            chosen: With which strengths; in order.
            loras: What each of them changes.

        Raises:
            LoraRefused: Together they make weights that are no numbers; then the weights are as without any.
            RuntimeError: There was no room; likewise.
        """
        if chosen == self.current:
            return
        addends: dict[Weight, list[_Addend]] = {}
        for one, lora in zip(chosen, loras, strict=True):
            for weight, change in lora.changes.items():
                if strength := one.weight if weight.network == "unet" else one.te_weight:
                    addends.setdefault(weight, []).append(_Addend(change, strength))
        self._forget(model, _of_texts(chosen, addends))
        self.current = ()
        try:
            self._restore(model, self._changed - addends.keys())
            for weight in sorted(addends):
                self._change(model, weight, addends[weight])
            self._check(model, chosen)
        except (LoraRefused, RuntimeError, MemoryError):
            self._forget(model, None)
            self._restore(model, set(self._changed))
            raise
        self.current = chosen

    def dropped(self) -> None:
        """Note that another checkpoint was written over all of them: there is nothing to put back."""
        self.current = ()
        self._originals.clear()
        self._changed.clear()

    def _change(self, model: Model, weight: Weight, addends: Sequence[_Addend]) -> None:
        parameter = _parameter(model, weight)
        if weight not in self._originals:
            self._originals[weight] = _kept(parameter)
        self._changed.add(weight)
        base = self._originals[weight].to(parameter.device, non_blocking=True).float()
        total = base
        for addend in addends:
            total = total + addend.difference(base)
        parameter.copy_(total)

    def _restore(self, model: Model, weights: set[Weight]) -> None:
        for weight in sorted(weights):
            _parameter(model, weight).copy_(self._originals[weight], non_blocking=True)
            self._changed.discard(weight)

    def _check(self, model: Model, chosen: LoraSet) -> None:
        """Look, once for all of them, whether every weight is still a number in the model's own precision."""
        sums = [_parameter(model, weight).sum(dtype=torch.float32).to(model.device) for weight in self._changed]
        if sums and not bool(torch.stack(sums).isfinite().all()):
            raise LoraRefused(" and ".join(one.name for one in chosen), "so strong that weights are no numbers")

    @staticmethod
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
