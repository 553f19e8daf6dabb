"""Who may do what to the line: people to their own jobs, moderators to everything of their server and nothing else.

A moderator here is who may manage messages in the whole server, not in one channel of it. They see whose a job is and
never what was asked for.
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
from bot.views.queue import JOBS_A_PAGE, LABELS, PRESS, QUEUE_ACTIONS, QueuePress, QueueRow, Shown, listing

if TYPE_CHECKING:
    from collections.abc import Callable

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
        said = await (self._cancel(interaction, job) if press.action == "cancel" else self._change(job, press))
        log.info("job %s: %s by %s", job.id, press.action, who)
        return said

    async def _cancel(self, interaction: discord.Interaction[Any], job: Job) -> Sentence:
        if job.id not in self.queue and not any(ticket.id == job.id for ticket in self.queue.running):
            raise InvalidRequest(says.ALREADY_DRAWN)
        if not interaction.response.is_done():
            await interaction.response.defer()  # the job's own message is told first, and that may take long
        if not await self.journeys.cancel(job):
            raise InvalidRequest(says.ALREADY_DRAWN)
        return says.cancelled(job.id)

    async def _change(self, job: Job, press: QueuePress) -> Sentence:
        """Hold, resume or move a job; moved in the server's list it is a moderator's move, else its owner's."""
        self._require(job.id, waits=True)
        if press.action == "up":
            now, in_server = self.now(), press.whose == "server"
            self._require(job.id, waits=await self.store.queue.move_up(job.id, now=now))
            self.queue.move_up(job.id, now=now, in_server=in_server)
            said = says.first_of_server(job.id) if in_server else says.first_of_yours(job.id)
        else:
            held = press.action == "hold"
            self._require(job.id, waits=await self.store.queue.hold(job.id, held=held))
            (self.queue.hold if held else self.queue.resume)(job.id)
            said = says.held(job.id) if held else says.resumed(job.id)
        await self.dispatch.queue_changed(self.queue.get(job.id))
        return said

    def _require(self, job_id: str, *, waits: bool) -> None:
        """Make sure that a job still waits, in the store and here; the engine may have taken it in between."""
        if not waits or job_id not in self.queue:
            raise InvalidRequest(says.NO_LONGER_WAITS)

    async def _steer(self, guild_id: int, action: str) -> Sentence:
        paused, closed = self.queue.is_paused(guild_id), self.queue.is_closed(guild_id)
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

    async def _page(self, interaction: discord.Interaction[Any], press: QueuePress) -> Shown:
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
        rows = [
            QueueRow(ticket, None if ticket in drawn else self._wait(ticket), await self._title(ticket, mine=mine))
            for ticket in shown
        ]
        return Shown(
            whose=press.whose,
            page=page,
            pages=pages,
            rows=rows,
            jobs=jobs,
            moderator=_is_moderator(interaction),
            paused=not mine and self.queue.is_paused(guild_id),
            closed=not mine and self.queue.is_closed(guild_id),
            engine=self.places.engine_sentence,
        )

    def _wait(self, ticket: Ticket) -> Wait:
        on_its_way = ticket.id in self.arrivals
        return self.forecast.wait_of_new(ticket) if on_its_way else self.forecast.wait(ticket)

    async def _title(self, ticket: Ticket, *, mine: bool) -> str:
        if not mine:
            return f"<@{ticket.user_id}>"
        job = await self.store.jobs.get(ticket.id)
        return "" if job is None else title(job.request)

    @staticmethod
    def _server(interaction: discord.Interaction[Any]) -> int:
        """Give the server whose moderator this is.

        Raises:
            NotYours: It is none.
        """
        if interaction.guild_id is None or not _is_moderator(interaction):
            raise NotYours(says.MODERATORS_ONLY)
        return interaction.guild_id


def _is_moderator(interaction: discord.Interaction[Any]) -> bool:
    user = interaction.user
    return isinstance(user, discord.Member) and user.guild_permissions.manage_messages
