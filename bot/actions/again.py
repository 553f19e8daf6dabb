"""Again exactly: the same seeds with the same settings, and beforehand what has changed since."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.answer import NO_PINGS
from bot.errors import InvalidRequest
from bot.follow_up import drawn_again
from bot.long_texts import chars_of, worked_on
from bot.prompt.completion import check_offered, options_of
from bot.request import words_of_options
from bot.routes import Route, on_press
from bot.safety.ratings import together
from bot.sentences import ends
from bot.sentences import more as says
from bot.views.buttons import of_job
from bot.views.more import again_question

if TYPE_CHECKING:
    from collections.abc import Callable

    import discord

    from bot.actions.imagine import RequestBuilder
    from bot.actions.remix import Remix
    from bot.checks.gatekeeper import Gatekeeper
    from bot.config import Rating
    from bot.job import DrawnWith, Job
    from bot.request import Request
    from bot.sentences.sentence import Sentence
    from bot.store import Store
    from engine.wire import Origin


@dataclass(kw_only=True, eq=False)
class AgainExactly:
    """Promises nothing that it cannot know."""

    gatekeeper: Gatekeeper
    store: Store
    imagine: RequestBuilder
    """Draws it."""
    remix: Remix
    """Reads the pictures whose records are gone."""
    drawn_with: Callable[[DrawnWith | None, str], DrawnWith | None]
    """What is drawn with now as a checkpoint, of several engines by the one that is most like this; None: none is
    ready."""

    def routes(self) -> list[Route]:
        """Hand in the entry of the menu, and the button of its question."""
        return [on_press(of_job("exactly"), self.ask), on_press(of_job("redraw"), self.draw)]

    async def ask(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Say what has changed, and offer to draw it.

        Without a record the picture's own file is read, as Remix does: what of it cannot be repeated is said there.

        Raises:
            Refused: It would not be drawn; the message says why.
        """
        if await self.store.jobs.get(job_id) is None and interaction.message is not None:
            await self.remix.open_message(interaction, interaction.message)
            return
        job = await self._job(interaction, job_id)
        check_offered(job.request, self.imagine.limits)
        await self.imagine.intake.check_inputs(interaction.user.id, job.request)
        view = again_question(job, await self._changed(job))
        await interaction.response.send_message(view=view, ephemeral=True, allowed_mentions=NO_PINGS)

    async def draw(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Draw it, as the presser's own.

        Raises:
            Refused: Nothing was queued; the message says why.
        """
        job = await self._job(interaction, job_id)
        given = "" if job.user_id == interaction.user.id else words_of_options(options_of(job.request))
        await self.imagine.ask_again(interaction, job.request, given=given)

    async def _changed(self, job: Job) -> list[Sentence]:
        """Say everything that lets it come out otherwise, as far as it is known.

        Raises:
            InvalidRequest: It cannot be drawn again, or a preset that it names is gone.
        """
        said: list[Sentence] = []
        now = self.drawn_with(job.drawn_with, job.request.model)
        if job.drawn_with is None:
            said.append(says.DRAWN_WITH_UNKNOWN)
        elif now is None:
            said.append(says.ENGINE_NOT_READY)
        elif changes := job.drawn_with.differences(
            now, enlarged=job.request.enlargement is not None, begun=job.begins != "noise"
        ):
            said.append(says.changed(changes))
        if self.imagine.writer.loras.as_now(job.request) != job.request:
            said.append(says.changed(("loras",)))
        request = await self.imagine.intake.raised(job.request)
        written = await worked_on(chars_of(request), partial(self.gatekeeper.compose, request))
        if (written.prompt, written.negative_prompt) != (job.prompt, job.negative_prompt):
            said.append(says.WRITTEN_OTHERWISE)
        if await self._begins_otherwise(request, job.begins):
            said.append(says.BEGINS_OTHERWISE)
        return said or [says.UNCHANGED]

    async def _begins_otherwise(self, request: Request, begins: Origin | None) -> bool:
        """Tell whether a request begins with something else than it did.

        Raises:
            InvalidRequest: There is nothing left to begin it with.
        """
        parent, strength = request.parent, request.strength
        if parent is None or strength is None:
            return False
        kept = await self.store.pictures.of(parent.job_id)
        left = next((one for one in kept if one.number == parent.number and not one.deleted), None)
        if left is not None:
            latents = request.change is None and left.latents_sha256 is not None  # a part is drawn anew over pixels
            return begins != ("latents" if latents else "pixels")
        before = await self.store.jobs.get(parent.job_id)
        if strength or before is None or not drawn_again(request, before.request):
            raise InvalidRequest(ends.PARENT_GONE)
        return begins != "noise"

    async def _job(self, interaction: discord.Interaction[Any], job_id: str) -> Job:
        """Look a job up that this person may have drawn again here.

        Raises:
            Refused: There is none; the message says why.
        """
        job = await self.store.jobs.get(job_id)
        if job is None or (job.private and job.user_id != interaction.user.id):  # nobody else ever saw its button
            raise InvalidRequest(says.NO_RECORD)
        await self.gatekeeper.check_starts(interaction, job.user_id)
        measured: list[Rating | None] = [picture.rating for picture in await self.store.pictures.of(job.id)]
        await self.gatekeeper.check_shown(interaction, job, [together(job.request.rating, measured)])
        return job
