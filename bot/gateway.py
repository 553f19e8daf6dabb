"""What Discord says when it closes a connection, and how many connections may still be made today."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

import discord
import discord.shard
from discord.gateway import DiscordWebSocket

from bot.errors import ConfigError
from bot.retrying import PASSING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

CLOSED = {
    4000: "Discord had an error that it does not name; the bot connects again",
    4001: "Discord does not know an opcode that was sent; the bot connects again. Please report it",
    4002: "Discord could not read what was sent; the bot connects again. Please report it",
    4003: "Something was sent before the bot had said who it is; the bot connects again. Please report it",
    4004: "Discord does not accept the bot token: it was reset. The portal's page of the bot gives a new one",
    4005: "The bot said twice who it is; it connects again. Please report it",
    4007: "Discord could not go on where the connection had ended; the bot connects again",
    4008: "The bot sent too much at once; it connects again",
    4009: "The session ran out; the bot connects again",
    4010: "Discord does not know the shard that was asked for. Please report it",
    4011: "The bot is in too many servers for so few shards. Start it again: it asks how many there should be",
    4012: "Discord no longer speaks this version of its API. Update Eshi",
    4013: "Discord does not know an intent that was asked for. Update Eshi",
    4014: "Discord has not granted an intent that was asked for. Eshi needs no privileged one: update it",
}
"""By code (developer documentation, Gateway Close Event Codes); there is no 4006."""

RESERVE = 5
"""Connections that are left to whoever restarts the bot by hand: behind the last one Discord resets the token."""


LEAST_S, TURN_S = 0.002, 0.02
"""Messages that take less go on after everybody's turn; more than the second was waited for, and not computed."""


class FairWebSocket(DiscordWebSocket):
    """Between two messages everybody else has as much time as the last one took.

    discord.py reads what has come without a pause: the servers of a shard, a thousand of them, in one piece. Meanwhile
    nobody would be answered.
    """

    async def received_message(self, msg: str | bytes, /) -> None:
        began = time.perf_counter()
        await super().received_message(msg)
        took_s = time.perf_counter() - began
        await asyncio.sleep(min(took_s, TURN_S) if took_s > LEAST_S else 0)


def take_turns() -> None:
    """Let discord.py read every connection so."""
    discord.shard.DiscordWebSocket = FairWebSocket  # pyright: ignore[reportPrivateImportUsage] -- there it is looked up


def why_closed(code: int | None) -> str:
    """Say to the operator why Discord closed the connection."""
    return CLOSED.get(code or 0, f"Discord closed the connection with {code}; the bot connects again")


async def connected(connecting: Awaitable[None]) -> None:
    """Wait for the gateway's end.

    Raises:
        ConfigError: Discord closed it for good, and trying again would only spend connections.
    """
    try:
        await connecting
    except discord.PrivilegedIntentsRequired as error:
        raise ConfigError(CLOSED[4014]) from error
    except discord.ConnectionClosed as error:
        raise ConfigError(why_closed(error.code)) from error


def first(group: BaseExceptionGroup[ConfigError]) -> ConfigError:
    """Give the first of those that went wrong together."""
    found = group.exceptions[0]
    return first(found) if isinstance(found, BaseExceptionGroup) else found


class SessionStarts:
    """Asked before every IDENTIFY: Discord allows a thousand a day, and then resets the token."""

    def __init__(
        self,
        limits: Callable[[], Awaitable[discord.SessionStartLimits]],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Prepare to ask.

        Args:
            limits: What Discord says of it now.
            sleep: Waits so long, in seconds.
        """
        self._limits = limits
        self._sleep = sleep

    async def allow(self) -> None:
        """Return when one more connection may be made; what comes of asking in vain is for the connection itself."""
        while True:
            try:
                limits = await self._limits()
            except (discord.DiscordException, *PASSING) as error:
                log.warning("Discord does not say how many connections are left: %s", error)
                return
            if limits.remaining > RESERVE:
                return
            wait_s = max(limits.reset_after / 1000, 1.0)
            log.error(
                "Only %d of %d connections are left, and after the last one Discord resets the bot token; "
                "waiting %.1f h until there are more. Something restarts the bot again and again",
                limits.remaining,
                limits.total,
                wait_s / 3600,
            )
            await self._sleep(wait_s)
