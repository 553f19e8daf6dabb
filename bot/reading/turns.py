"""Whose file is next: a few at once, one of each person, and whoever had a turn last comes last."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple

from bot.errors import InvalidRequest
from bot.sentences import recipes as says

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

AT_ONCE = 2
"""Files that are fetched and read at the same time; so many of the greatest size are in memory at most."""

PER_PERSON = 2
"""One that is being read, and one that waits."""

IN_ALL = 40
"""Whoever comes when so many are there would not get a turn in time."""


class _Waiting(NamedTuple):
    person: int
    turn: asyncio.Future[None]


class ReadingTurns:
    """The line before the files."""

    def __init__(self, *, at_once: int = AT_ONCE, per_person: int = PER_PERSON, in_all: int = IN_ALL) -> None:
        self._at_once = at_once
        self._per_person = per_person
        self._in_all = in_all
        self._here: Counter[int] = Counter()
        self._waiting: list[_Waiting] = []
        self._active: set[int] = set()
        self._last_turn: dict[int, int] = {}
        self._turns = 0

    @asynccontextmanager
    async def of(self, person: int, *, until: float) -> AsyncGenerator[None]:
        """Wait for a turn, and have it while this is open; whoever is cancelled leaves the line.

        Args:
            person: Whose turn.
            until: The loop's time after which it is of no use.

        Raises:
            InvalidRequest: The person, or everybody, has too many files here already; or it did not come in time.
        """
        if self._here[person] >= self._per_person:
            raise InvalidRequest(says.PERSON_BUSY)
        if self._here.total() >= self._in_all:
            raise InvalidRequest(says.ALL_BUSY)
        waiting = _Waiting(person, asyncio.get_running_loop().create_future())
        self._here[person] += 1
        self._waiting.append(waiting)
        self._give()
        try:
            await _in_time(waiting.turn, until)
            yield
        finally:
            self._leave(waiting)

    def _give(self) -> None:
        """Give free turns to those who had none for the longest time, the first who came among them."""
        while len(self._active) < self._at_once:
            able = [one for one in self._waiting if one.person not in self._active and not one.turn.done()]
            if not able:
                return
            chosen = min(able, key=lambda one: self._last_turn.get(one.person, 0))
            self._waiting.remove(chosen)
            self._active.add(chosen.person)
            self._turns += 1
            self._last_turn[chosen.person] = self._turns
            chosen.turn.set_result(None)

    def _leave(self, waiting: _Waiting) -> None:
        person = waiting.person
        if waiting in self._waiting:
            self._waiting.remove(waiting)
        else:
            self._active.discard(person)
        self._here[person] -= 1
        if not self._here[person]:
            del self._here[person]
            self._last_turn.pop(person, None)
        self._give()


async def _in_time(turn: asyncio.Future[None], until: float) -> None:
    try:
        async with asyncio.timeout_at(until):
            await turn
    except TimeoutError as error:
        raise InvalidRequest(says.ALL_BUSY) from error
