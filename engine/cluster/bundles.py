"""One job's events on their way out of a worker: together where that loses nobody time, and pictures always.

Each message between two machines costs about a millisecond of both, whatever is in it, and a card of today takes forty
steps a second.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from engine.outbox import subject_of
from engine.wire import Preview, Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from engine.wire import Event

APART_S = 0.07
"""Between two messages that carry no more than progress and previews. Together with the way to the bot nothing is older
than a tenth of a second when it is there, and of a card's forty steps a second a third is sent."""


class Bundles:
    """For one event loop; `put` never waits, and `next` gives everything that is here."""

    def __init__(self, *, apart_s: float = APART_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._apart_s = apart_s
        self._clock = clock
        self._waiting: dict[Hashable, Event] = {}  # in order of the first arrival
        self._put = 0
        self._some = asyncio.Event()
        self._urgent = asyncio.Event()
        self._sent_at = -apart_s

    def put(self, event: Event) -> None:
        """Add an event; newer progress takes the place of older."""
        self._put += 1
        self._waiting[subject_of(event) or self._put] = event
        self._some.set()
        if not isinstance(event, Progress | Preview):
            self._urgent.set()

    async def next(self) -> list[Event]:
        """Wait until something is worth sending, and take all."""
        await self._some.wait()
        if (wait_s := self._sent_at + self._apart_s - self._clock()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._urgent.wait()
        taken = list(self._waiting.values())
        self._waiting.clear()
        self._some.clear()
        self._urgent.clear()
        self._sent_at = self._clock()
        return taken
