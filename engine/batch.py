"""The set of samples that are being drawn: which ones step next, and what becomes of them.

One call advances all samples of one shape, whoever's they are. There are at most `cap` of them at a time; a free place
goes to the job with the fewest, then to the oldest, and shapes take turns. An error ends the job whose it is, no other.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import torch

from engine import __version__, infotext
from engine.conditioning import encode
from engine.decode import decode, preview
from engine.denoise import Sample, predict_noise
from engine.errors import GenerationError, InvalidParameters, OutOfMemory, Withheld
from engine.wire import Cancelled, Failed, Finished, Picture, Preview, Progress, Started

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from torch import Tensor

    from engine.conditioning import Conditioning
    from engine.darkroom import Darkroom, Developed
    from engine.model import Model
    from engine.wire import ErrorCode
    from engine.worker import Job

log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Work:
    """How far a job is."""

    job: Job
    waiting: deque[int] = field(default_factory=deque[int])
    """Numbers of the pictures that have no place yet."""
    conditioning: Conditioning | None = None
    """None before the first sample; shared by all of them."""
    running: int = 0
    steps_done: int = 0
    sent: set[int] = field(default_factory=set[int])
    started_s: float = 0.0


@dataclass(eq=False, slots=True)
class _Drawing:
    """One picture that has a place in the batch."""

    work: _Work
    number: int
    sample: Sample
    noise_pred: Tensor | None = None


class Batch:
    """All of it runs in the worker's thread, except the darkroom's work, whose results come back through `post`."""

    def __init__(
        self,
        model: Model,
        *,
        cap: int,
        darkroom: Darkroom,
        post: Callable[[Callable[[Batch], None]], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._cap = cap
        self._darkroom = darkroom
        self._post = post
        self._clock = clock
        self._works: dict[Job, _Work] = {}  # in order of arrival
        self._drawings: deque[_Drawing] = deque()  # the next to step first

    @property
    def idle(self) -> bool:
        """Whether a step would do nothing; pictures may still be on their way through the pool."""
        return not self._drawings and not any(work.waiting for work in self._works.values())

    def admit(self, job: Job) -> None:
        self._works[job] = _Work(job, waiting=deque(range(len(job.request.seeds))))

    def cancel(self, job: Job) -> None:
        if self._forget(job):
            job.emit(Cancelled(job_id=job.request.job_id))

    def abandon(self) -> None:
        """End every job because the engine ends."""
        for job in list(self._works):
            self._fail(job, "shutting_down", "the engine is shutting down")

    def step(self) -> None:
        """Fill free places, then advance the samples of one shape by one step."""
        self._fill()
        if not self._drawings:
            return
        key = self._drawings[0].sample.key
        group = [drawing for drawing in self._drawings if drawing.sample.key == key][: self._cap]
        self._predict(group)
        for drawing in self._alive(group):
            self._guard(drawing, self._advance)
        stepped = self._alive(group)
        for drawing in stepped:  # to the end of the line, so that the next shape has its turn
            self._drawings.remove(drawing)
            self._drawings.append(drawing)
        for work in dict.fromkeys(drawing.work for drawing in stepped):
            request = work.job.request
            total = request.num_inference_steps * len(request.seeds)
            work.job.emit(Progress(job_id=request.job_id, steps_done=work.steps_done, steps_total=total))
        for drawing in stepped:
            if drawing.sample.finished:
                self._guard(drawing, self._finish)
            elif (every := drawing.work.job.request.preview_every) and drawing.sample.step % every == 0:
                self._guard(drawing, self._preview)

    def _fill(self) -> None:
        while len(self._drawings) < self._cap:
            waiting = [work for work in self._works.values() if work.waiting]
            if not waiting:
                return
            work = min(waiting, key=lambda work: work.running)  # the first of equals is the oldest
            if (error := _error_of(partial(self._start, work))) is not None:
                self._blame(work.job, error)

    def _start(self, work: _Work) -> None:
        request = work.job.request
        if work.conditioning is None:
            for side in (request.width, request.height):
                if side % self._model.compression:
                    raise InvalidParameters(
                        f"{request.width}×{request.height}: with this model, width and height must be multiples of "
                        f"{self._model.compression}"
                    )
            work.started_s = self._clock()
            work.job.emit(Started(job_id=request.job_id))
            guided = request.guidance_scale > 1
            work.conditioning = encode(
                self._model,
                request.prompt,
                request.negative_prompt if guided else None,
                width=request.width,
                height=request.height,
            )
        number = work.waiting.popleft()
        sample = Sample(
            self._model,
            work.conditioning,
            sampler=request.sampler,
            num_inference_steps=request.num_inference_steps,
            guidance_scale=request.guidance_scale,
            seed=request.seeds[number],
            width=request.width,
            height=request.height,
        )
        self._drawings.append(_Drawing(work, number, sample))
        work.running += 1

    def _predict(self, drawings: Sequence[_Drawing]) -> None:
        """Run the UNet for all of them; where that fails, for each half, until the one that fails is alone."""
        error = _error_of(partial(self._call_unet, drawings))
        if error is None:
            return
        if len(drawings) == 1:
            self._blame(drawings[0].work.job, error)
            return
        half = len(drawings) // 2
        if _is_out_of_memory(error):
            self._cap = half
            log.warning("no memory for %d pictures at once; from now on at most %d", len(drawings), half)
        else:
            log.warning("a step of %d pictures failed (%s); trying each half", len(drawings), _one_line(error))
        del error  # its traceback holds the tensors of the failed call
        self._return_memory()
        for part in (drawings[:half], drawings[half:]):
            if alive := self._alive(part):
                self._predict(alive)

    def _call_unet(self, drawings: Sequence[_Drawing]) -> None:
        predictions = predict_noise(self._model, [drawing.sample for drawing in drawings])
        for drawing, noise_pred in zip(drawings, predictions, strict=True):
            drawing.noise_pred = noise_pred

    def _advance(self, drawing: _Drawing) -> None:
        noise_pred, drawing.noise_pred = drawing.noise_pred, None
        if noise_pred is not None:
            drawing.sample.advance(noise_pred)
            drawing.work.steps_done += 1

    def _preview(self, drawing: _Drawing) -> None:
        if drawing.sample.predicted is None or self._darkroom.busy:
            return
        pixels = preview(self._model, drawing.sample.predicted)
        self._develop(drawing, self._darkroom.preview(pixels), partial(self._send_preview, drawing.sample.step))

    def _finish(self, drawing: _Drawing) -> None:
        pixels = decode(self._model, drawing.sample.latents)
        request = drawing.work.job.request
        parameters = infotext.write(
            prompt=request.prompt,
            negative_prompt=request.negative_prompt,
            num_inference_steps=request.num_inference_steps,
            sampler=request.sampler,
            guidance_scale=request.guidance_scale,
            seed=drawing.sample.seed,
            width=request.width,
            height=request.height,
            model_name=self._model.name,
            model_hash=self._model.hash,
            version=__version__,
        )
        self._drawings.remove(drawing)
        drawing.work.running -= 1
        self._develop(drawing, self._darkroom.picture(pixels, parameters), self._send_picture)

    def _develop(
        self, drawing: _Drawing, developing: Future[Developed], send: Callable[[_Drawing, Future[Developed]], None]
    ) -> None:
        """Send what comes of it when it is there, in this thread, if the job still is."""

        def arrive(_batch: Batch) -> None:
            if self._alive([drawing]):
                self._guard(drawing, lambda known: send(known, developing))

        developing.add_done_callback(lambda _done: self._post(arrive))

    def _send_preview(self, step: int, drawing: _Drawing, developed: Future[Developed]) -> None:
        if drawing.number in drawing.work.sent:
            return
        job, number = drawing.work.job, drawing.number
        if isinstance(developed.exception(), Withheld):  # half a picture proves nothing; the whole one is rated too
            log.info("job %s: a preview of picture %d was withheld", job.request.job_id, number + 1)
            return
        image, rating = developed.result()
        job.emit(Preview(job_id=job.request.job_id, number=number, step=step, image=image, rating=rating))

    def _send_picture(self, drawing: _Drawing, developed: Future[Developed]) -> None:
        work, job = drawing.work, drawing.work.job
        job_id = job.request.job_id
        data, rating = developed.result()
        job.emit(Picture(job_id=job_id, number=drawing.number, seed=drawing.sample.seed, png=data, rating=rating))
        work.sent.add(drawing.number)
        if len(work.sent) == len(job.request.seeds):
            self._forget(job)
            job.emit(Finished(job_id=job_id, engine_s=self._clock() - work.started_s))

    def _alive(self, drawings: Sequence[_Drawing]) -> list[_Drawing]:
        """Leave out those whose job is over."""
        return [drawing for drawing in drawings if drawing.work.job in self._works]

    def _guard(self, drawing: _Drawing, action: Callable[[_Drawing], None]) -> None:
        if (error := _error_of(partial(action, drawing))) is not None:
            self._blame(drawing.work.job, error)

    def _blame(self, job: Job, error: Exception) -> None:
        """End a job by its error."""
        job_id = job.request.job_id
        if isinstance(error, GenerationError):
            log.warning("job %s: %s: %s", job_id, error.code, error)
            self._fail(job, error.code, str(error))
        elif _is_out_of_memory(error):
            log.warning("job %s: %s", job_id, _one_line(error))
            self._fail(job, OutOfMemory.code, _one_line(error))
            self._return_memory()
        else:
            log.error("job %s: failed", job_id, exc_info=error)
            self._fail(job, GenerationError.code, _one_line(error))

    def _fail(self, job: Job, code: ErrorCode, detail: str) -> None:
        if self._forget(job):
            job.emit(Failed(job_id=job.request.job_id, code=code, detail=detail))

    def _forget(self, job: Job) -> bool:
        """Drop all that is kept of a job; False where nothing was."""
        if self._works.pop(job, None) is None:
            return False
        self._drawings = deque(drawing for drawing in self._drawings if drawing.work.job is not job)
        return True

    def _return_memory(self) -> None:
        if self._model.device.type == "cuda":
            torch.cuda.empty_cache()


def _error_of(action: Callable[[], None]) -> Exception | None:
    """Run an action and give the error that it ended with; only that of a lost device is everybody's.

    Raises:
        torch.AcceleratorError: Nothing more can be drawn by this process.
    """
    try:
        action()
    except torch.AcceleratorError:
        raise
    except Exception as error:  # noqa: BLE001  (the worker's loop: whatever went wrong ends one job, not the engine)
        return error
    return None


def _is_out_of_memory(error: Exception) -> bool:
    """Tell also on a CPU, where torch raises a plain RuntimeError."""
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or "can't allocate memory" in str(error)


def _one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
