"""Asks the gate about a place and a request as they are at this moment; every door of the bot asks here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.errors import InvalidRequest, PromptRefused
from bot.place import missing_permissions, place_of
from bot.safety.gate import Situation, Verdict, judge, limit, previews, shows
from bot.safety.policy import ServerPolicy

if TYPE_CHECKING:
    from collections.abc import Callable

    import discord

    from bot.config import Rating
    from bot.job import Job
    from bot.prompt.compose import Composed
    from bot.request import Request
    from bot.safety.policy import OperatorPolicy
    from bot.safety.wish import Texts, Wish
    from bot.safety.wording import TextFilter


class Door:
    """Looks up what the gate needs to know, never remembers it, and hands on what the gate says."""

    def __init__(
        self,
        *,
        client: discord.Client,
        operator: OperatorPolicy,
        compose: Callable[[Request], Composed],
        wish: Callable[[Request, Texts], Wish],
        words: TextFilter,
    ) -> None:
        self._client = client
        self._operator = operator
        self._compose = compose
        self._wish = wish
        self._words = words

    async def policy(self, _guild_id: int | None) -> ServerPolicy:
        """Look up what the admins of a server decided."""
        return ServerPolicy()

    async def situation(self, guild_id: int | None, channel_id: int) -> Situation:
        """Look up what decides about this place as it is now."""
        place = await place_of(self._client, guild_id, channel_id)
        return Situation(place=place, operator=self._operator, channels=(channel_id,))

    async def highest_here(self, interaction: discord.Interaction[Any]) -> Rating:
        """Give the highest rating that a form may offer where this happens.

        Raises:
            InvalidRequest: Nothing can be drawn here.
        """
        highest = limit(await self.situation(interaction.guild_id, interaction.channel_id or 0))
        if highest is None:
            raise InvalidRequest("This channel is gone, so nothing can be drawn here.")
        return highest

    async def check(self, interaction: discord.Interaction[Any], request: Request) -> Composed:
        """Write the texts of a request that may be drawn where it is asked for.

        Raises:
            Refused: It may not; the message says why.
        """
        channel_id = interaction.channel_id
        if channel_id is None:
            raise InvalidRequest("Discord did not say which channel this is. Please try again in another one.")
        if missing := missing_permissions(interaction):
            raise InvalidRequest(f"I cannot post here. This channel does not give me: {', '.join(missing)}.")
        composed = self._compose(request)
        verdict = await self._judge(interaction.guild_id, channel_id, request, composed)
        if not verdict.allowed:
            raise PromptRefused(verdict.sentence)
        return composed

    async def judge_begun(self, job: Job) -> Verdict:
        """Ask the gate whether a job that was accepted may still be drawn in its place as it is now."""
        return await self._judge(job.guild_id, job.channel_id, job.request, job)

    async def judge_shown(self, job: Job) -> Verdict:
        """Ask the gate whether anything of a job may be shown in its place as it is now, by what was asked for."""
        asked = job.request.rating
        return shows(await self.situation(job.guild_id, job.channel_id), asked, asked)

    async def judge_picture(self, job: Job, measured: Rating | None) -> Verdict:
        """Ask the gate whether one picture of a job may be shown; `measured` is what it shows, None if not rated."""
        return shows(await self.situation(job.guild_id, job.channel_id), job.request.rating, measured)

    async def judge_preview(self, job: Job, measured: Rating | None) -> Verdict:
        """Ask the gate whether a preview may be shown; `measured` is as in `judge_picture`."""
        return previews(await self.situation(job.guild_id, job.channel_id), job.request.rating, measured)

    async def judge_shown_here(
        self, interaction: discord.Interaction[Any], job: Job, measured: Rating | None
    ) -> Verdict:
        """Ask the gate whether a picture may be shown where this happens, wherever it was asked for."""
        here = await self.situation(interaction.guild_id, interaction.channel_id or 0)
        return shows(here, job.request.rating, measured)

    async def _judge(self, guild_id: int | None, channel_id: int, request: Request, texts: Texts) -> Verdict:
        return judge(await self.situation(guild_id, channel_id), self._wish(request, texts), self._words)
