"""How much more is drawn before a job than stood ahead of it when it was asked for: newcomers go first, being fair.

Nobody can foresee who will come, so it is learned from what came: the more of their own somebody has ahead, the more
often they are overtaken.
"""

from __future__ import annotations

from collections import deque
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from bot.queue.standing import Standing
    from bot.queue.ticket import Ticket

DEPTHS = 5
"""Jobs with so many of their asker's own ahead, or more, are taken together."""

ENOUGH, REMEMBERED = 8, 60
"""Jobs of a depth that must have come through before they say something, and how many of the last ones are heard."""

FOLLOWED = 10_000
"""Waiting jobs that are followed; the oldest of more are forgotten, as are those that never began."""


class _Asked(NamedTuple):
    own: int
    ahead: float
    started: float


class Overtaking:
    """Follows jobs from the moment when they are asked for until they begin."""

    def __init__(self) -> None:
        self._asked: dict[str, _Asked] = {}
        self._started = 0.0  # the cost of everything that has begun
        self._times: dict[int, deque[float]] = {}

    def asked(self, ticket: Ticket, standing: Standing) -> None:
        """Note where a job stands that has just come."""
        self._asked[ticket.id] = _Asked(standing.own, standing.ahead, self._started)
        if len(self._asked) > FOLLOWED:
            del self._asked[next(iter(self._asked))]

    def began(self, ticket: Ticket) -> None:
        """Compare what has begun since a job was asked for with what stood ahead of it then."""
        asked = self._asked.pop(ticket.id, None)
        if asked is not None and asked.ahead > 0:
            times = self._times.setdefault(_depth(asked.own), deque(maxlen=REMEMBERED))
            times.append((self._started - asked.started) / asked.ahead)
        self._started += ticket.cost

    def expected(self, standing: Standing) -> float:
        """Estimate what will be drawn before a job, as cost."""
        times = self._times.get(_depth(standing.own), ())
        return standing.ahead * max(1.0, median(times)) if len(times) >= ENOUGH else standing.ahead


def _depth(own: int) -> int:
    return min(own, DEPTHS - 1)
