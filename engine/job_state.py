"""How far a job is, and each of its pictures: waiting, ready, being drawn in one of its passes."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from engine.applied_weights import in_order
from engine.conditioning import encode
from engine.denoise import Key, Noise, Sample
from engine.errors import InvalidParameters
from engine.tiled_sample import Tile, average, divide

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor, Future

    from torch import Tensor

    from engine.applied_weights import LoraSet
    from engine.conditioning import Conditioning
    from engine.model import Model
    from engine.plan import Pass, Plan
    from engine.received_job import ReceivedJob
    from engine.repainting import ChangeMap
    from engine.tiles import Tiling


@dataclass(eq=False)
class JobState:
    """How far a job is."""

    job: ReceivedJob
    plan: Plan
    waiting: deque[int] = field(default_factory=deque[int])
    """Numbers of the pictures that have no place yet."""
    conditionings: Sequence[Conditioning] = ()
    """Of each pass, shared by all pictures; empty before the job's turn is near."""
    ready: PreparedSample | None = None
    """None until its first waiting picture is prepared."""
    running: int = 0
    steps_done: int = 0
    sent: set[int] = field(default_factory=set[int])
    started_s: float = 0.0
    switch_s: float = 0.0
    """What it took to bring the weights that it wants."""

    @property
    def loras(self) -> LoraSet:
        """What the model has to have, from the first text that is encoded to the last step."""
        return in_order(self.job.request.loras)

    @property
    def checkpoint(self) -> str:
        """Which one the model has to be, likewise."""
        return self.job.request.model

    def is_for(self, model: Model) -> bool:
        """Tell whether the model is what this job wants."""
        return self.checkpoint == model.checkpoint.current and self.loras == model.loras.current

    def prepare(self, model: Model, pool: Executor) -> None:
        """Queue what the first waiting picture needs in all of its passes, so that none of their turns costs time.

        Raises:
            InvalidParameters: This model cannot draw that size.
        """
        if not self.conditionings:
            for one in self.plan.passes:
                _check_size(model, one)
            self.conditionings = [_encode(model, one) for one in self.plan.passes]
        picture = self.plan.picture(self.waiting[0])
        passes = (
            PreparedPass(
                one,
                conditioning,
                pool.submit(one.draw, model, one.sampling, picture, one.begin_index),
                None if one.change is None else pool.submit(one.change, model),
            )
            for one, conditioning in zip(self.plan.passes, self.conditionings, strict=True)
        )
        self.ready = PreparedSample(self, tuple(passes))

    def begin(self, running: RunningSample) -> None:
        """Count a picture as being drawn, which was the first waiting one."""
        self.waiting.remove(running.number)
        self.ready = None
        self.running += 1


def _check_size(model: Model, one: Pass) -> None:
    width, height = one.sampling.width, one.sampling.height
    if width % model.compression or height % model.compression:
        raise InvalidParameters(
            f"{width}×{height}: with this model, width and height must be multiples of {model.compression}"
        )


def _encode(model: Model, one: Pass) -> Conditioning:
    negative_prompt = one.negative_prompt if one.sampling.guided else None
    return encode(model, one.prompt, negative_prompt, width=one.sampling.width, height=one.sampling.height)


class PreparedPass(NamedTuple):
    """A pass of one picture, with all that can be had before it begins."""

    what: Pass
    conditioning: Conditioning
    noise: Future[Noise]
    change: Future[ChangeMap] | None

    def start(self, model: Model, seed: int, before: Tensor | None) -> Sample:
        """Bring it to the device; may be repeated where it fails.

        Args:
            model: What draws.
            seed: The picture's.
            before: The latents of the pass before, (1, C, h, w); None in the first.
        """
        noise, source = self.noise.result(), self.what.source
        change = None if self.change is None else self.change.result()
        return Sample(
            model,
            self.conditioning,
            self.what.sampling,
            seed=seed,
            noise=noise,
            begin_index=self.what.begin_index,
            image_latents=None if source is None else source(model, noise, before),
            change=change,
        )


@dataclass(frozen=True, eq=False, slots=True)
class PreparedSample:
    """A job whose first waiting picture can begin."""

    state: JobState
    passes: tuple[PreparedPass, ...]

    @property
    def key(self) -> Key:
        first = self.passes[0]
        sampling = first.what.sampling
        return Key(sampling.height, sampling.width, first.conditioning.chunks, self.state.loras, self.state.checkpoint)

    @property
    def share(self) -> bool:
        return self.state.job.request.share

    @property
    def running(self) -> int:
        return self.state.running

    def start(self, model: Model) -> RunningSample:
        """Bring its first waiting picture to the device; may be repeated where it fails."""
        number = self.state.waiting[0]
        first, *rest = self.passes
        return RunningSample(self.state, number, first.start(model, self.state.plan.seeds[number], None), tuple(rest))


@dataclass(frozen=True, eq=False, slots=True)
class CallPart:
    """What of a picture goes into one UNet call: the whole, or a tile."""

    running: RunningSample
    number: int
    """Which of its pieces."""

    @property
    def piece(self) -> Sample | Tile:
        return self.running.pieces[self.number]

    @property
    def state(self) -> JobState:
        return self.running.state

    @property
    def key(self) -> Key:
        return self.piece.key

    @property
    def share(self) -> bool:
        return self.running.share

    def predicted(self, noise_pred: Tensor) -> None:
        """Take its noise prediction, (1, C, h, w)."""
        self.running.noise_preds[self.number] = noise_pred


@dataclass(eq=False, slots=True)
class RunningSample:
    """One picture that has a place in the batch.

    Nothing that it holds refers to it, so that its memory on the device is free at once when it leaves.
    """

    state: JobState
    number: int
    sample: Sample
    """Of the pass that it is in."""
    rest: tuple[PreparedPass, ...]
    """The passes that come after this one."""
    tiles: tuple[Tile, ...] = ()
    """Of the pass that it is in; empty: it is predicted as a whole."""
    tiling: Tiling | None = None
    """Of the last pass that was drawn in tiles; None: none was."""
    earlier: list[Tensor] = field(default_factory=list["Tensor"])
    """What its passes before this one ended with, (1, C, h, w), where the plan wants that."""
    noise_preds: dict[int, Tensor] = field(default_factory=dict[int, "Tensor"])
    """What was predicted for the step that is being taken, by the number of the piece."""

    @property
    def pieces(self) -> Sequence[Sample | Tile]:
        """What its next step takes: itself, or its tiles."""
        return self.tiles or (self.sample,)

    @property
    def pending(self) -> list[CallPart]:
        """The parts whose noise is still to be predicted in this step."""
        return [CallPart(self, number) for number in range(len(self.pieces)) if number not in self.noise_preds]

    @property
    def key(self) -> Key:
        return self.pieces[0].key

    @property
    def share(self) -> bool:
        return self.state.job.request.share

    @property
    def may_be_tiled(self) -> bool:
        """Whether it is whole and need not be."""
        return not self.tiles and self.state.plan.passes[self.at].may_be_tiled

    @property
    def at(self) -> int:
        """The number of the pass that it is in, from 0."""
        return len(self.state.plan.passes) - len(self.rest) - 1

    @property
    def step(self) -> int:
        """How many steps it has taken, in all passes."""
        return self.state.plan.steps_before(self.at) + self.sample.step

    def go_on(self, model: Model) -> None:
        """Begin the next pass with what this one ended with; may be repeated where it fails."""
        following, *rest = self.rest
        before = self.sample.latents
        self.sample = following.start(model, self.sample.seed, before)
        if self.state.plan.keeps_all:
            self.earlier.append(before)
        self.tiles, self.rest = (), tuple(rest)

    def divide(self, model: Model, tiling: Tiling) -> None:
        """Let it be predicted in tiles from the next step of this pass on; may be repeated where it fails."""
        self.tiles = divide(model, self.sample, tiling)
        self.tiling = tiling

    def advance(self) -> None:
        """Take a step with what was predicted of all pieces."""
        noise_preds = [self.noise_preds.pop(number) for number in range(len(self.pieces))]
        self.sample.advance(average(self.sample, self.tiles, noise_preds) if self.tiles else noise_preds[0])
        self.state.steps_done += 1
