"""One job's events on their way to a reader that may be slow: news replaces older news, pictures wait."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeAlias

from engine.wire import Cancelled, Failed, Finished, Picture, Preview, Progress, Started

if TYPE_CHECKING:
    from bot.errors import EngineError

JobEvent: TypeAlias = Started | Progress | Preview | Picture | Finished | Cancelled | Failed


class Mailbox:
    """Holds at most one event of each kind and picture, in the order in which they came."""

    def __init__(self) -> None:
        self._events: dict[tuple[type[JobEvent], int], JobEvent] = {}
        self._error: EngineError | None = None
        self._arrived = asyncio.Event()

    def put(self, event: JobEvent) -> None:
        """Add an event in place of an older one of its kind; a picture takes the place of its own preview, too."""
        number = event.number if isinstance(event, Preview | Picture) else 0
        self._events.pop((type(event), number), None)
        if isinstance(event, Picture):
            self._events.pop((Preview, number), None)
        self._events[type(event), number] = event
        self._arrived.set()

    def fail(self, error: EngineError) -> None:
        """Let the reader have what is here, and then this error."""
        self._error = error
        self._arrived.set()

    async def get(self) -> JobEvent:
        """Take the oldest event, or wait for one.

        Raises:
            EngineError: What `fail` was given, once everything is taken.
        """
        while not self._events:
            if self._error is not None:
                raise self._error
            self._arrived.clear()
            await self._arrived.wait()
        return self._events.pop(next(iter(self._events)))
