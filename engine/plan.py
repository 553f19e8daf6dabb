"""What the pictures of a job go through: one pass of a sampler or several, and what is done at the end.

The batch knows a job by its plan, and never what kind of job it is; `engine.kinds` says which plan a request has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from concurrent.futures import Executor, Future

    from torch import Tensor

    from engine.denoise import Noise
    from engine.finisher import Finisher
    from engine.model import Model
    from engine.repainting import ChangeMap
    from engine.tiles import Tiling
    from engine.wire import Event, Origin, SamplingParams


class PlannedPicture(NamedTuple):
    """One picture of a job, before it is drawn."""

    number: int
    """Which picture of the job, from 0."""
    seed: int


Draw: TypeAlias = "Callable[[Model, SamplingParams, PlannedPicture, int], Noise]"
"""Draws all chance of a pass, by its sampling, the picture and its `begin_index`: in any thread, ahead."""

Source: TypeAlias = "Callable[[Model, Noise, Tensor | None], Tensor]"
"""Makes the latents that a pass begins with, (1, C, h, w), on the device and in the worker's thread: of its chance, and
of what the pass before ended with, which is None in the first one. It may be called again where it had no room."""


FindChange: TypeAlias = "Callable[[Model], ChangeMap]"
"""Says what of its source a pass draws anew: in any thread, ahead."""


class FinalLatents(NamedTuple):
    """What a picture's last pass ended with."""

    job_id: str
    number: int
    """Which picture of the job, from 0."""
    seed: int
    latents: Tensor
    """(1, C, h, w)"""
    earlier: tuple[Tensor, ...] = ()
    """Likewise of the passes before, where the plan wants them."""
    tiling: Tiling | None = None
    """Of the tiles that it was drawn in; None: it was drawn as a whole."""


End: TypeAlias = "Callable[[FinalLatents, Model, Executor, Finisher], Generator[Future[Any], None, Event]]"
"""Makes what is sent of a picture: in the worker's thread, except what it gives to the pool or the finisher. It yields
what it waits for, is carried on when that is there, and returns the event."""


@dataclass(frozen=True, kw_only=True)
class Pass:
    """One run of a sampler over a picture."""

    prompt: str
    negative_prompt: str
    sampling: SamplingParams
    """Of its latents the size, and of its schedule all steps, those that are left out too."""
    draw: Draw
    begin_index: int = 0
    """The first step of the schedule that is taken; where it is the number of steps, none is, and what the source gives
    goes on as it is."""
    source: Source | None = None
    """None: it begins as noise."""
    change: FindChange | None = None
    """None: all of what its source gives."""
    may_be_tiled: bool = False
    """Whether it is drawn in tiles where it has no room as a whole; else it fails. From noise, every tile would be a
    picture of its own."""

    @property
    def steps(self) -> int:
        """How many are taken."""
        return self.sampling.num_inference_steps - self.begin_index


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The same for every picture of a job, but for its seed."""

    seeds: tuple[int, ...]
    """Of each picture."""
    passes: tuple[Pass, ...]
    """One at least. A picture keeps its place in the batch from one to the next."""
    end: End
    keeps_all: bool = False
    """Whether the end is given the latents of all passes, and not only of the last."""
    begins: Origin = "noise"
    """What the first pass begins with."""

    def picture(self, number: int) -> PlannedPicture:
        """Say which picture that is, from 0."""
        return PlannedPicture(number, self.seeds[number])

    @property
    def steps_total(self) -> int:
        """All steps of all pictures."""
        return self.steps_before(len(self.passes)) * len(self.seeds)

    def steps_before(self, number: int) -> int:
        """Count the steps that one picture takes in the passes before that number, from 0."""
        return sum(one.steps for one in self.passes[:number])
