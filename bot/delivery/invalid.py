"""How many of the bot's requests Discord called invalid lately: who makes too many is shut out altogether."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

WINDOW_S = 600.0
LIMIT = 10_000
"""In ten minutes; then the address is blocked (developer documentation, Rate Limits, Invalid Request Limit)."""

THIN_FROM = LIMIT // 10
STOP_AT = LIMIT // 2
"""Between the two, what may be left out goes more and more rarely; beyond the second, nothing goes that nobody waits
for. The other half is for what people ask, and for other programs behind this address."""

_GRAIN_S = 10.0
"""They are counted by the ten seconds."""


class InvalidRequests:
    """Counts 401, 403, and 429 where the limit is the bot's own."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counted: deque[tuple[float, int]] = deque()  # when ten seconds began, and how many came in them
        self._sum = 0

    def heed(self, status: int, headers: Mapping[str, str]) -> None:
        """Count an answer of Discord's if it is such a one."""
        if status not in (401, 403, 429) or headers.get("X-RateLimit-Scope") == "shared":
            return
        now = self._clock()
        if self._counted and now - self._counted[-1][0] < _GRAIN_S:
            begun, many = self._counted.pop()
            self._counted.append((begun, many + 1))
        else:
            self._counted.append((now, 1))
        self._sum += 1

    @property
    def recent(self) -> int:
        """How many there were in the last ten minutes."""
        while self._counted and self._clock() - self._counted[0][0] >= WINDOW_S + _GRAIN_S:
            self._sum -= self._counted.popleft()[1]
        return self._sum

    @property
    def share(self) -> float:
        """Which share of what may be left out should still go: 1 is all of it, 0 nothing."""
        return min(max((STOP_AT - self.recent) / (STOP_AT - THIN_FROM), 0.0), 1.0)

    @property
    def wait_s(self) -> float:
        """How long what nobody waits for should wait, and then ask again; 0 where it may go."""
        return _GRAIN_S if self.recent >= STOP_AT else 0.0
