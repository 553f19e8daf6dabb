"""What runs beside each card: the engine's worker, and what a front asks of it.

Ray calls the methods, all in the one event loop of this process. Nothing but bytes, text and numbers crosses, so a node
runs the code that is installed there.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import os
import threading
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from engine.cluster.bundles import Bundles
from engine.cluster.messages import Broken, Hello, WorkerLook, encode
from engine.cluster.worker_counts import counted
from engine.config import Engine
from engine.counts import EngineMeasures
from engine.errors import ModelLoadError
from engine.lora_catalogue import LOOK_S, LoraCatalogue
from engine.received_job import ReceivedJob
from engine.wire import Cancelled, Describe, Failed, Finished, Generate, Loading

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from engine.cluster.messages import WorkerCondition
    from engine.wire import Event, FoundLora
    from engine.worker import Worker

_requests = msgspec.msgpack.Decoder(Generate)
_questions = msgspec.msgpack.Decoder(Describe)

REPEAT_S = 1.0
"""How long a look waits for a change at most: so often it is heard that this process lives."""

MAX_EARLY = 512
"""Jobs that were cancelled before they came: as many as a front has under way here (`hosted_worker.CALLS_AT_ONCE`)."""


class WorkerActor:
    """One card."""

    def __init__(self) -> None:
        self._condition: WorkerCondition = Loading(stage="starting")
        self._changes = 0
        self._changed = asyncio.Condition()
        self._jobs: dict[str, ReceivedJob] = {}
        self._cancelled: dict[str, None] = {}
        """What was cancelled and is not here, the oldest first: it is over, or still on its way."""
        self._measures = EngineMeasures()
        self._loras: tuple[FoundLora, ...] = ()
        self._loras_changed = 0
        """Which of the changes was theirs."""
        self._watching: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop
        self._worker: Worker

    async def begin(self, config: bytes, worker: str) -> bytes:
        """Load the model, and say which program this is.

        Args:
            config: An `engine.config.Engine`, as JSON.
            worker: The class that draws, as MODULE:NAME.
        """
        logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", force=True)
        module, _, name = worker.partition(":")
        self._loop = asyncio.get_running_loop()
        kind: type[Worker] = getattr(importlib.import_module(module), name)
        engine = msgspec.json.decode(config, type=Engine)
        self._worker = kind(engine, emit=self._hand_over, measures=self._measures)
        if engine.loras:
            self._watching = asyncio.create_task(self._watch_loras(LoraCatalogue(Path(engine.loras))))
        threading.Thread(target=self._work, name="worker", daemon=True).start()
        return encode(Hello())

    async def look(self, seen: int) -> bytes:
        """Say how it is, when that has changed or after a moment.

        Args:
            seen: The changes that are known already.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(REPEAT_S), self._changed:
                await self._changed.wait_for(lambda: self._changes != seen)
        loras = self._loras if self._loras_changed > seen else None
        return encode(WorkerLook(number=self._changes, condition=self._condition, loras=loras))

    async def draw(self, key: str, frame: bytes) -> AsyncIterator[bytes]:
        """Draw a job; gives lists of its events, and ends with the one that ends it.

        Args:
            key: The job's own on this worker.
            frame: An `engine.wire.Generate`, whose limits the front has looked at.
        """
        request, bundles = _requests.decode(frame), Bundles()
        if key in self._cancelled:
            del self._cancelled[key]
            yield encode([Cancelled(job_id=request.job_id)])
            return

        def emit(event: Event) -> None:
            self._loop.call_soon_threadsafe(bundles.put, event)

        job = ReceivedJob(request, emit)
        self._jobs[key] = job
        self._worker.submit(job)
        over = False
        try:
            while not over:
                events = await bundles.next()
                over = isinstance(events[-1], Finished | Cancelled | Failed)
                yield encode(events)
        finally:
            del self._jobs[key]
            if not over:
                self._worker.cancel(job)

    async def describe(self, frame: bytes) -> bytes:
        """Look at a picture, and give what answers the question.

        Args:
            frame: An `engine.wire.Describe`.
        """
        answer: asyncio.Future[Event] = self._loop.create_future()

        def emit(event: Event) -> None:
            self._loop.call_soon_threadsafe(lambda: answer.done() or answer.set_result(event))

        self._worker.describe(_questions.decode(frame), emit)
        return encode(await answer)

    async def count(self) -> bytes:
        """Give what it has counted."""
        return encode(counted(self._measures))

    async def cancel(self, key: str) -> None:
        """Stop a job before its next step; one that is over stays as it is.

        Of an asyncio actor Ray begins each call once its arguments are there, so one with large pixels may come later.
        """
        if job := self._jobs.get(key):
            self._worker.cancel(job)
            return
        self._cancelled[key] = None
        if len(self._cancelled) > MAX_EARLY:
            del self._cancelled[next(iter(self._cancelled))]

    def _work(self) -> None:
        """Be the worker's thread; what it cannot survive, this process does not either."""
        told = False
        try:
            self._worker.run()
            told = True
        except ModelLoadError as error:
            self._hand_over(Broken(why=str(error), passing=error.passing))
            told = True
        finally:
            if not told:  # a lost device: the front starts another process, as the bot does with an engine of its own
                traceback.print_exc()
                logging.shutdown()
                os._exit(1)

    def _hand_over(self, condition: WorkerCondition) -> None:
        """Bring what the worker's thread says to the loop's."""
        asyncio.run_coroutine_threadsafe(self._become(condition), self._loop)

    async def _become(self, condition: WorkerCondition) -> None:
        async with self._changed:
            self._condition = condition
            self._changes += 1
            self._changed.notify_all()

    async def _watch_loras(self, catalogue: LoraCatalogue) -> None:
        """Look into the folder of LoRAs again and again."""
        while True:
            found = await asyncio.to_thread(catalogue.look)
            if found != self._loras:
                async with self._changed:
                    self._loras = found
                    self._changes += 1
                    self._loras_changed = self._changes
                    self._changed.notify_all()
            await asyncio.sleep(LOOK_S)
