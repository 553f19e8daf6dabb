"""Who is at the engine: what comes next, who must be alone there, and what it draws with."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.engine.shared_lock import SharedLock
from bot.job import DrawnWith
from engine import wire

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from bot.engine.drawing_engine import DrawingEngine
    from bot.queue.feed import Feed
    from bot.queue.pace import Pace
    from bot.queue.ticket import Ticket


class Pool:
    """The one place that knows how many engines there are; today there is one."""

    def __init__(self, engine: DrawingEngine, feed: Feed, pace: Pace, *, now: Callable[[], float]) -> None:
        self.engine = engine
        self.pace = pace
        self._feed = feed
        self._now = now
        self._lock = SharedLock()
        self._changed = asyncio.Event()
        self._closed = False

    @property
    def model_name(self) -> str | None:
        """What the engine draws with; None before it is ready."""
        status = self.engine.status
        return status.model_name if isinstance(status, wire.Ready) else None

    @property
    def drawn_with(self) -> DrawnWith | None:
        """Everything that decides how a picture comes out there; None before it is ready."""
        status = self.engine.status
        return DrawnWith.of(status) if isinstance(status, wire.Ready) else None

    @property
    def model_hash(self) -> str:
        """The first digits of its SHA-256; "" before it is ready, and where it is no single file."""
        status = self.engine.status
        return status.model_hash if isinstance(status, wire.Ready) else ""

    async def next(self) -> Ticket:
        """Wait until the engine can take a job and one may start, and take it out of the queue."""
        while True:
            await self.engine.ready()
            self._changed.clear()
            ticket = None if self._closed else self._feed.next()
            if ticket is not None:
                return ticket
            await self._changed.wait()

    def shares(self, ticket: Ticket) -> bool:
        """Whether a job that the engine gets should not wait for another one's end."""
        return self._feed.shares(ticket)

    def aboard(self, *, alone: bool) -> AbstractAsyncContextManager[None]:
        """Wait for a turn at the engine, and be there until the block is left."""
        return self._lock.join(alone=alone)

    def leave(self, job_id: str) -> None:
        """Note that the engine no longer has a job, or never got it."""
        if self._feed.leave(job_id):
            self.pace.ended(job_id, now=self._now())
        self.changed()

    def close(self) -> None:
        """Give nothing more to the engine."""
        self._closed = True

    def changed(self) -> None:
        """See whether something may start now."""
        self._changed.set()
