"""What stands under the bot's name in every server: how long the line is, coarsely, and no more than once a minute."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING

import discord

from bot.sentences import presence as says
from bot.sentences.rendering import render

if TYPE_CHECKING:
    from typing import NoReturn

    from bot.flow.dispatch import Dispatch
    from bot.operating.overview import Overview
    from bot.queue.queue import Queue
    from bot.sentences.sentence import Sentence

log = logging.getLogger(__name__)

EVERY_S = 60.0
"""Discord lets a connection change its presence five times in twenty seconds (developer documentation, Gateway)."""

MINUTES = 60
STEPS = (10, 50, 100, 500)
"""Nobody is told of every request that somebody else makes."""


def coarsely(waiting: int, engine: str, *, paused: bool) -> Sentence:
    """Say how it stands in one of a few sentences."""
    if paused:
        return says.PAUSED
    if engine != "ready":
        return says.ENGINE_AWAY
    if not waiting:
        return says.NOBODY
    most = [step for step in STEPS if waiting >= step]
    return says.more_than(most[-1]) if most else says.A_FEW


class Presence:
    """Changes it where another sentence is true, and remembers how long the line was, for the operator's chart."""

    def __init__(self, overview: Overview, queue: Queue, dispatch: Dispatch) -> None:
        self._overview = overview
        self._queue = queue
        self._dispatch = dispatch
        self._shown: str | None = None
        self.waiting: deque[int] = deque(maxlen=MINUTES)
        """At each of the last minutes, the newest last."""

    async def work(self) -> NoReturn:
        """Look once a minute."""
        while True:
            await self._overview.client.wait_until_ready()
            self.waiting.append(len(self._queue))
            await self.show()
            await asyncio.sleep(EVERY_S)

    async def show(self) -> None:
        """Tell Discord, where there is news."""
        words = render(coarsely(len(self._queue), self._overview.engine_state, paused=self._dispatch.pool.paused))
        if words == self._shown:
            return
        try:
            await self._overview.client.change_presence(activity=discord.CustomActivity(words))
        except (discord.DiscordException, OSError) as error:
            log.info("the presence is as it was: %s", error)
        else:
            self._shown = words
