"""What a model's weights are now: which checkpoint's, changed by which LoRAs, and what they were before those."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from engine.lora_names import Network
    from engine.wire import ChosenLora

BASE = ""
"""The name of the checkpoint that the engine begins with."""

LoraSet: TypeAlias = "tuple[ChosenLora, ...]"
"""In one order, whoever asked in which; equal sets are one."""


def in_order(chosen: Sequence[ChosenLora]) -> LoraSet:
    """Bring LoRAs into the order in which they are added up: sums of floats depend on it."""
    return tuple(sorted(chosen, key=lambda one: (one.name, one.hash)))


class Weight(NamedTuple):
    """One parameter of a model."""

    network: Network
    name: str
    """As the network names it: ``mid_block.resnets.0.conv1.weight``."""


@dataclass(eq=False)
class AppliedLoras:
    """Of one model; `engine.applied_loras` changes it, in the thread that draws."""

    current: LoraSet = ()
    """What its weights have now."""
    originals: dict[Weight, Tensor] = field(default_factory=dict["Weight", "Tensor"])
    """On the host, of every weight that was ever changed."""
    changed: set[Weight] = field(default_factory=set["Weight"])
    """Which of them are changed now."""

    def dropped(self) -> None:
        """Note that another checkpoint was written over all of them: there is nothing to put back."""
        self.current = ()
        self.originals.clear()
        self.changed.clear()


@dataclass(eq=False)
class AppliedCheckpoint:
    """Of one model; `engine.checkpoint_weights` changes it, in the thread that draws."""

    current: str | None = BASE
    """By its name in the configuration; None: a copy failed half way, and the next job brings a whole one."""
    switches: int = 0
