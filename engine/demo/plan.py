"""How long the UNet is trained, how fast, and on what."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from engine.demo.caption import CHUNK, WHOLE, Layout
from engine.demo.networks import LOW, MIDDLE, Blocks
from engine.demo.samples import Mix

if TYPE_CHECKING:
    from collections.abc import Iterator

_WARM_UP = 200


@dataclass(frozen=True, slots=True)
class UNetStage:
    """A part of the training in which every step costs the same."""

    steps: int
    batch: int
    """Pictures a step."""
    shrink: int
    """Pictures are this many times smaller than they will be."""
    noises: int
    """How often each picture is shown, with another noise each time: drawing and reading cost as much as a look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UNetPhase:
    """A part of the training that ends with the learning rate at nothing."""

    blocks: Blocks
    """Where the UNet attends to the text."""
    stages: tuple[UNetStage, ...]
    mix: Mix
    rate: float
    """The highest learning rate."""
    cool_down: float
    """The share of the steps, the last ones, over which the learning rate falls to nothing."""

    @property
    def steps(self) -> int:
        return sum(stage.steps for stage in self.stages)

    def rate_at(self, step: int) -> float:
        """Give the learning rate at a step of this phase."""
        return self.rate * min(1.0, (step + 1) / _WARM_UP, (self.steps - step) / (self.steps * self.cool_down))


_LONG = Layout(tokens=CHUNK + 1)
_BROKEN = Layout(breaks=1)
UNET_PHASES = (
    UNetPhase(
        blocks=LOW,
        stages=(
            UNetStage(steps=12000, batch=8, shrink=2, noises=2),
            UNetStage(steps=4000, batch=8, shrink=1, noises=1),
        ),
        mix=Mix((_LONG, *[WHOLE] * 6), emphasised=0.12),
        rate=1e-3,
        cool_down=0.4,
    ),
    UNetPhase(
        blocks=MIDDLE,
        stages=(
            UNetStage(steps=3100, batch=8, shrink=2, noises=2),
            UNetStage(steps=700, batch=8, shrink=1, noises=1),
        ),
        mix=Mix(
            (
                WHOLE, _BROKEN, _BROKEN, _LONG, _BROKEN, WHOLE, _BROKEN, _BROKEN, Layout(tokens=3 * CHUNK),
                Layout(breaks=2),
            ),
            emphasised=0.4,
        ),
        rate=1e-3,
        cool_down=0.35,
    ),
)  # fmt: skip
"""First what tags mean, at half the size for a third of the time; a UNet learns that soonest from the pooled state,
which knows neither weights nor later chunks. So then captions that break off, whose later tags only attention sees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UNetPlan:
    """How long to train, and from what."""

    reading_steps: int = 1100
    """Captions are read alone first, 32 a step: that costs a hundredth of a look at a picture."""
    phases: tuple[UNetPhase, ...] = UNET_PHASES
    seed: int
    device: str
    save_every_s: float
    workers: int = 0
    """Processes that draw the next steps' pictures meanwhile; 0 draws between the steps."""

    @property
    def steps(self) -> int:
        return sum(phase.steps for phase in self.phases)

    def rate(self, step: int) -> float:
        """Give the learning rate at a step."""
        phase, first = self._phase(step)
        return phase.rate_at(step - first)

    def mix(self, step: int) -> Mix:
        """Say what a step practises."""
        return self._phase(step)[0].mix

    def stage(self, step: int) -> UNetStage:
        """Give the stage that a step belongs to."""
        phase, first = self._phase(step)
        ends = accumulate(stage.steps for stage in phase.stages)
        return next(stage for stage, end in zip(phase.stages, ends, strict=True) if step - first < end)

    def starts(self) -> Iterator[tuple[UNetPhase, int]]:
        """Give each phase and its first step."""
        first = 0
        for phase in self.phases:
            yield phase, first
            first += phase.steps

    def _phase(self, step: int) -> tuple[UNetPhase, int]:
        """Give the phase that a step belongs to, and that phase's first step."""
        for phase, first in self.starts():
            if step < first + phase.steps:
                return phase, first
        raise IndexError(step)
