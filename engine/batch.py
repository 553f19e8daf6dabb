"""The set of samples that are being drawn: which ones step next, and what becomes of them.

One call advances samples of one shape, whoever's they are, and shapes take turns; `engine.admission` says who gets a
place. What a picture needs before its first step is prepared while others are drawn, and what becomes of it after its
last one happens under the steps of the next. An error ends the job whose it is, no other.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import torch

from engine import admission, memory, rescue
from engine.decode import begin_preview
from engine.denoise import predict_noise
from engine.errors import GenerationError, NumericalFailure, OutOfMemory, Withheld
from engine.fit import largest_fit
from engine.transfer import Pace
from engine.wire import Cancelled, Failed, Finished, Picture, Preview, Progress, Started
from engine.work import Drawing, Ready, Work

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor, Future

    import numpy as np
    from numpy.typing import NDArray

    from engine.admission import Sizes
    from engine.finisher import FinishedImage, Finisher
    from engine.model import Model
    from engine.wire import ErrorCode
    from engine.worker import Job

log = logging.getLogger(__name__)

_Result = TypeVar("_Result")


class Batch:
    """All of it runs in the worker's thread, except what goes through `pool` and the darkroom.

    Args:
        model: What draws.
        cap: At most this many samples at a time; fewer when memory turns out to be short.
        pool: Threads that draw noise, and that wait for copies.
        finisher: Rates and compresses.
        post: Brings what comes of it back into the worker's thread.
        sizes: How many should share a call; None lets up to `cap` share it, whatever the shape.
        clock: Seconds.
    """

    def __init__(
        self,
        model: Model,
        *,
        cap: int,
        pool: Executor,
        finisher: Finisher,
        post: Callable[[Callable[[Batch], None]], None],
        sizes: Sizes | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._cap = cap
        self._pool = pool
        self._finisher = finisher
        self._post = post
        self._sizes = sizes or admission.Always(cap)
        self._clock = clock
        self._pace = Pace(model.device)
        self._turn = 0
        self._works: dict[Job, Work] = {}  # in order of arrival
        self._drawings: deque[Drawing] = deque()  # the next to step first

    @property
    def idle(self) -> bool:
        """Whether a step would do nothing; pictures may still be on their way through the pool."""
        return not self._drawings and not any(work.waiting for work in self._works.values())

    def admit(self, job: Job) -> None:
        self._works[job] = Work(job, waiting=deque(range(len(job.request.seeds))))

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
        self._turn += 1
        group = admission.group(self._drawings, sizes=self._sizes, limit=self._cap, turn=self._turn)
        self._predict(group)
        for drawing in self._alive(group):
            self._guard(drawing, self._advance)
        self._pace.step()
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
        """Give free places, and prepare who is next or may join at any time."""
        while True:
            waiting = [work for work in self._works.values() if work.waiting]
            free = len(self._drawings) < self._cap
            near = [work for work in waiting if work is waiting[0] or (free and work.job.request.share)]
            for work in near:
                if (
                    work.ready is None
                    and (error := self._error_with_room(partial(work.prepare, self._model, self._pool))) is not None
                ):
                    self._blame(work.job, error)
            if any(work.ready is None for work in near):
                continue  # somebody else is first now
            candidates = [ready for work in near if (ready := work.ready)]
            chosen = admission.choose(candidates, self._drawings, sizes=self._sizes, limit=self._cap)
            if chosen is None:
                return
            if (error := self._error_with_room(partial(self._start, chosen))) is not None:
                self._blame(chosen.work.job, error)

    def _start(self, ready: Ready) -> None:
        drawing = ready.start(self._model)
        work, request = drawing.work, drawing.work.job.request
        if len(work.waiting) == len(request.seeds):
            work.started_s = self._clock()
            work.job.emit(Started(job_id=request.job_id))
        work.begin(drawing)
        self._drawings.append(drawing)

    def _predict(self, drawings: Sequence[Drawing]) -> None:
        """Run the UNet for all of them; where that fails, for each half, until the one that fails is alone."""
        error = self._error_with_room(partial(self._call_unet, drawings), tries=1 if len(drawings) > 1 else 2)
        if error is None:
            return
        if len(drawings) == 1:
            self._blame(drawings[0].work.job, error)
            return
        half = len(drawings) // 2
        if memory.is_out_of_memory(error):
            self._cap = half
            log.warning("no memory for %d pictures at once; from now on at most %d", len(drawings), half)
        else:
            log.warning("a step of %d pictures failed (%s); trying each half", len(drawings), memory.one_line(error))
        del error  # its traceback holds the tensors of the failed call
        memory.release(self._model.device)
        for part in (drawings[:half], drawings[half:]):
            if alive := self._alive(part):
                self._predict(alive)

    def _call_unet(self, drawings: Sequence[Drawing]) -> None:
        predictions = predict_noise(self._model, [drawing.sample for drawing in drawings])
        for drawing, noise_pred in zip(drawings, predictions, strict=True):
            drawing.noise_pred = noise_pred

    def _advance(self, drawing: Drawing) -> None:
        noise_pred, drawing.noise_pred = drawing.noise_pred, None
        if noise_pred is not None:
            drawing.sample.advance(noise_pred)
            drawing.work.steps_done += 1

    def _preview(self, drawing: Drawing) -> None:
        if drawing.sample.predicted is None or self._finisher.busy:
            return
        try:
            copying = self._pool.submit(begin_preview(self._model, drawing.sample.predicted))
        except (RuntimeError, MemoryError) as error:
            if not memory.is_out_of_memory(error):
                raise
            log.warning("job %s: no memory for a preview; it goes on without", drawing.work.job.request.job_id)
            return
        self._when_done(copying, drawing, partial(self._hand_over_preview, drawing.sample.step))

    def _hand_over_preview(self, step: int, drawing: Drawing, copying: Future[NDArray[np.uint8]]) -> None:
        self._when_done(self._finisher.preview(copying.result()), drawing, partial(self._send_preview, step))

    def _finish(self, drawing: Drawing) -> None:
        """Queue the decoding; the next picture steps while it is on its way."""
        decoding = self._pool.submit(rescue.begin(self._model, drawing.sample.latents))
        self._drawings.remove(drawing)
        drawing.work.running -= 1
        self._rest()
        self._when_done(decoding, drawing, self._hand_over)

    def _hand_over(self, drawing: Drawing, decoding: Future[NDArray[np.uint8]]) -> None:
        if isinstance(error := decoding.exception(), NumericalFailure):
            pixels = rescue.again(self._model, drawing.sample.latents, error)
        else:
            pixels = decoding.result()
        finishing = self._finisher.picture(pixels, drawing.recipe(self._model))
        self._when_done(finishing, drawing, self._send_picture)

    def _when_done(
        self, future: Future[_Result], drawing: Drawing, then: Callable[[Drawing, Future[_Result]], None]
    ) -> None:
        """Go on with what comes of it when it is there, in this thread, if the job still is."""

        def arrive(_batch: Batch) -> None:
            if self._alive([drawing]):
                self._guard(drawing, lambda known: then(known, future))

        future.add_done_callback(lambda _done: self._post(arrive))

    def _send_preview(self, step: int, drawing: Drawing, finished: Future[FinishedImage]) -> None:
        if drawing.number in drawing.work.sent:
            return
        job, number = drawing.work.job, drawing.number
        if isinstance(finished.exception(), Withheld):  # half a picture proves nothing; the whole one is rated too
            log.info("job %s: a preview of picture %d was withheld", job.request.job_id, number + 1)
            return
        image, rating = finished.result()
        job.emit(Preview(job_id=job.request.job_id, number=number, step=step, image=image, rating=rating))

    def _send_picture(self, drawing: Drawing, finished: Future[FinishedImage]) -> None:
        work, job = drawing.work, drawing.work.job
        job_id = job.request.job_id
        data, rating = finished.result()
        job.emit(Picture(job_id=job_id, number=drawing.number, seed=drawing.sample.seed, png=data, rating=rating))
        work.sent.add(drawing.number)
        if len(work.sent) == len(job.request.seeds):
            self._forget(job)
            job.emit(Finished(job_id=job_id, engine_s=self._clock() - work.started_s))

    def _alive(self, drawings: Sequence[Drawing]) -> list[Drawing]:
        """Leave out those whose job is over."""
        return [drawing for drawing in drawings if drawing.work.job in self._works]

    def _guard(self, drawing: Drawing, action: Callable[[Drawing], None]) -> None:
        if (error := _error_of(partial(action, drawing))) is not None:
            self._blame(drawing.work.job, error)

    def _blame(self, job: Job, error: Exception) -> None:
        """End a job by its error."""
        job_id = job.request.job_id
        if memory.is_out_of_memory(error):
            error.__traceback__ = None  # it holds the tensors of the failed call
            error = OutOfMemory(memory.one_line(error))
        if isinstance(error, OutOfMemory):
            self._fail_for_size(job, str(error))
        elif isinstance(error, GenerationError):
            log.warning("job %s: %s: %s", job_id, error.code, error)
            self._fail(job, error.code, str(error))
        else:
            log.error("job %s: failed", job_id, exc_info=error)
            self._fail(job, GenerationError.code, memory.one_line(error))

    def _fail_for_size(self, job: Job, detail: str) -> None:
        """End a job that has no room even alone, and say what would have had."""
        conditioning = self._works[job].conditioning if job in self._works else None
        if not self._forget(job):  # before the search, to which its latents are in the way
            return
        fits: list[tuple[int, int] | None] = []
        if conditioning is not None:
            memory.release(self._model.device)
            search = _error_of(lambda: fits.append(largest_fit(self._model, conditioning, job.request)))
            if search is not None:
                log.error("no size that fits was found", exc_info=search)
        size = next(iter(fits), None)
        log.warning(
            "job %s: no memory (%s); %s", job.request.job_id, detail, f"{size} fits" if size else "nothing fits"
        )
        job.emit(Failed(job_id=job.request.job_id, code=OutOfMemory.code, detail=detail, fits=size))

    def _fail(self, job: Job, code: ErrorCode, detail: str) -> None:
        if self._forget(job):
            job.emit(Failed(job_id=job.request.job_id, code=code, detail=detail))

    def _forget(self, job: Job) -> bool:
        """Drop all that is kept of a job; False where nothing was."""
        if self._works.pop(job, None) is None:
            return False
        self._drawings = deque(drawing for drawing in self._drawings if drawing.work.job is not job)
        self._rest()
        return True

    def _rest(self) -> None:
        """Keep nothing on the device for a prompt that nobody draws: 55 MB a picture in half precision."""
        if not self._drawings:
            self._model.cached_blocks.forget()

    def _error_with_room(self, action: Callable[[], None], tries: int = 2) -> Exception | None:
        """Run an action that can be repeated, again after giving memory back where it had no room."""
        while True:
            error = _error_of(action)
            tries -= 1
            if error is None or not tries or not memory.is_out_of_memory(error):
                return error
            log.warning("no memory (%s); trying once more", memory.one_line(error))
            del error  # its traceback holds the tensors of the failed call
            self._model.cached_blocks.forget()
            memory.release(self._model.device)


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
