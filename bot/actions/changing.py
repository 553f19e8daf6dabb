"""A picture that exists, one of ours or one that somebody brings, and what of it is to be drawn anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from bot.actions.message_pictures import pictures_in
from bot.errors import InvalidRequest
from bot.prompt.completion import options_of
from bot.request import Change, Options, Parent, size_of, words_of_options
from bot.safety.ratings import together
from bot.sentences import more, recipes
from bot.sentences import uploads as says
from bot.store.forms import open_form
from engine.marking import OF_A_PERSON

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import discord

    from bot.actions.edit import Editing
    from bot.actions.imagine import RequestBuilder
    from bot.checks.gatekeeper import Gatekeeper
    from bot.checks.uploads import Uploads
    from bot.config import Rating
    from bot.job import Job
    from bot.store import Store
    from engine.extending import Direction
    from engine.marking import Area


@dataclass(kw_only=True, eq=False)
class Changing:
    """Whatever somebody brings is an upload; a picture of ours is known by its job and message in the store alone."""

    gatekeeper: Gatekeeper
    accepted_any: Callable[[discord.Interaction[Any]], Awaitable[bool]]
    """Whether somebody has accepted any terms; if not, it has shown them."""
    store: Store
    imagine: RequestBuilder
    """Draws what it comes to."""
    uploads: Uploads
    editing: Editing
    """Asks what is to be there."""
    now: Callable[[], float]
    """Unix time in seconds."""

    async def begin(
        self, interaction: discord.Interaction[Any], options: Options, image: discord.Attachment | None
    ) -> None:
        """Draw what was typed, over a picture where one was attached.

        Raises:
            Refused: Nothing was queued; the message says why.
        """
        if image is not None:
            # Who has not accepted the terms is shown them afterwards: their Accept goes on with this picture.
            await self.gatekeeper.check_brings(interaction)  # for whom nothing is drawn, nothing is read
            options = msgspec.structs.replace(options, image=await self.uploads.take(interaction.user.id, image))
        await self.imagine.ask(interaction, options)

    async def repaint(
        self,
        interaction: discord.Interaction[Any],
        options: Options,
        image: discord.Attachment,
        *,
        mask: discord.Attachment | None,
        area: Area | None,
        direction: Direction | None,
    ) -> None:
        """Draw a part of an attached picture anew, or go on beyond its edge.

        Raises:
            Refused: Nothing was queued; the message says why.
        """
        said = [mask, area, direction]
        if not any(said):
            raise InvalidRequest(says.NEEDS_AREA)
        if said.count(None) < len(said) - 1:
            raise InvalidRequest(says.ONE_AREA)
        await self.gatekeeper.check_brings(interaction)  # the terms come afterwards, as above
        person = interaction.user.id
        if mask is None:
            kept, painted = await self.uploads.take(person, image), None
        else:
            kept, painted = await self.uploads.take_with_mask(person, image, mask)
        change = Change(area=area, direction=direction, mask=painted)
        options = msgspec.structs.replace(options, image=kept, change=change)
        notes = (says.FACE_IS_GUESSED,) if area in OF_A_PERSON else ()
        await self.imagine.ask(interaction, options, notes=notes)

    async def open_message(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """Ask what is to be drawn over the first picture of a message, and of which part.

        Raises:
            Refused: There is none that is taken; the message says why.
        """
        await self.gatekeeper.highest_here(interaction)
        job = await self._job_of(interaction, message)
        if job is not None:
            options = await self._of_job(interaction, job)
            given = "" if job.user_id == interaction.user.id else words_of_options(options)
        else:
            pictures = pictures_in(message)
            if not pictures:
                raise InvalidRequest(recipes.NO_PICTURE)
            await self.gatekeeper.check_brings(interaction)
            if not await self.accepted_any(interaction):
                return
            options, given = Options(image=await self.uploads.take(interaction.user.id, pictures[0])), ""
        form = open_form(options, given=given)
        kept_as = await self.store.forms.keep(interaction.user.id, form, now=self.now())
        await self.editing.show(interaction, kept_as, form)

    async def _job_of(self, interaction: discord.Interaction[Any], message: discord.Message) -> Job | None:
        """Find the job whose message this is; a copy of one is nobody's."""
        if message.author.id != interaction.application_id:
            return None
        return await self.store.jobs.shown_by(message.id)

    async def _of_job(self, interaction: discord.Interaction[Any], job: Job) -> Options:
        """Begin with the first picture of a job that may be seen here, at the higher of its two ratings."""
        await self.gatekeeper.check_starts(interaction, job.user_id)
        pictures = {one.number: one for one in await self.store.pictures.of(job.id) if not one.deleted}
        if not pictures:
            raise InvalidRequest(more.NOT_THERE)
        here = await self.gatekeeper.situation_here(interaction)
        measured: dict[int, Rating | None] = {number: one.rating for number, one in pictures.items()}
        number = min(await self.gatekeeper.check_pictures(interaction, here, job, measured))
        return msgspec.structs.replace(
            options_of(job.request),
            image=None,
            change=None,
            strength=None,
            seed=None,
            variation_seed=None,
            variation_strength=None,
            count=1,
            rating=together(job.request.rating, (measured[number],)),
            parent=Parent(job_id=job.id, number=number, link=job.link),
            size=size_of(job.request),
            from_upload=job.from_upload,
        )
