"""Whose bot this is: Discord is asked at every press, because a team's members change."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import discord

from bot.errors import InvalidRequest, NotYours
from bot.sentences import operator as says

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)

ANSWERS_WITHIN_S = 2.0
"""Of the three seconds that somebody waits for an answer."""

_ACTING = frozenset({discord.TeamMemberRole.admin, discord.TeamMemberRole.developer})
"""A team's read-only members look at the portal, and decide nothing."""


class Owners:
    """The application's owner or, where a team owns it, those of the team who may change it."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def require(self, interaction: discord.Interaction[Any]) -> None:
        """Let only them pass.

        Raises:
            NotYours: Somebody else asks.
            InvalidRequest: Discord does not say whose it is, so it is nobody's.
        """
        try:
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                info = await self._client.application_info()
        except (discord.DiscordException, OSError, TimeoutError) as error:
            log.warning("Discord does not say whose bot this is: %s", error)
            raise InvalidRequest(says.NOT_KNOWN) from error
        if interaction.user.id not in set(owners_of(info)):
            raise NotYours(says.NOT_YOURS)


def owners_of(info: discord.AppInfo) -> Iterator[int]:
    """Give the ids of those whose application it is; a team's own account is nobody."""
    if info.team is None:
        yield info.owner.id
        return
    for member in info.team.members:
        accepted = member.membership_state is discord.TeamMembershipState.accepted
        if accepted and (member.id == info.team.owner_id or member.role in _ACTING):
            yield member.id
