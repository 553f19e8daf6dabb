"""The one thread that owns the GPU: it loads the model, then reads its inbox between two steps of the batch.

Importing this module is light; torch is imported by the thread itself, so that a server listens at once.
"""

from __future__ import annotations

import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from engine import loading
from engine.counts import EngineMeasures
from engine.stages import Stages
from engine.wire import Loading, Ready

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from threading import Thread

    from engine.batch import Batch
    from engine.checkpoints import Checkpoints
    from engine.choice import WayChoice
    from engine.config import Engine
    from engine.describing import Describer
    from engine.faces import FindFaces
    from engine.model import Model
    from engine.rating import Rate
    from engine.received_job import ReceivedJob
    from engine.timing import Timing
    from engine.wire import Describe, Event

POOL_THREADS = 2
"""For noise and PNG, which let other threads run; two keep up with any card."""

PATIENCE_S = 30.0
"""So long the compiler waits for nothing to be drawn, before each of some twenty parts of its work: it keeps the
interpreter, and steps that are taken meanwhile take three times as long (measured on two cores)."""

MEMORY_EVERY_S = 5.0

_Message: TypeAlias = "Callable[[Batch], None]"


class _Closed(Exception):
    """The worker was closed while it loaded."""


class _Loaded(NamedTuple):
    """What it draws with."""

    model: Model
    checkpoints: Checkpoints
    rate: Rate | None
    find_faces: FindFaces | None
    timing: Timing
    choice: WayChoice


class Worker:
    """`run` belongs to the one thread; the other methods may be called from any."""

    def __init__(
        self,
        config: Engine,
        *,
        emit: Callable[[Loading | Ready], None],
        measures: EngineMeasures | None = None,
        loras: Mapping[str, Path] = MappingProxyType({}),
    ) -> None:
        """Begin nothing yet.

        Args:
            config: What is drawn with.
            emit: Told how far it is.
            measures: Counted up; None: by nobody seen.
            loras: Name to file, besides those in the configured folder.
        """
        self._config = config
        self._lora_files = loras
        self._emit = emit
        self._measures = measures or EngineMeasures()
        self._memory_seen = 0.0
        self._drawing_since: float | None = None
        self._inbox: queue.SimpleQueue[_Message] = queue.SimpleQueue()
        self._closed = False
        self._compiling: Thread | None = None
        self._pause = threading.Event()
        """While it is set, nothing is drawn."""
        self._describer: Describer

    @property
    def drawing_s(self) -> float:
        """How long the step or the message that is under way has taken until now; 0: it waits, or loads."""
        since = self._drawing_since
        return 0.0 if since is None else time.monotonic() - since

    @property
    def compiling(self) -> bool:
        """Whether a thread of its own still compiles, which nothing can interrupt."""
        return self._compiling is not None and self._compiling.is_alive()

    def submit(self, job: ReceivedJob) -> None:
        """Draw a job; its last event is Finished, Cancelled or Failed."""
        self._inbox.put(partial(_admit, job))

    def cancel(self, job: ReceivedJob) -> None:
        """Stop a job before the next step; one that is over stays as it is."""
        self._inbox.put(lambda batch: batch.cancel(job))

    def describe(self, command: Describe, emit: Callable[[Event], None]) -> None:
        """Say what a picture shows, with `Described` or `Failed`; once it was said that this worker is ready."""
        self._inbox.put(lambda _batch: self._describer.describe(command, emit))

    def close(self) -> None:
        """Let `run` return before the next step, or before the next part of the model is loaded."""
        self._closed = True
        self._pause.set()
        self._inbox.put(lambda _batch: None)

    def wait_for_compiler(self) -> None:
        """Return when nothing is compiled any more, once this is closed; until then its model stays where it is."""
        if self._compiling is not None:
            self._compiling.join()

    def run(self) -> None:
        """Load the model and draw until closed; what is unfinished then fails as shutting down.

        Raises:
            ModelLoadError: There is no model to draw with.
            torch.AcceleratorError: The device is gone, and with it this process's use.
        """
        try:
            loaded = self._load()
        except _Closed:
            return
        self._serve(loaded)

    def _load(self) -> _Loaded:
        """Read everything that draws and rates, and measure what the card can do.

        Raises:
            ModelLoadError: One of them cannot be used.
            _Closed: Nobody wants it any more.
        """
        stages = Stages(self._report)
        model = loading.load(self._config, stages.begin)
        checkpoints = loading.load_others(self._config, model, stages.begin)
        from engine import faces, raters
        from engine.calibration import Calibration
        from engine.choice import WayChoice
        from engine.timing import Timing

        rate = raters.load(self._config.rating, stages.begin)
        find_faces = faces.load(self._config.faces, stages.begin)
        timing = Timing(model, Calibration(self._cap(model)))
        choice = WayChoice(model, chosen=timing.calibration.doubt)
        if self._faster_ways_wanted(model):
            stages.begin("finding the fastest way to draw the same picture")
            choice.offer_joined()
            choice.conclude()
        timing.start(stages.begin)
        stages.end()
        return _Loaded(model, checkpoints, rate, find_faces, timing, choice)

    def _cap(self, model: Model) -> int:
        """Say how many pictures share a call at most."""
        return int(min(self._config.batch_cap, model.at_once))

    def _faster_ways_wanted(self, model: Model) -> bool:
        from engine import compiling

        return compiling.wanted(self._config.compile, model.device)

    def _serve(self, loaded: _Loaded) -> None:
        """Say that it is ready, and draw what comes, until closed."""
        import torch

        from engine.batch import Batch, Times
        from engine.call_sizes import CallSizes
        from engine.describing import Describer
        from engine.finisher import Finisher
        from engine.lora_folder import LoraFolder
        from engine.versions import versions
        from engine.wanted_weights import WantedWeights

        model, checkpoints, rate = loaded.model, loaded.checkpoints, loaded.rate
        with (
            torch.inference_mode(),  # nothing is ever differentiated, and torch counts versions otherwise
            ThreadPoolExecutor(POOL_THREADS, thread_name_prefix="pool") as pool,
            ThreadPoolExecutor(1, thread_name_prefix="rating") as rating,
        ):
            finisher = Finisher(pool, rate=rate, raters=rating)
            self._describer = Describer(rating, rate=rate, find_faces=loaded.find_faces)
            cap = self._cap(model)
            loras = LoraFolder(Path(self._config.loras) if self._config.loras else None, self._lora_files)
            batch = Batch(
                model,
                cap=cap,
                pool=pool,
                finisher=finisher,
                post=self._inbox.put,
                sizes=CallSizes(loaded.timing.calibration),
                weights=WantedWeights(loras, checkpoints),
                times=Times(stepped=self._measures.stepped),
            )
            self._emit(
                Ready(
                    model_name=model.name,
                    model_hash=model.hash,
                    device=model.description,
                    size_multiple=model.compression,
                    batch_cap=cap,
                    vae=Path(self._config.vae).name,
                    upscaler="" if model.upscaler is None else f"{model.upscaler.name} {model.upscaler.hash}",
                    versions=versions(keep_brightness=model.keeps_brightness),
                    rates=rate is not None,
                    models=checkpoints.others,
                )
            )
            self._compile(loaded)
            self._see_memory(model)
            try:
                self._draw(batch, loaded)
            finally:
                self._pause.set()
                batch.abandon()
                checkpoints.close()

    def _draw(self, batch: Batch, loaded: _Loaded) -> None:
        """Step, or measure while there is nothing to step, until closed."""
        model, timing, choice = loaded.model, loaded.timing, loaded.choice
        while not self._closed:
            if batch.idle:
                self._pause.set()
            self._read_inbox(batch, wait=batch.idle and timing.idle and choice.idle)
            if self._closed:
                break
            self._drawing_since = time.monotonic()
            if not batch.idle:
                self._pause.clear()
                batch.step()
                self._see_memory(model)
                timing.stepped()
                choice.stepped()
            elif choice.idle:
                timing.measure()
            else:
                choice.measure()
            self._drawing_since = None

    def _see_memory(self, model: Model) -> None:
        """Count what the card's memory holds, now and then; in this thread, for a card that hangs does not answer."""
        now = time.monotonic()
        if model.device.type == "cuda" and now - self._memory_seen > MEMORY_EVERY_S:
            from engine import memory

            self._memory_seen = now
            for kind, held in memory.held(model.device).items():
                self._measures.memory.set(kind, to=held)

    def _compile(self, loaded: _Loaded) -> None:
        """Compile beside what is drawn, where that pays; what proves itself is used, and the card measured anew."""
        from engine import compiling, vae_trial
        from engine.choice import Way
        from engine.timing import DEFAULT

        model, choice = loaded.model, loaded.choice
        if self._faster_ways_wanted(model):
            self._compiling = compiling.start(
                model,
                [DEFAULT],
                lambda: self._inbox.put(lambda batch: batch.expect_room()),  # compiling needed some itself
                wait=self._wait_for_pause,
                publish=lambda compute: self._inbox.put(lambda _batch: choice.offer(Way("compiled", compute))),
                publish_vae=lambda run: self._inbox.put(
                    lambda _batch: choice.offer_trial(partial(vae_trial.trial, model, run))
                ),
                over=lambda: self._inbox.put(lambda _batch: choice.offer_captured()),
            )

    def _wait_for_pause(self) -> None:
        """Let the compiler go on when nothing is drawn, or after a while; it ends where this worker does."""
        from engine import compiling

        self._pause.wait(PATIENCE_S)
        if self._closed:
            raise compiling.Abandoned

    def _read_inbox(self, batch: Batch, *, wait: bool) -> None:
        """Handle what has come, or wait for something."""
        get = partial(self._inbox.get, block=wait)
        while True:
            try:
                message = get()
            except queue.Empty:
                return
            message(batch)
            get = self._inbox.get_nowait

    def _report(self, stage: str) -> None:
        if self._closed:
            raise _Closed
        self._emit(Loading(stage=stage))


def _admit(job: ReceivedJob, batch: Batch) -> None:
    from engine.kinds import plan_of

    batch.admit(job, plan_of(job.request, batch.compression))
