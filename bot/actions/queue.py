"""Who may do what to the line: people to their own jobs, moderators to everything of their server and nothing else.

A moderator here is who may manage messages in the whole server, not in one channel of it. They see whose a job is, and
what was asked for where they may read that: in a channel that they can open, at a rating that is shown where they are.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord

from bot.answer import NO_PINGS
from bot.errors import InvalidRequest, NotYours
from bot.routes import Route, on_press
from bot.sentences import queue as says
from bot.store.queue import Steered
from bot.views.card import title
from bot.views.queue import JOBS_A_PAGE, LABELS, PRESS, QUEUE_ACTIONS, QueuePage, QueuePress, QueueRow, listing

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.checks.gatekeeper import Gatekeeper
    from bot.flow.dispatch import Dispatch
    from bot.flow.journeys import Journeys
    from bot.flow.places import Places
    from bot.job import Job
    from bot.queue.arrivals import Arrivals
    from bot.queue.forecast import Forecast, Wait
    from bot.queue.queue import Queue
    from bot.queue.ticket import Ticket
    from bot.sentences.sentence import Sentence
    from bot.store import Store
    from bot.views.queue import Whose

log = logging.getLogger(__name__)


@dataclass(kw_only=True, eq=False)
class QueueActions:
    """Shows the line and changes it; the rights are asked for at every press, whoever the list was shown to."""

    gatekeeper: Gatekeeper
    dispatch: Dispatch
    journeys: Journeys
    places: Places
    queue: Queue
    arrivals: Arrivals
    forecast: Forecast
    store: Store
    now: Callable[[], float]

    async def show(self, interaction: discord.Interaction[Any]) -> None:
        """Show somebody their own jobs."""
        view = listing(await self._page(interaction, QueuePress("show", "mine", 0)))
        await interaction.response.send_message(view=view, ephemeral=True, allowed_mentions=NO_PINGS)

    def routes(self) -> list[Route]:
        """Hand in the buttons of the list."""
        return [on_press(PRESS, self._pressed)]

    async def _pressed(
        self, interaction: discord.Interaction[Any], *, action: str, whose: Whose, page: str, job_id: str
    ) -> None:
        await self.press(interaction, QueuePress(action, whose, int(page), job_id or None))

    async def press(self, interaction: discord.Interaction[Any], press: QueuePress) -> None:
        """Do what a button of the list says, and show the list as it is then.

        Raises:
            Refused: Somebody else's job, or nothing that can be done now.
        """
        if press.whose == "server":
            self._server(interaction)
        said = None if press.action == "show" else await self._do(interaction, press)
        view = listing((await self._page(interaction, press))._replace(said=said))
        if interaction.response.is_done():
            await interaction.edit_original_response(view=view, allowed_mentions=NO_PINGS)
        else:
            await interaction.response.edit_message(view=view, allowed_mentions=NO_PINGS)

    # What is done

    async def _do(self, interaction: discord.Interaction[Any], press: QueuePress) -> Sentence:
        if press.action not in LABELS or (press.action in QUEUE_ACTIONS) != (press.job_id is None):
            raise InvalidRequest(says.OLD_BUTTON)
        who = interaction.user.id
        if press.job_id is None:
            said = await self._steer(self._server(interaction), press.action)
            log.info("server %s: %s by %s", interaction.guild_id, press.action, who)
            return said
        job = await self.store.jobs.get(press.job_id)
        if job is None:
            raise InvalidRequest(says.NO_RECORD)
        if press.whose == "server":
            if job.guild_id != self._server(interaction):
                raise NotYours(says.OTHER_SERVER)
        elif job.user_id != who:
            raise NotYours(says.not_yours(job.user_id))
        if job.id in self.arrivals:
            await interaction.response.defer()  # Discord may take its time to say that it took the acknowledgement
            await self.arrivals.settled(job.id)
        change = self._cancel if press.action == "cancel" else self._change
        said = await change(interaction, job, press)
        log.info("job %s: %s by %s", job.id, press.action, who)
        return said

    async def _cancel(self, interaction: discord.Interaction[Any], job: Job, press: QueuePress) -> Sentence:
        if job.id not in self.queue and not any(ticket.id == job.id for ticket in self.queue.running):
            raise InvalidRequest(says.ALREADY_DRAWN)
        if not interaction.response.is_done():
            await interaction.response.defer()  # the job's own message is told first, and that may take long
        if not await self.journeys.cancel(job):
            raise InvalidRequest(says.ALREADY_DRAWN)
        return says.cancelled(await self._title(interaction, job, mine=press.whose == "mine"))

    async def _change(self, interaction: discord.Interaction[Any], job: Job, press: QueuePress) -> Sentence:
        """Hold, resume or move a job; moved in the server's list it is a moderator's move, else its owner's."""
        title = await self._title(interaction, job, mine=press.whose == "mine")
        self._require(job.id, waits=True)
        if press.action == "up":
            now, in_server = self.now(), press.whose == "server"
            self._require(job.id, waits=await self.store.queue.move_up(job.id, now=now))
            self.queue.move_up(job.id, now=now, in_server=in_server)
            said = says.first_of_server(title) if in_server else says.first_of_yours(title)
        else:
            held = press.action == "hold"
            self._require(job.id, waits=await self.store.queue.hold(job.id, held=held))
            (self.queue.hold if held else self.queue.resume)(job.id)
            said = says.held(title) if held else says.resumed(title)
        await self.dispatch.queue_changed(self.queue.get(job.id))
        return said

    def _require(self, job_id: str, *, waits: bool) -> None:
        """Make sure that a job still waits, in the store and here; the engine may have taken it in between."""
        if not waits or job_id not in self.queue:
            raise InvalidRequest(says.NO_LONGER_WAITS)

    async def _steer(self, guild_id: int, action: str) -> Sentence:
        switches = self.queue.switches
        paused, closed = guild_id in switches.paused, guild_id in switches.closed
        if action in {"pause", "unpause"}:
            paused = action == "pause"
        else:
            closed = action == "drain"
        await self.store.queue.steer(Steered(guild_id, paused=paused, closed=closed))
        self.queue.pause(guild_id, paused=paused)
        self.queue.close(guild_id, closed=closed)
        await self.dispatch.queue_changed(*self.queue.of_server(guild_id, 0, JOBS_A_PAGE))
        said = {"pause": says.NOW_PAUSED, "unpause": says.GOES_ON, "drain": says.NOW_DRAINED, "open": says.NOW_OPEN}
        return said[action]

    # What is shown

    async def _page(self, interaction: discord.Interaction[Any], press: QueuePress) -> QueuePage:
        mine = press.whose == "mine"
        guild_id = None if mine else self._server(interaction)
        drawn = [
            ticket
            for ticket in self.queue.running
            if (ticket.user_id == interaction.user.id if guild_id is None else ticket.guild_id == guild_id)
        ]
        if guild_id is None:
            own, coming = self.queue.of_person(interaction.user.id), self.arrivals.of_person(interaction.user.id)
            in_line = len(own)
        else:
            own, coming = [], self.arrivals.of_server(guild_id)
            in_line = self.queue.jobs_of_server(guild_id)
        jobs = len(drawn) + in_line + len(coming)
        pages = max(1, -(-jobs // JOBS_A_PAGE))
        page = min(press.page, pages - 1)
        first = page * JOBS_A_PAGE
        shown = drawn[first : first + JOBS_A_PAGE]
        after, room = max(0, first - len(drawn)), JOBS_A_PAGE - len(shown)
        shown += own[after : after + room] if guild_id is None else self.queue.of_server(guild_id, after, room)
        shown += coming[max(0, after - in_line) :][: JOBS_A_PAGE - len(shown)]
        rows = [await self._row(interaction, ticket, is_drawn=ticket in drawn, mine=mine) for ticket in shown]
        return QueuePage(
            whose=press.whose,
            page=page,
            pages=pages,
            rows=rows,
            jobs=jobs,
            moderator=_is_moderator(interaction),
            paused=not mine and guild_id in self.queue.switches.paused,
            closed=not mine and guild_id in self.queue.switches.closed,
            engine=self.places.engine_sentence,
            cards=self.places.cards_sentence,
        )

    def _wait(self, ticket: Ticket) -> Wait:
        on_its_way = ticket.id in self.arrivals
        return self.forecast.wait_of_new(ticket) if on_its_way else self.forecast.wait(ticket)

    async def _row(
        self, interaction: discord.Interaction[Any], ticket: Ticket, *, is_drawn: bool, mine: bool
    ) -> QueueRow:
        job = await self.store.jobs.get(ticket.id)
        return QueueRow(
            ticket,
            None if is_drawn else self._wait(ticket),
            _numbered(ticket.user_id, ticket.id) if job is None else await self._title(interaction, job, mine=mine),
            link=None if job is None or not (mine or _can_open(interaction, job)) else _link(job),
            progress=self.forecast.progress(ticket) if is_drawn else None,
            is_first=self.queue.is_first(ticket.id, in_server=not mine),
            card=job.drawn_with.card if is_drawn and job is not None and job.drawn_with is not None else 0,
        )

    async def _title(self, interaction: discord.Interaction[Any], job: Job, *, mine: bool) -> str:
        """Name a job to its owner by what was asked for, to a moderator by whose it is, with its words if they may."""
        if mine:
            return title(job.request)
        whose = _numbered(job.user_id, job.id)
        if _can_open(interaction, job) and await self.gatekeeper.lets_read(interaction, job):
            return f"{whose} · {title(job.request)}"
        return whose

    @staticmethod
    def _server(interaction: discord.Interaction[Any]) -> int:
        """Give the server whose moderator this is.

        Raises:
            NotYours: It is none.
        """
        if interaction.guild_id is None or not _is_moderator(interaction):
            raise NotYours(says.MODERATORS_ONLY)
        return interaction.guild_id


def _numbered(user_id: int, job_id: str) -> str:
    """Name somebody's job without its words; the number is what the operator's log calls it."""
    return f"<@{user_id}> `{job_id}`"


def _is_moderator(interaction: discord.Interaction[Any]) -> bool:
    user = interaction.user
    return isinstance(user, discord.Member) and user.guild_permissions.manage_messages


def _can_open(interaction: discord.Interaction[Any], job: Job) -> bool:
    """Tell whether a moderator can open the message of a job; nobody but its owner sees one that is private."""
    user = interaction.user
    if job.private or not isinstance(user, discord.Member):
        return False
    channel = user.guild.get_channel_or_thread(job.channel_id)
    if isinstance(channel, discord.Thread):
        if channel.is_private() and not (channel.parent and channel.permissions_for(user).manage_threads):
            return False
        channel = channel.parent
    return channel is not None and channel.permissions_for(user).view_channel


def _link(job: Job) -> str | None:
    """Give where the message of a job is; None of one that only its owner sees, and of one that is not there yet."""
    if job.message_id is None or job.private:
        return None
    return f"https://discord.com/channels/{job.guild_id or '@me'}/{job.channel_id}/{job.message_id}"
