"""Which roles somebody has now: what an interaction says, and for jobs what Discord answers when it is asked."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import discord

from bot.retrying import PASSING, RETRY_DELAYS_S, repeating

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

TIMEOUT_S = 10.0
"""Of one try."""


class Roles:
    """Asks for one member at a time, so that the bot needs no list of members and no intent for one."""

    def __init__(
        self,
        client: discord.Client,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._sleep = sleep

    async def of(self, guild_id: int, user_id: int) -> frozenset[int] | None:
        """Find out somebody's roles, ``@everyone`` included, and wait out what passes by itself.

        Nothing is remembered: a role that was taken away a second ago counts no more.

        Returns:
            None where there is nobody to ask about: they left, or the bot did.
        """
        delays = repeating(RETRY_DELAYS_S)
        while True:
            guild = self._client.get_guild(guild_id)
            if guild is None:
                return None
            try:
                member = await asyncio.wait_for(guild.fetch_member(user_id), TIMEOUT_S)
            except PASSING as error:
                delay = next(delays)
                log.warning("the roles of %s cannot be found out (%s), again in %.0f s", user_id, error, delay)
                await self._sleep(delay)
            except discord.HTTPException as error:
                log.info("the roles of %s cannot be found out: %s", user_id, error)
                return None
            else:
                return roles_of(member)


def roles_of(user: discord.Member | discord.User) -> frozenset[int] | None:
    """Give the roles that came with an interaction or an answer; None for somebody who is no member there."""
    return frozenset(role.id for role in user.roles) if isinstance(user, discord.Member) else None
