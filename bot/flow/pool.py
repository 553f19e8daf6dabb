"""Who draws what: what comes next, and which worker gets it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from bot.flow.slot import WorkerSlot
from bot.job import DrawnWith
from engine import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.engine.drawing_engine import DrawingEngine, DrawingEngines
    from bot.queue.joint_pace import JointPace
    from bot.queue.queue import Queue
    from bot.queue.ticket import Ticket


FULL_S = 5.0
"""How long nothing is given to a worker that refused a job as one too many and has none that could end."""


class Turn(NamedTuple):
    """A job that was taken out of the queue, for one worker."""

    ticket: Ticket
    slot: WorkerSlot


class Pool:
    """The one place that knows how many workers there are."""

    def __init__(self, engines: DrawingEngines, queue: Queue, pace: JointPace, *, now: Callable[[], float]) -> None:
        """Give what waits to whoever draws.

        Args:
            engines: Everything that draws for this bot.
            queue: What waits.
            pace: Is told who draws.
            now: Seconds.
        """
        self.engines = engines
        self.pace = pace
        self._queue = queue
        self._now = now
        self._slots: dict[DrawingEngine, WorkerSlot] = {}
        self._of_job: dict[str, WorkerSlot] = {}
        self._changed = asyncio.Event()
        self._closed = False
        self.paused = False
        """Nothing is begun, because the operator said so."""
        engines.listen(lambda _status: self.changed())

    # What draws

    @property
    def model_name(self) -> str | None:
        """What is drawn with; None before anything is ready."""
        ready = self._first_ready
        return None if ready is None else ready.model_name

    @property
    def model_hash(self) -> str:
        """The first digits of its SHA-256; "" before anything is ready, and where it is no single file."""
        ready = self._first_ready
        return "" if ready is None else ready.model_hash

    def drawn_with(self, like: DrawnWith | None = None, model: str = "") -> DrawnWith | None:
        """Everything that decides how a picture comes out here; None before anything is ready.

        Args:
            model: The checkpoint, by its name in a request.
            like: Of several workers give the one that comes closest to this.
        """
        each = [DrawnWith.of(ready, model) for _, ready in self._ready()]
        if like is None or not each:
            return each[0] if each else None
        return min(each, key=lambda one: len(like.differences(one)))

    @property
    def _first_ready(self) -> wire.Ready | None:
        return next((ready for _, ready in self._ready()), None)

    def _ready(self) -> Iterator[tuple[DrawingEngine, wire.Ready]]:
        for worker in self.engines.workers:
            if isinstance(ready := worker.status, wire.Ready):
                yield worker, ready

    # What they get

    async def next(self) -> Turn:
        """Wait until a worker can take a job and one may start, and take it out of the queue."""
        while True:
            self._changed.clear()
            turn = None if self._closed or self.paused else self._choose()
            if turn is not None:
                self._of_job[turn.ticket.id] = turn.slot
                return turn
            await self._changed.wait()

    def _choose(self) -> Turn | None:
        """Give the next job to who has fewest, and of those to the fastest: nobody gets two while another one idles.

        Of whom nothing is known is tried first.
        """
        for slot in sorted(self._open_slots(), key=lambda slot: (slot.feed.jobs, slot.pace.cost_s(1.0) or 0.0)):
            if (ticket := slot.feed.next()) is not None:
                return Turn(ticket, slot)
        return None

    def _open_slots(self) -> list[WorkerSlot]:
        """Give the slots of the workers that draw now, and forget those of workers that are gone for good."""
        known = set(self.engines.workers)
        self._slots = {worker: slot for worker, slot in self._slots.items() if worker in known or slot.feed.jobs}
        found: list[WorkerSlot] = []
        having = {worker: {one.name for one in ready.models} for worker, ready in self._ready()}
        somewhere = frozenset[str]().union(*having.values())
        for worker, ready in self._ready():
            slot = self._slots.get(worker)
            if slot is None:
                slot = self._slots[worker] = WorkerSlot(worker, self._queue, self.pace.of(ready.device))
            slot.feed.batch_cap = ready.batch_cap
            slot.feed.lacking = somewhere - having[worker]
            slot.card = self._card(worker)
            found.append(slot)
        self.pace.draw(slot.pace for slot in found)
        return [slot for slot in found if slot.open]

    def _card(self, worker: DrawingEngine) -> int:
        """Number a worker among all, those that do not draw just now too."""
        workers = self.engines.workers
        return workers.index(worker) + 1 if len(workers) > 1 else 0

    def leave(self, job_id: str) -> None:
        """Note that a job is no longer with its worker, or never got there."""
        slot = self._of_job.pop(job_id, None)
        if slot is None:
            self._queue.release(job_id)
        elif slot.feed.leave(job_id):
            slot.pace.ended(job_id, now=self._now())
            slot.left(job_id)
            if slot.full and not slot.feed.jobs:  # what it has was cancelled, and nobody here hears how that ends
                asyncio.get_running_loop().call_later(FULL_S, self._try_again, slot)
        self.changed()

    def _try_again(self, slot: WorkerSlot) -> None:
        slot.full = False
        self.changed()

    def close(self) -> None:
        """Give nothing more to anybody."""
        self._closed = True

    def changed(self) -> None:
        """See whether something may start now."""
        self._changed.set()
