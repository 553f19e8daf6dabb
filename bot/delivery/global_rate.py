"""How many requests a second the bot makes of Discord: before the limit for all of them, what may wait is left out."""

from __future__ import annotations

import re
import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LIMIT_PER_S = 50
"""Of one bot, all routes together (developer documentation, Rate Limits, Global Rate Limit)."""

THIN_FROM, STOP_AT = LIMIT_PER_S // 2, LIMIT_PER_S * 9 // 10
"""Between the two, what may be left out goes more and more rarely; the rest is for results and for what people ask."""

_NOT_COUNTED = re.compile(r"/interactions/\d+/[^/]+/callback$")
"""Answers to interactions are not bound to it. Edits by an interaction's token are not either, as it is written there;
they are counted all the same, for they are what is thinned out."""


class GlobalRate:
    """Counts those of the last second."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: deque[float] = deque()

    def heed(self, path: str) -> None:
        """Count a request that was answered; its path is that of the address."""
        if _NOT_COUNTED.search(path) is None:
            self._times.append(self._clock())
            self._forget()

    @property
    def recent(self) -> int:
        """How many there were in the last second."""
        self._forget()
        return len(self._times)

    def _forget(self) -> None:
        while self._times and self._clock() - self._times[0] >= 1.0:
            self._times.popleft()

    @property
    def share(self) -> float:
        """Which share of what may be left out should still go: 1 is all of it, 0 nothing."""
        return min(max((STOP_AT - self.recent) / (STOP_AT - THIN_FROM), 0.0), 1.0)
