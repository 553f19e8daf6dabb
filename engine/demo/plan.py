"""How long the UNet is trained, how fast, and on what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.demo.caption import CHUNK, WHOLE, Layout
from engine.demo.networks import LOW, MIDDLE, Blocks
from engine.demo.samples import Mix

if TYPE_CHECKING:
    from collections.abc import Iterator


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
    """A part of the training that starts with an optimizer of its own."""

    blocks: Blocks
    """Where the UNet attends to the text."""
    stages: tuple[UNetStage, ...]
    mix: Mix
    rates: tuple[tuple[int, float], ...]
    """Steps of this phase and the learning rate there; between them it changes evenly."""

    @property
    def steps(self) -> int:
        return sum(stage.steps for stage in self.stages)

    def rate_at(self, step: int) -> float:
        """Give the learning rate at a step of this phase."""
        return float(np.interp(step, [at for at, _ in self.rates], [rate for _, rate in self.rates]))


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
        rates=((-1, 0.0), (199, 1e-3), (9600, 1e-3), (16000, 0.0)),
    ),
    UNetPhase(
        blocks=MIDDLE,
        stages=(
            UNetStage(steps=3100, batch=8, shrink=2, noises=2),
            UNetStage(steps=350, batch=8, shrink=1, noises=1),
        ),
        mix=Mix(
            (
                WHOLE, _BROKEN, _BROKEN, _LONG, _BROKEN, WHOLE, _BROKEN, _BROKEN, Layout(tokens=3 * CHUNK),
                Layout(breaks=2),
            ),
            emphasised=0.4,
        ),
        rates=((-1, 0.0), (199, 1e-3), (2470, 1e-3), (3172, 4.72e-4), (3450, 0.0)),
    ),
    UNetPhase(
        blocks=MIDDLE,
        stages=(UNetStage(steps=400, batch=8, shrink=1, noises=1),),
        mix=Mix((WHOLE, _BROKEN, WHOLE, _LONG, _BROKEN, WHOLE, _BROKEN), emphasised=0.3),
        rates=((-1, 0.0), (50, 7e-4), (220, 7e-4), (400, 0.0)),
    ),
    UNetPhase(
        blocks=MIDDLE,
        stages=(
            UNetStage(steps=3500, batch=8, shrink=2, noises=2),
            UNetStage(steps=3000, batch=8, shrink=1, noises=1),
        ),
        mix=Mix((WHOLE, _BROKEN, WHOLE, _LONG, WHOLE, _BROKEN, WHOLE), emphasised=0.45),
        rates=((-1, 0.0), (199, 1e-3), (3000, 1e-3), (6500, 0.0)),
    ),
    UNetPhase(
        blocks=MIDDLE,
        stages=(UNetStage(steps=1800, batch=8, shrink=1, noises=1),),
        mix=Mix((WHOLE, WHOLE, _BROKEN, WHOLE, WHOLE, _LONG, WHOLE), emphasised=0.25),
        rates=((-1, 0.0), (50, 6e-4), (600, 6e-4), (1800, 0.0)),
    ),
    UNetPhase(
        blocks=MIDDLE,
        stages=(UNetStage(steps=1200, batch=8, shrink=1, noises=1),),
        mix=Mix(
            (WHOLE, WHOLE, _BROKEN, WHOLE, WHOLE, _LONG, WHOLE),
            emphasised=0.25,
            often=("brown", "brown", "brown", "brown", "black", "black", "black", "orange", "orange"),
        ),
        rates=((-1, 0.0), (30, 6e-4), (500, 6e-4), (1200, 0.0)),
    ),
    UNetPhase(
        blocks=MIDDLE,
        stages=(UNetStage(steps=900, batch=8, shrink=1, noises=1),),
        mix=Mix(
            (WHOLE, _BROKEN, WHOLE, _LONG, WHOLE, _BROKEN, WHOLE),
            emphasised=0.5,
            often=("brown", "brown", "black", "red", "orange"),
        ),
        rates=((-1, 0.0), (30, 7e-4), (400, 7e-4), (900, 0.0)),
    ),
)  # fmt: skip
"""First what tags mean, at half the size for a third of the time; a UNet learns that soonest from the pooled state,
which knows neither weights nor later chunks. So then captions that break off, whose later tags only attention sees, and
then both, long enough to forget nothing: weights stay without effect until they are shown often. At last, with all of
that, the colours of hair that are mistaken for a neighbour's: brown for black, orange for blonde."""


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
        return self._stage(step)[0]

    def in_stage(self, step: int) -> int:
        """Give the number of a step within its stage."""
        return step - self._stage(step)[1]

    def starts(self) -> Iterator[tuple[UNetPhase, int]]:
        """Give each phase and its first step."""
        first = 0
        for phase in self.phases:
            yield phase, first
            first += phase.steps

    def _stage(self, step: int) -> tuple[UNetStage, int]:
        """Give the stage that a step belongs to, and that stage's first step."""
        phase, first = self._phase(step)
        for stage in phase.stages:
            if step < first + stage.steps:
                return stage, first
            first += stage.steps
        raise IndexError(step)

    def _phase(self, step: int) -> tuple[UNetPhase, int]:
        """Give the phase that a step belongs to, and that phase's first step."""
        for phase, first in self.starts():
            if step < first + phase.steps:
                return phase, first
        raise IndexError(step)
