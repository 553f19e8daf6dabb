"""What waits to be sent to one client: nothing is lost, but a slow client gets only the newest progress.

How much may wait is bounded by more than a client that asks as the bot does can ever have asked for, of each worker.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from engine.wire import MAX_JOBS, Failed, Loras, Picture, Preview, Progress, Rejected, Workers

if TYPE_CHECKING:
    from collections.abc import Hashable

    from engine.wire import Event


MAX_BYTES = 256 * 1024 * 1024
"""Of one worker. The bot has at most 67 pictures there (`bot.queue.feed`: 64 of one shape, and one job of four), of
about a megapixel each, and pure noise of that size is a PNG of 3.2 MB."""

MAX_EVENTS = MAX_JOBS * 40
"""Of each job with 16 pictures 34 events can wait; the rest is for answers to commands that are none."""

_EVENT_BYTES = 400
"""Of an event beside what it carries, as measured with `sys.getsizeof` over its parts, and some."""


class Overfull(Exception):
    """More waits than may; the client does not read."""


class Outbox:
    """For one event loop; `put` never waits, so no client can hold up the worker."""

    def __init__(self, *, max_bytes: int = MAX_BYTES, max_events: int = MAX_EVENTS) -> None:
        self._max_bytes = max_bytes
        self._max_events = max_events
        self._workers = 1
        self._waiting: dict[Hashable, Event] = {}  # in order of the first arrival
        self._bytes = 0
        self._filled = asyncio.Event()
        self._put = 0

    def make_room(self, workers: int) -> None:
        """Have room for what so many workers say; it stays, for what a worker has said may outlive it here."""
        self._workers = max(self._workers, workers)

    def put(self, event: Event) -> None:
        """Add an event; one that replaces an earlier one takes its place.

        Raises:
            Overfull: There is no room for it.
        """
        self._put += 1
        key = subject_of(event) or self._put
        if (earlier := self._waiting.get(key)) is not None:
            self._bytes -= _size(earlier)
        self._waiting[key] = event
        self._bytes += _size(event)
        self._filled.set()
        if self._bytes > self._max_bytes * self._workers or len(self._waiting) > self._max_events * self._workers:
            raise Overfull(f"{len(self._waiting)} messages of {self._bytes / 1024**2:.0f} MiB wait for it")

    async def get(self) -> Event:
        """Take the oldest event; wait for one."""
        await self._filled.wait()
        event = self._waiting.pop(next(iter(self._waiting)))
        self._bytes -= _size(event)
        if not self._waiting:
            self._filled.clear()
        return event

    def clear(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
        self._bytes = 0
        self._filled.clear()

    @property
    def empty(self) -> bool:
        return not self._waiting


def subject_of(event: Event) -> Hashable | None:
    """Tell what only the newest event about is worth sending; None where every one is."""
    match event:
        case Workers():
            return Workers
        case Loras():
            return Loras
        case Progress():
            return Progress, event.job_id
        case Preview():
            return Preview, event.job_id, event.number
        case _:
            return None


def _size(event: Event) -> int:
    """Give about the bytes that an event takes."""
    match event:
        case Picture():
            carried = len(event.png) + (len(event.latents.values) if event.latents is not None else 0)
        case Preview():
            carried = len(event.image)
        case Rejected() | Failed():
            carried = len(event.detail)
        case _:
            carried = 0
    return _EVENT_BYTES + carried
