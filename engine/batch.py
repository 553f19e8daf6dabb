"""The set of samples that are being drawn: which ones step next, and what becomes of them.

One call advances samples of one shape, whoever's they are, and shapes take turns; `engine.admission` says who gets a
place, and the job's plan (`engine.plan`) what comes after a pass. A job that wants another checkpoint or other LoRAs
than the model has waits until nothing is drawn, and those that came after it wait behind it. What a picture needs is
prepared before its first step while others are drawn, and what becomes of it after its last one happens under the
steps of the next. An error ends the job whose it is, no other.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from engine import admission, memory, results
from engine.call_sizes import CallSizes
from engine.denoise import predict_noise
from engine.errors import GenerationError, OutOfMemory
from engine.fit import largest_fit
from engine.job_state import CallPart, JobState, PreparedSample, RunningSample
from engine.plan import FinalLatents
from engine.transfer import HostPace
from engine.trying import error_of, error_with_room
from engine.wanted_weights import WantedWeights
from engine.wire import Cancelled, Failed, Finished, Progress, Started

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from concurrent.futures import Executor, Future

    from engine.finisher import Finisher
    from engine.model import Model
    from engine.plan import Plan
    from engine.received_job import ReceivedJob
    from engine.wire import ErrorCode, Event, Preview

log = logging.getLogger(__name__)

_Made = TypeVar("_Made")
_OfJob = TypeVar("_OfJob", CallPart, RunningSample)


@dataclass(frozen=True, slots=True)
class Times:
    """What is measured of a batch, and with which clock."""

    clock: Callable[[], float] = time.monotonic
    """Seconds."""
    stepped: Callable[[int, int, int, float], None] = lambda *_: None
    """Told of every step: width, height, pictures, and how many seconds it took."""


USUAL_TIMES = Times()


class Batch:
    """All of it runs in the worker's thread, except what goes through `pool` and the finisher.

    Args:
        model: What draws.
        cap: At most this many samples at a time; for a while fewer of a shape for which memory turns out to be short.
        pool: Threads that draw noise, and that wait for copies.
        finisher: Rates and compresses.
        post: Brings what comes of it back into the worker's thread.
        sizes: How many share a call; None lets up to `cap` share it, whatever the shape.
        weights: What jobs may want; None: the model stays what it is.
        times: Of steps and switches.
    """

    def __init__(
        self,
        model: Model,
        *,
        cap: int,
        pool: Executor,
        finisher: Finisher,
        post: Callable[[Callable[[Batch], None]], None],
        sizes: CallSizes | None = None,
        weights: WantedWeights | None = None,
        times: Times = USUAL_TIMES,
    ) -> None:
        self._model = model
        self.compression = model.compression
        """Pixels to one latent, along each side."""
        self._cap = cap
        self._pool = pool
        self._finisher = finisher
        self._post = post
        self._sizes = sizes or CallSizes(admission.Always(cap))
        self._weights = weights or WantedWeights()
        self._clock = times.clock
        self._stepped = times.stepped
        self._pace = HostPace(model.device)
        self._turn = 0
        self._jobs: dict[ReceivedJob, JobState] = {}  # in order of arrival
        self._running: deque[RunningSample] = deque()  # the next to step first
        self._ending: set[RunningSample] = set()  # drawn, and not sent yet

    @property
    def idle(self) -> bool:
        """Whether a step would do nothing; pictures may still be on their way through the pool."""
        first = next((state for state in self._jobs.values() if state.waiting), None)
        return not self._running and (first is None or self._waits_for_ends(first))

    def expect_room(self) -> None:
        """Forget what had no room, because what was in the way is gone."""
        self._sizes.forget()
        for limit in (self._model.decodes_at_once, self._model.encodes_at_once, self._model.in_float32_at_once):
            limit.forget()

    def admit(self, job: ReceivedJob, plan: Plan) -> None:
        self._jobs[job] = JobState(job, plan, waiting=deque(range(len(plan.seeds))))
        wanted = job.request.model, job.request.loras
        if (error := error_of(partial(self._weights.read_ahead, self._model, *wanted, self._pool))) is not None:
            self._blame(job, error, at=0)

    def cancel(self, job: ReceivedJob) -> None:
        if self._forget(job):
            job.emit(Cancelled(job_id=job.request.job_id))

    def abandon(self) -> None:
        """End every job because the engine ends."""
        for job in list(self._jobs):
            self._fail(job, "shutting_down", "the engine is shutting down")

    def step(self) -> None:
        """Fill free places, then advance the samples of one shape by one step."""
        self._fill()
        if not self._running:
            return
        self._turn += 1
        group, began_s = self._group(), self._clock()
        key, pictures = group[0].key, len(group)
        self._predict(group)
        there = self._alive([*dict.fromkeys(part.running for part in group)])
        stepped = [running for running in there if not running.pending]
        for running in stepped:
            self._guard(running, RunningSample.advance)
        if (error := error_with_room(self._model, self._pace.step)) is not None:
            log.warning("the host does not wait for the device at this step: %s", memory.one_line(error))
        self._stepped(key.width, key.height, pictures, self._clock() - began_s)
        for running in self._alive(there):  # behind all others, so that the next shape has its turn
            self._running.remove(running)
            self._running.append(running)
        stepped = self._alive(stepped)
        for state in dict.fromkeys(running.state for running in stepped):
            job_id, total = state.job.request.job_id, state.plan.steps_total
            state.job.emit(Progress(job_id=job_id, steps_done=state.steps_done, steps_total=total))
        for running in stepped:
            if not self._alive([running]):
                continue  # another picture of its job has just failed
            if running.sample.finished:
                self._end_pass(running)
            elif (every := running.state.job.request.preview_every) and running.step % every == 0:
                self._guard(running, self._preview)

    def _group(self) -> list[CallPart]:
        """Choose what is predicted now, no more than there was room for."""
        pending = [part for running in self._running for part in running.pending]
        group = admission.group(pending, sizes=self._sizes.paying, limit=self._cap, turn=self._turn)
        most = max(self._sizes.most(group[0].key), 1)  # one that may not be tiled is tried all the same
        return group[: int(min(most, len(group)))]

    def _fill(self) -> None:
        """Give free places, and prepare who is next or may join at any time."""
        while True:
            waiting = [state for state in self._jobs.values() if state.waiting]
            if waiting and not self._has_weights_of(waiting[0]):
                if self._running or (waiting[0].job in self._jobs and self._waits_for_ends(waiting[0])):
                    return  # whoever came first is first: nobody else gets a place until it has one
                continue  # it failed, and somebody else is first now
            waiting = [state for state in waiting if state.is_for(self._model)]
            free = len(self._running) < self._cap
            near = [state for state in waiting if state is waiting[0] or (free and state.job.request.share)]
            for state in near:
                prepare = partial(state.prepare, self._model, self._pool)
                if state.ready is None and (error := error_with_room(self._model, prepare)) is not None:
                    self._blame(state.job, error, at=0)
            if any(state.ready is None for state in near):
                continue  # somebody else is first now
            candidates = [ready for state in near if (ready := state.ready)]
            chosen = admission.choose(candidates, self._running, sizes=self._sizes.paying, limit=self._cap)
            if chosen is None:
                return
            if (error := error_with_room(self._model, partial(self._start, chosen))) is not None:
                self._blame(chosen.state.job, error, at=0)

    def _has_weights_of(self, first: JobState) -> bool:
        """Let the model be what the job that is next wants, as soon as nothing is drawn that wants something else."""
        if first.is_for(self._model):
            return True
        if self._running or self._waits_for_ends(first):
            return False
        begun = self._clock()
        bring = partial(self._weights.bring, self._model, first.checkpoint, first.loras, self._pool)
        if (error := error_with_room(self._model, bring)) is not None:
            self._blame(first.job, error, at=0)
            return False
        first.switch_s = self._clock() - begun
        return True

    def _waits_for_ends(self, first: JobState) -> bool:
        """Tell whether it wants another checkpoint while pictures of this one may still need its VAE."""
        return bool(self._ending) and first.checkpoint != self._model.checkpoint.current

    def _start(self, ready: PreparedSample) -> None:
        running = ready.start(self._model)
        self._tile_if_known(running)
        state = running.state
        if len(state.waiting) == len(state.plan.seeds):
            state.started_s = self._clock()
            state.job.emit(Started(job_id=state.job.request.job_id, begins=state.plan.begins, switch_s=state.switch_s))
        state.begin(running)
        self._running.append(running)
        self._end_pass(running)  # one without steps is over before it began

    def _predict(self, parts: Sequence[CallPart]) -> None:
        """Run the UNet for all of them; where that fails, for each half, until the one that fails is alone."""
        half, key = len(parts) // 2, parts[0].key
        if not half or len(parts) <= self._sizes.most(key):  # else as many have just had no room
            error = error_with_room(self._model, partial(self._call_unet, parts), tries=1 if half else 2)
            if error is None:
                return
            if not half:
                self._predict_less(parts[0], error)
                return
            if memory.may_be_out_of_memory(error):
                self._sizes.lower(key, half)
                self._model.cached_blocks.give_back()
                what = f"{len(parts)} pictures of {key.width}×{key.height}"
                log.warning("no memory for %s at once; for a while at most %d", what, half)
            else:
                log.warning("a step of %d pictures failed (%s); trying each half", len(parts), memory.one_line(error))
            del error  # its traceback holds the tensors of the failed call
            memory.release(self._model.device)
        for some in (parts[:half], parts[half:]):
            if alive := self._alive(some):
                self._predict(alive)

    def _call_unet(self, parts: Sequence[CallPart]) -> None:
        predictions = predict_noise(self._model, [part.piece for part in parts])
        for part, noise_pred in zip(parts, predictions, strict=True):
            part.predicted(noise_pred)

    def _predict_less(self, part: CallPart, error: Exception) -> None:
        """Let a picture that has no room as a whole go on in tiles; for whatever else it was, end its job."""
        running = part.running
        if not (memory.may_be_out_of_memory(error) and running.may_be_tiled):
            self._blame(running.state.job, error, at=running.at)
            return
        log.warning(
            "no memory for a picture of %d×%d (%s); for a while in tiles",
            part.key.width,
            part.key.height,
            memory.one_line(error),
        )
        error.__traceback__ = None  # as in `_blame`
        self._model.cached_blocks.give_back()
        memory.release(self._model.device)
        self._sizes.lower(part.key, 0)
        self._guard(running, self._tile_if_known)

    def _tile_if_known(self, running: RunningSample) -> None:
        """Draw in tiles what is known to have no room as a whole."""
        if running.may_be_tiled and not self._sizes.most(running.key):
            running.divide(self._model, self._sizes.tiling)

    def _preview(self, running: RunningSample) -> None:
        if not self._finisher.busy:
            making = results.preview(running, self._model, self._pool, self._finisher)
            self._follow(running, making, self._send_preview)

    def _send_preview(self, running: RunningSample, preview: Preview | None) -> None:
        if preview is not None:
            running.state.job.emit(preview)

    def _end_pass(self, running: RunningSample) -> None:
        """Where a picture's pass is over, let it go on with the next one, or with the end of its plan."""
        while running.sample.finished:
            if not running.rest:
                self._guard(running, self._leave)
                return
            if (error := error_with_room(self._model, partial(running.go_on, self._model))) is not None:
                self._blame(running.state.job, error, at=running.at + 1)
                return
            self._guard(running, self._tile_if_known)

    def _leave(self, running: RunningSample) -> None:
        """Give the place up, and begin what the plan does at the end; the next picture steps while that goes on."""
        self._running.remove(running)
        running.state.running -= 1
        self._rest()
        job_id, sample = running.state.job.request.job_id, running.sample
        self._ending.add(running)
        earlier = tuple(running.earlier)
        final = FinalLatents(job_id, running.number, sample.seed, sample.latents, earlier, running.tiling)
        making = running.state.plan.end(final, self._model, self._pool, self._finisher)
        self._follow(running, making, self._send)

    def _send(self, running: RunningSample, event: Event) -> None:
        """Send what a picture has come to; the job is over with the last of them."""
        state, job = running.state, running.state.job
        job.emit(event)
        self._ending.discard(running)
        state.sent.add(running.number)
        if len(state.sent) == len(state.plan.seeds):
            self._forget(job)
            job.emit(Finished(job_id=job.request.job_id, engine_s=self._clock() - state.started_s))

    def _follow(
        self,
        running: RunningSample,
        making: Generator[Future[Any], None, _Made],
        then: Callable[[RunningSample, _Made], None],
    ) -> None:
        """Carry something on until it waits, and again when that is there, in this thread, if its job still is."""

        def go_on(running: RunningSample) -> None:
            self._follow(running, making, then)

        def arrive(_batch: Batch) -> None:
            if self._alive([running]):
                self._guard(running, go_on)

        try:
            future = next(making)
        except StopIteration as end:
            then(running, end.value)
        else:
            future.add_done_callback(lambda _done: self._post(arrive))

    def _alive(self, some: Sequence[_OfJob]) -> list[_OfJob]:
        """Leave out those whose job is over."""
        return [one for one in some if one.state.job in self._jobs]

    def _guard(self, running: RunningSample, action: Callable[[RunningSample], None]) -> None:
        if (error := error_of(partial(action, running))) is not None:
            self._blame(running.state.job, error, at=running.at)

    def _blame(self, job: ReceivedJob, error: Exception, *, at: int) -> None:
        """End a job by its error, which happened in that pass."""
        job_id = job.request.job_id
        if memory.may_be_out_of_memory(error) or isinstance(error, OutOfMemory):
            error.__traceback__ = None  # it holds the tensors of the failed call
            self._fail_for_size(job, error, at)
        elif isinstance(error, GenerationError):
            log.warning("job %s: %s: %s", job_id, error.code, error)
            self._fail(job, error.code, str(error))
        else:
            log.error("job %s: failed", job_id, exc_info=error)
            self._fail(job, GenerationError.code, memory.one_line(error))

    def _fail_for_size(self, job: ReceivedJob, error: Exception, at: int) -> None:
        """End a job that has no room even alone in one of its passes, and say what would have had.

        Where it is not certain that memory was short and nothing smaller works either, it fails by its error.
        """
        state = self._jobs.get(job)
        if state is None:
            return
        self._forget(job)  # before the search, to which its latents are in the way
        fits: list[tuple[int, int] | None] = []
        if state.conditionings:
            memory.release(self._model.device)
            conditioning, sampling = state.conditionings[at], state.plan.passes[at].sampling
            search = error_of(lambda: fits.append(largest_fit(self._model, conditioning, sampling)))
            if search is not None:
                log.error("no size that fits was found", exc_info=search)
        size = next(iter(fits), None)
        certain = isinstance(error, OutOfMemory) or memory.is_out_of_memory(error)
        detail = str(error) if isinstance(error, OutOfMemory) else memory.one_line(error)
        log.warning(
            "job %s: no memory (%s); %s", job.request.job_id, detail, f"{size} fits" if size else "nothing fits"
        )
        code = OutOfMemory.code if size or certain else GenerationError.code
        job.emit(Failed(job_id=job.request.job_id, code=code, detail=detail, fits=size))

    def _fail(self, job: ReceivedJob, code: ErrorCode, detail: str) -> None:
        if self._forget(job):
            job.emit(Failed(job_id=job.request.job_id, code=code, detail=detail))

    def _forget(self, job: ReceivedJob) -> bool:
        """Drop all that is kept of a job; False where nothing was."""
        if self._jobs.pop(job, None) is None:
            return False
        self._running = deque(running for running in self._running if running.state.job is not job)
        self._ending = {running for running in self._ending if running.state.job is not job}
        self._rest()
        return True

    def _rest(self) -> None:
        """Keep nothing on the device for a prompt that nobody draws: 55 MB a picture in half precision."""
        if not self._running:
            self._model.cached_blocks.forget()
