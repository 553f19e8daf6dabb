"""From a request to a job in the queue: judged, counted, committed, acknowledged."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from bot.checks.roles import roles_of
from bot.delivery.acknowledgement import acknowledge
from bot.errors import InvalidRequest, QueueClosed, QueueFull
from bot.job import NewJob
from bot.queue.ticket import Ticket, counted
from bot.safety.ratings import together
from bot.sentences import uploads
from bot.views import card

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import discord

    from bot.checks.admission import Admission
    from bot.checks.gatekeeper import Gatekeeper
    from bot.config import Rating
    from bot.delivery.message_editor import MessageEditor
    from bot.flow.dispatch import Dispatch
    from bot.flow.places import Places
    from bot.measures import BotMeasures
    from bot.prompt.compose import Composed
    from bot.queue.arrivals import Arrivals
    from bot.request import Request
    from bot.store import Store

log = logging.getLogger(__name__)


@dataclass(kw_only=True, eq=False)
class Intake:
    """The job is committed first and acknowledged then, with the message that will become its result.

    A deferred answer before the commit would promise nothing, and be there some milliseconds earlier. But the message
    would come one way to Discord and back later, and what is refused after it would stand where everybody reads it.
    """

    accepted: Callable[[discord.Interaction[Any], Request], Awaitable[bool]]
    """Whether its asker has accepted the terms; if not, it has shown them, and the request comes back from there."""
    gatekeeper: Gatekeeper
    admission: Admission
    store: Store
    """For those who wait for an answer."""
    editor: MessageEditor
    arrivals: Arrivals
    places: Places
    dispatch: Dispatch
    measures: BotMeasures
    now: Callable[[], float]
    """Unix time in seconds."""

    @cached_property
    def _lasting(self) -> Store:
        """The same store, and patient: what Discord was told must be written down."""
        return self.store.patient()

    async def ask(self, interaction: discord.Interaction[Any], request: Request, *, given: str = "") -> None:
        """Take a request into the queue and answer with the message that will become its result.

        Args:
            interaction: Whose.
            request: What is asked for.
            given: As for `Gatekeeper.check`.

        Raises:
            Refused: Nothing was queued; the message says why.
        """
        if not await self.accepted(interaction, request):
            return
        await self.check_inputs(interaction.user.id, request)
        request = await self.raised(request)
        composed = await self.gatekeeper.check(interaction, request, given=given)
        try:
            await self._take(interaction, request, composed)
        except QueueFull:
            self.measures.refusals.add("queue_full")
            raise
        except QueueClosed:
            self.measures.refusals.add("queue_closed")
            raise

    async def _take(self, interaction: discord.Interaction[Any], request: Request, composed: Composed) -> None:
        """Put what may be drawn into the line.

        Raises:
            QueueFull, QueueClosed: There is no room.
        """
        policy = await self.gatekeeper.policy(interaction.guild_id)
        user, guild_id = interaction.user, interaction.guild_id
        with self.admission.place(user.id, guild_id):
            async with self.admission.day(user.id, guild_id, counted(request), policy):
                job = await self.store.jobs.submit(
                    NewJob(
                        user_id=user.id,
                        guild_id=guild_id,
                        channel_id=interaction.channel_id or 0,  # `check` had one
                        application_id=interaction.application_id,
                        interaction_id=interaction.id,
                        interaction_token=interaction.token,
                        token_created_at=self.now(),
                        request=request,
                        prompt=composed.prompt,
                        negative_prompt=composed.negative_prompt,
                        notes=tuple(note.sentence for note in composed.notes),
                        max_file_bytes=interaction.filesize_limit,
                        weight=policy.weight(roles_of(user) or frozenset()),
                    ),
                    now=self.now(),
                )
            log.info("job %s: queued by %s in channel %s", job.id, job.user_id, job.channel_id)
            log.debug("job %s: %r / %r", job.id, job.prompt, job.negative_prompt)
            ticket = Ticket.of(job)
            view = card.waiting(job, self.places.wait_of_new(ticket), engine=self.places.engine_sentence)
            jobs = self._lasting.jobs
            with self.arrivals.coming(ticket):  # whoever reads the answer finds it in the queue at once
                message_id = await acknowledge(interaction, job, view, editor=self.editor, jobs=jobs, now=self.now)
                self.dispatch.enter(await jobs.set_message(job.id, message_id))

    async def check_inputs(self, user_id: int, request: Request) -> None:
        """Make sure that what the request begins with is kept, and this person's.

        Raises:
            InvalidRequest: It is not.
        """
        mask = None if request.change is None else request.change.mask
        for sha256 in (request.image and request.image.sha256, mask):
            if sha256 is not None and await self.store.inputs.get(user_id, sha256) is None:
                raise InvalidRequest(uploads.INPUT_GONE)

    async def raised(self, request: Request) -> Request:
        """Take what is drawn over a picture of ours at the highest of what is asked for, what was, and what that shows.

        What that picture began with was taken so, too: over a chain no rating is ever lost. What begins as noise may be
        lower, and so may an enlargement of what is gone: it is drawn again, by the same words.
        """
        parent = request.parent
        if parent is None or request.strength is None:
            return request
        job = await self.store.jobs.get(parent.job_id)
        asked: list[Rating | None] = [] if job is None else [job.request.rating]
        pictures = await self.store.pictures.of(parent.job_id)
        kept = [one for one in pictures if one.number == parent.number and (request.strength or not one.deleted)]
        rating = together(request.rating, [*asked, *(one.rating for one in kept)])
        return msgspec.structs.replace(request, rating=rating)
