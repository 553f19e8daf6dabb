"""Whether one more request may be taken: the line and the server's part of it open, and no limit reached."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from bot.errors import QueueFull
from bot.queue.allowance import DAY_S, Allowance
from bot.sentences import queue as says
from bot.store.queue import Whose

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator

    from bot.queue.forecast import Forecast
    from bot.queue.queue import Queue
    from bot.safety.policy import ServerPolicy
    from bot.store.queue import StoredQueue


class Admission:
    """Holds what a request needs, within all limits, while it is on its way into store and line."""

    def __init__(
        self, *, queue: Queue, line: StoredQueue, forecast: Forecast, operator: Allowance, now: Callable[[], float]
    ) -> None:
        self._queue = queue
        self._line = line
        self._forecast = forecast
        self.operator = operator
        self._now = now
        self._counting = asyncio.Lock()

    def decided(self, guild_id: int, policy: ServerPolicy) -> None:
        """Hold a server's part of the line against what its admins decided, from now on."""
        self._queue.allow(guild_id, Allowance.of_server(policy))

    @contextmanager
    def place(self, user_id: int, guild_id: int | None) -> Generator[None]:
        """Hold a place in the queue until the job stands there itself.

        Args:
            user_id: Who asks.
            guild_id: Where; None is a direct message.

        Raises:
            LineClosed, QueueFull: There is none; the message says why and, where anybody can tell, when to come back.
        """
        with ExitStack() as held:
            try:
                held.enter_context(self._queue.reserve(user_id, guild_id))
            except QueueFull as full:
                at = None if full.until is None else self._forecast.drawn_at(full.until)
                if at is None:
                    raise
                raise QueueFull(says.come_back(full.sentence, round(at))) from full
            yield

    @asynccontextmanager
    async def day(
        self, user_id: int, guild_id: int | None, pictures: int, policy: ServerPolicy
    ) -> AsyncGenerator[None]:
        """Make sure that the day's limits take so many more; the job must be in the store before this is left.

        Raises:
            QueueFull: They do not; the message says when they will.
        """
        server = Allowance.of_server(policy)
        if not _counts_days(self.operator, server):
            yield
            return
        async with self._counting:  # nobody else's pictures are counted until these are in the store
            await self._check_day(user_id, guild_id, pictures, server)
            yield

    async def _check_day(self, user_id: int, guild_id: int | None, pictures: int, server: Allowance) -> None:
        limits: list[tuple[Whose, int | None, says.DayOf]] = [
            (Whose(user_id=user_id), self.operator.pictures_per_person, "person")
        ]
        if guild_id is not None:
            here = Whose(user_id=user_id, guild_id=guild_id)
            limits.extend(
                [
                    (here, server.pictures_per_person, "member"),
                    (Whose(guild_id=guild_id), self.operator.pictures_per_server, "server"),
                    (Whose(guild_id=guild_id), server.pictures_per_server, "server"),
                ]
            )
        for whose, most, said in limits:
            if most is not None:
                await self._check(whose, pictures, most, said)

    async def _check(self, whose: Whose, pictures: int, most: int, said: says.DayOf) -> None:
        since = self._now() - DAY_S
        drawn = await self._line.pictures(whose, since=since)
        if drawn + pictures <= most:
            return
        left = drawn
        for one in await self._line.drawn(whose, since=since):
            left -= one.pictures
            if left + pictures <= most:
                raise QueueFull(says.day_full(said, drawn, most, pictures, round(one.at + DAY_S)))
        raise QueueFull(says.day_never(said, drawn, most, pictures))


def _counts_days(*allowances: Allowance) -> bool:
    return any(one.pictures_per_person is not None or one.pictures_per_server is not None for one in allowances)
