"""`/show`: a job that was asked for at any time comes back, privately: its state, its pictures, its buttons."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import discord

from bot.answer import NO_PINGS
from bot.delivery.message_editor import replace_answer
from bot.delivery.upload import file_limit, send_fitted
from bot.errors import InvalidRequest, PromptRefused
from bot.job import State, row_key
from bot.routes import Route, on_press
from bot.sentences import card as says
from bot.sentences import reports as reports_said
from bot.sentences.rendering import render
from bot.views import card
from bot.views.buttons import of_job
from bot.views.reporting import REASONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.checks.picture_filter import PictureFilter
    from bot.delivery.upload import Upload
    from bot.flow.places import Places
    from bot.job import Job
    from bot.store import Store

LOOKED_THROUGH = 50
"""So many of a person's latest jobs are looked through for what was typed."""


_MESSAGE_LINK = re.compile(
    r"<?https://(?:\w+\.)?discord\.com/channels/(?:@me|\d+)/\d+/(?P<message_id>\d{1,18}|[1-8]\d{18})/?>?", re.ASCII
)
"""As **Copy Message Link** gives it; the number is one that SQLite can hold."""


class Offered(NamedTuple):
    """A job in the list that completes what is typed."""

    shown: str
    job_id: str


@dataclass(kw_only=True, eq=False)
class JobViewer:
    """Everything that is shown is for the eyes of whoever asked, and was allowed by the gate where they asked."""

    client: discord.Client
    places: Places
    picture_filter: PictureFilter
    store: Store
    now: Callable[[], float]

    def routes(self) -> list[Route]:
        """Hand in the button that brings pictures back."""
        return [on_press(of_job("show"), self.show)]

    async def show(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Show a job to its owner, or to a moderator what was public; any text may have been typed as its id.

        Raises:
            Refused: It is not this person's to see, or not to be shown here; the message says why.
        """
        job = await self.store.jobs.get(job_id)
        if job is None or not self._may_see(interaction, job):
            raise InvalidRequest(says.UNKNOWN)
        match job.state:
            case State.RENDERED | State.DELIVERED:
                await self._show_pictures(interaction, job)
            case State.QUEUED | State.RUNNING:
                await self._answer(interaction, card.standing(job, self.places.standing(job)))
            case _:
                await self._answer(interaction, card.over(job))

    async def show_typed(self, interaction: discord.Interaction[Any], typed: str) -> None:
        """Show the job that somebody means: the newest of theirs with these words, or that of an id or a link.

        Raises:
            Refused: As above.
        """
        user_id = interaction.user.id
        if link := _MESSAGE_LINK.fullmatch(typed.strip()):
            job = await self.store.jobs.of_message(user_id, int(link["message_id"]))
            await self.show(interaction, "" if job is None else job.id)
            return
        offered = await self.suggest(user_id, typed)
        await self.show(interaction, offered[0].job_id if offered else typed)

    async def suggest(self, user_id: int, typed: str) -> list[Offered]:
        """Offer a person's latest jobs that have what was typed as their id or in their words."""
        wanted = typed.casefold().strip()
        key = row_key(typed) if any(map(str.isdigit, typed)) else None  # a cat is no number
        jobs = await self.store.jobs.recent(user_id, most=LOOKED_THROUGH)
        offered = [Offered(self._described(job), job.id) for job in jobs]
        named = [one for one in offered if row_key(one.job_id) == key]
        return named or [one for one in offered if wanted in one.shown.casefold()]

    def _described(self, job: Job) -> str:
        age_s = int(self.now() - job.created_at)
        return render(says.offered(job.state.value, age_s, card.caption(job.request)))

    async def _show_pictures(self, interaction: discord.Interaction[Any], job: Job) -> None:
        if job.user_id == interaction.user.id and await self.store.reports.hidden(job.id):
            reasons = [one.reason for one in await self.store.reports.of(job.id) if one.open]
            said = tuple(reports_said.reason(one) for one in REASONS if one in reasons)
            raise PromptRefused(reports_said.hidden_because(said, job.guild_id is not None))
        here = await self.picture_filter.here(interaction, job)
        if not here.pictures:
            await self._answer(interaction, card.ended(job, says.NO_LONGER_KEPT))
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        pictures = await self.store.pictures.whole(job.id, here.pictures)
        lost = len(here.pictures) - len(pictures)
        if not pictures:
            await replace_answer(interaction, card.ended(job, says.lost(lost), says.DRAWN_ANEW), [])
            return
        missing = [*([says.not_here(here.others)] if here.others else []), *([says.lost(lost)] if lost else [])]

        async def send(files: Upload) -> None:
            if await self.picture_filter.here(interaction, job) != here:  # making them fit may have taken seconds
                raise PromptRefused(says.CHANGED)
            view = card.result(job, files.names, spoiler=here.spoiler, missing=missing, note=files.note, alone=True)
            await replace_answer(interaction, view, files.opened())

        limit = min(interaction.filesize_limit, file_limit(self.client, interaction.guild_id))
        await send_fitted(job, pictures, per_file=limit, send=send)

    @staticmethod
    async def _answer(interaction: discord.Interaction[Any], view: discord.ui.LayoutView) -> None:
        await interaction.response.send_message(view=view, ephemeral=True, allowed_mentions=NO_PINGS)

    @staticmethod
    def _may_see(interaction: discord.Interaction[Any], job: Job) -> bool:
        """Whether it is this person's own, or was seen by everybody where this person is a moderator."""
        user = interaction.user
        if user.id == job.user_id:
            return True
        if job.private or job.kept is not None or job.state is State.RENDERED or job.guild_id != interaction.guild_id:
            return False
        guild = interaction.guild
        if guild is None or not isinstance(user, discord.Member):
            return False
        channel = guild.get_channel_or_thread(job.channel_id)
        granted = user.guild_permissions if channel is None else channel.permissions_for(user)
        return granted.view_channel and granted.manage_messages
