"""One worker as jobs meet it: what it has, how fast it is, and who may be with it together."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.engine.shared_lock import SharedLock
from bot.queue.feed import Feed

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from bot.engine.drawing_engine import DrawingEngine
    from bot.queue.pace import Pace
    from bot.queue.queue import Queue


log = logging.getLogger(__name__)


class WorkerSlot:
    """Lasts for as long as its worker is known; that may go away meanwhile, and come back."""

    def __init__(self, engine: DrawingEngine, queue: Queue, pace: Pace) -> None:
        self.engine = engine
        self.pace = pace
        self.feed = Feed(queue)
        self.switches = 0
        """How often it was given other weights than it had, since it is known."""
        self.card = 0
        """Its number among all that draw, from 1; 0: it is the only one. Members read this and no name: a name may be a
        machine's, or an address."""
        self.full = False
        """It has refused a job, and none of those that it has has ended since."""
        self._refused: set[str] = set()
        self._lock = SharedLock()

    def began(self, job_id: str, switch_s: float) -> None:
        """Note that a job has begun, and what it took to bring its checkpoint and LoRAs; 0: they were there."""
        if switch_s:
            self.switches += 1
            log.info("job %s: its weights were there after %.2f s (switch %d)", job_id, switch_s, self.switches)

    def refused(self, job_id: str) -> None:
        """Note that the worker did not take a job, because it has enough."""
        self._refused.add(job_id)
        self.full = True

    def left(self, job_id: str) -> None:
        """Note that a job is no longer there; unless it never was, there is room for another one."""
        self.full &= job_id in self._refused
        self._refused.discard(job_id)

    @property
    def open(self) -> bool:
        """Whether it may be given more: nobody is to wait for one that is drawn alone, where another worker is free."""
        return not self.full and not self._lock.wanted_alone

    def aboard(self, *, alone: bool) -> AbstractAsyncContextManager[None]:
        """Wait for a turn at the worker, and be there until the block is left."""
        return self._lock.join(alone=alone)
