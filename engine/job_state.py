"""How far a job is, and each of its pictures: waiting, ready, being drawn."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine import __version__, infotext
from engine.conditioning import encode
from engine.denoise import Key, Noise, Sample, draw_noise
from engine.errors import InvalidParameters

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from torch import Tensor

    from engine.conditioning import Conditioning
    from engine.model import Model
    from engine.received_job import ReceivedJob


@dataclass(eq=False)
class JobState:
    """How far a job is."""

    job: ReceivedJob
    waiting: deque[int] = field(default_factory=deque[int])
    """Numbers of the pictures that have no place yet."""
    conditioning: Conditioning | None = None
    """None before its turn is near; shared by all samples."""
    ready: PreparedSample | None = None
    """None until its first waiting picture is prepared."""
    running: int = 0
    steps_done: int = 0
    sent: set[int] = field(default_factory=set[int])
    started_s: float = 0.0

    def prepare(self, model: Model, pool: Executor) -> None:
        """Queue what the first waiting picture needs, so that its turn costs no time.

        Raises:
            InvalidParameters: This model cannot draw that size.
        """
        request, sampling = self.job.request, self.job.request.sampling
        if self.conditioning is None:
            for side in (sampling.width, sampling.height):
                if side % model.compression:
                    raise InvalidParameters(
                        f"{sampling.width}×{sampling.height}: with this model, width and height must be multiples of "
                        f"{model.compression}"
                    )
            self.conditioning = encode(
                model,
                request.prompt,
                request.negative_prompt if sampling.guided else None,
                width=sampling.width,
                height=sampling.height,
            )
        noise = pool.submit(draw_noise, model, sampling, request.seeds[self.waiting[0]])
        self.ready = PreparedSample(self, self.conditioning, noise)

    def begin(self, running: RunningSample) -> None:
        """Count a picture as being drawn, which was the first waiting one."""
        self.waiting.remove(running.number)
        self.ready = None
        self.running += 1


@dataclass(frozen=True, eq=False, slots=True)
class PreparedSample:
    """A job whose first waiting picture can begin."""

    state: JobState
    conditioning: Conditioning
    noise: Future[Noise]

    @property
    def key(self) -> Key:
        sampling = self.state.job.request.sampling
        return Key(sampling.height, sampling.width, self.conditioning.chunks)

    @property
    def share(self) -> bool:
        return self.state.job.request.share

    @property
    def running(self) -> int:
        return self.state.running

    def start(self, model: Model) -> RunningSample:
        """Bring its first waiting picture to the device; may be repeated where it fails."""
        request, number = self.state.job.request, self.state.waiting[0]
        sample = Sample(
            model,
            self.conditioning,
            request.sampling,
            seed=request.seeds[number],
            noise=self.noise.result(),
        )
        return RunningSample(self.state, number, sample)


@dataclass(eq=False, slots=True)
class RunningSample:
    """One picture that has a place in the batch."""

    state: JobState
    number: int
    sample: Sample
    noise_pred: Tensor | None = None

    @property
    def key(self) -> Key:
        return self.sample.key

    @property
    def share(self) -> bool:
        return self.state.job.request.share

    def recipe(self, model: Model) -> str:
        """Write what the picture is to carry inside."""
        request = self.state.job.request
        return infotext.write(
            prompt=request.prompt,
            negative_prompt=request.negative_prompt,
            sampling=request.sampling,
            seed=self.sample.seed,
            model_name=model.name,
            model_hash=model.hash,
            version=__version__,
        )
