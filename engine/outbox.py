"""What waits to be sent to one client: nothing is lost, but a slow client gets only the newest progress."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from engine.wire import Loading, Preview, Progress

if TYPE_CHECKING:
    from collections.abc import Hashable

    from engine.wire import Event


class Outbox:
    """For one event loop; `put` never waits, so no client can hold up the worker."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, Event] = {}  # in order of the first arrival
        self._filled = asyncio.Event()
        self._put = 0

    def put(self, event: Event) -> None:
        """Add an event; one that replaces an earlier one takes its place."""
        self._put += 1
        self._waiting[_subject(event) or self._put] = event
        self._filled.set()

    async def get(self) -> Event:
        """Take the oldest event; wait for one."""
        await self._filled.wait()
        event = self._waiting.pop(next(iter(self._waiting)))
        if not self._waiting:
            self._filled.clear()
        return event

    @property
    def empty(self) -> bool:
        return not self._waiting


def _subject(event: Event) -> Hashable | None:
    """Tell what only the newest event about is worth sending; None where every one is."""
    match event:
        case Loading():
            return Loading
        case Progress():
            return Progress, event.job_id
        case Preview():
            return Preview, event.job_id, event.number
        case _:
            return None
