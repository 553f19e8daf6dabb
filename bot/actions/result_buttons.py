"""What each button under a job's message does, and what sending the Edit form does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord
import msgspec

from bot.answer import NO_PINGS, tell
from bot.care.moderators import moderates
from bot.errors import InvalidRequest, NotYours
from bot.job import State
from bot.prompt.completion import options_of
from bot.request import again, anew, words_of_options
from bot.routes import Route, on_form, on_press
from bot.safety.ratings import together
from bot.sentences import card as says
from bot.store.forms import open_form
from bot.views.buttons import of_job
from bot.views.deleting import DELETED, DeleteForm
from bot.views.edit import EDITED
from bot.views.recipe import found_recipe, recipe
from bot.views.spoiler import spoiled, with_spoiler

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.actions.edit import Editing
    from bot.actions.imagine import RequestBuilder
    from bot.actions.remix import Remix
    from bot.care.moderation import Moderation
    from bot.checks.gatekeeper import Gatekeeper
    from bot.config import Rating
    from bot.delivery.message_editor import MessageEditor
    from bot.flow.journeys import Journeys
    from bot.job import Job
    from bot.sentences.sentence import Sentence
    from bot.store import Store


CHAIN = 8
"""Pictures that a recipe names one by one; of those before them it says how many there are."""


@dataclass(kw_only=True, eq=False)
class ResultButtons:
    """Anybody may draw again as themselves, where the server lets them; only the owner or a moderator may remove."""

    gatekeeper: Gatekeeper
    """Knows what may be drawn where."""
    journeys: Journeys
    store: Store
    editor: MessageEditor
    """Reaches messages of jobs."""
    imagine: RequestBuilder
    """Draws what a picture's own recipe says."""
    editing: Editing
    """Leads from a request to the next one."""
    remix: Remix
    """Reads the pictures whose records are gone."""
    moderation: Moderation
    """Does what moderators decide."""
    draw_seed: Callable[[], int]

    def routes(self) -> list[Route]:
        """Hand in the buttons under a result, and the form that Edit opens."""
        by_action = {
            "reroll": self.reroll,
            "properly": self.properly,
            "edit": self.edit,
            "recipe": self.recipe,
            "spoiler": self.spoiler,
            "delete": self.delete,
            "cancel": self.cancel,
            "tell": self.tell,
        }
        pressed = [on_press(of_job(action), handler) for action, handler in by_action.items()]
        return [*pressed, on_form(EDITED, self.submit_edit), on_form(DELETED, self.submit_delete)]

    async def reroll(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Draw the same request with new seeds, as the presser's own."""
        job = await self.store.jobs.get(job_id)
        await self.gatekeeper.check_starts(interaction, _owner(interaction, job))
        if job is None:
            options = await self.remix.options(interaction, _files(interaction))
            private = interaction.message is not None and interaction.message.flags.ephemeral
            changed = msgspec.structs.replace(anew(options), private=private)
            await self.imagine.ask(interaction, changed, given=words_of_options(options))
        else:
            given = "" if job.user_id == interaction.user.id else words_of_options(options_of(job.request))
            await self.imagine.ask_again(interaction, again(job.request, self.draw_seed), given=given)

    async def properly(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Draw a draft's request once more with all its steps, as the presser's own."""
        job = await self._job(job_id)
        await self.gatekeeper.check_starts(interaction, job.user_id)
        if job.private and job.user_id != interaction.user.id:  # nobody else ever saw its button
            raise InvalidRequest(says.NO_RECORD)
        given = "" if job.user_id == interaction.user.id else words_of_options(options_of(job.request))
        await self.imagine.ask_again(interaction, self.imagine.writer.properly(job.request), given=given)

    async def edit(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Open the form of its words."""
        job = await self.store.jobs.get(job_id)
        if job is None:
            await self.remix.open(interaction, _files(interaction))
            return
        await self._check_words(interaction, job)
        await self.editing.open_words(interaction, job.id, options_of(job.request), says.EDIT_TITLE)

    async def submit_edit(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Show what the form came to, with all that it did not show."""
        job = await self._job(job_id)
        if job.private and job.user_id != interaction.user.id:  # nobody else ever saw its button
            raise InvalidRequest(says.NO_RECORD)
        await self._check_words(interaction, job)
        before = options_of(job.request)
        given = "" if job.user_id == interaction.user.id else words_of_options(before)
        await self.editing.show_words(interaction, open_form(before, given=given))

    async def recipe(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Show privately how a picture was made."""
        job = await self.store.jobs.get(job_id)
        if job is None:
            text, file = found_recipe(await self.remix.recipe(interaction, _files(interaction)))
        else:
            rating = together(job.request.rating, await self._measured(job))  # words may be read of an unrated one, too
            await self.gatekeeper.check_shown(interaction, job, [rating])
            chain = await self.store.jobs.chain(job.id)
            found = [await self.store.jobs.get(parent.job_id) for parent in chain[:CHAIN]]
            text, file = recipe(job, [one for one in found if one is not None], earlier=len(chain[CHAIN:]))
        await interaction.response.send_message(text, file=file, ephemeral=True, allowed_mentions=NO_PINGS)

    async def spoiler(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Put the pictures behind a spoiler, or in front of it where their rating may be shown so."""
        job = await self.store.jobs.get(job_id)
        self._require_right(interaction, _owner(interaction, job), says.may_not_spoil, job)
        message = interaction.message
        hidden = spoiled(message) if message is not None else None
        if message is None or hidden is None:
            raise InvalidRequest(says.NO_PICTURE)
        if hidden and job is None:
            raise InvalidRequest(says.STAYS_SPOILED)
        if hidden and job is not None:
            rating = together(job.request.rating, await self._measured(job))
            if (await self.gatekeeper.policy(job.guild_id)).spoils(rating):
                raise InvalidRequest(says.stays_spoiled_here(rating))
        await interaction.response.edit_message(
            view=with_spoiler(message, spoiler=not hidden), allowed_mentions=NO_PINGS
        )

    async def delete(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Ask, who may, whether it is to go for good."""
        job = await self.store.jobs.get(job_id)
        self._require_right(interaction, _owner(interaction, job), says.may_not_delete, job)
        await interaction.response.send_modal(DeleteForm(job_id))

    async def submit_delete(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Remove message and pictures for good."""
        job = await self.store.jobs.get(job_id)
        self._require_right(interaction, _owner(interaction, job), says.may_not_delete, job)
        await interaction.response.defer()
        await self.store.pictures.drop(job_id)
        try:
            await interaction.delete_original_response()
        except discord.NotFound as error:  # somebody was faster
            raise InvalidRequest(says.ALREADY_DELETED) from error
        if job is None:
            return
        if interaction.message is not None and interaction.message.id != job.message_id:
            await self.editor.delete(job)  # it was pressed under what `/show` had brought
        await self.moderation.deleted(interaction, job)

    async def cancel(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Stop a job; its message then says so by itself."""
        job = await self._job(job_id)
        self._require_right(interaction, job.user_id, says.may_not_cancel, job)
        await interaction.response.defer()
        if not await self.journeys.cancel(job):
            now = await self._job(job_id)
            done = now.state in (State.RENDERED, State.DELIVERED)
            await tell(interaction, says.ALREADY_DONE if done else says.ALREADY_OVER)

    async def tell(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Have the owner told when it is over, or have it not."""
        job = await self._job(job_id)
        if interaction.user.id != job.user_id:
            raise NotYours(says.only_owner_told(job.user_id))
        wanted = not job.tell
        if not await self.store.jobs.want_told(job.id, wanted=wanted):
            raise InvalidRequest(says.ALREADY_OVER)
        if wanted:
            interaction.client.refusals.asked(job.user_id)  # they may have opened their direct messages since
        await tell(interaction, says.WILL_TELL if wanted else says.WILL_NOT_TELL)

    async def _check_words(self, interaction: discord.Interaction[Any], job: Job) -> None:
        """Let somebody read the words of a job in a form, as they may in a recipe.

        Raises:
            PromptRefused: They may not; with the sentence for them.
        """
        measured = await self._measured(job)
        if measured or interaction.user.id != job.user_id:
            await self.gatekeeper.check_shown(interaction, job, [together(job.request.rating, measured)])

    async def _measured(self, job: Job) -> list[Rating | None]:
        """Give what each picture of a job shows, None of one that was not rated."""
        return [picture.rating for picture in await self.store.pictures.of(job.id)]

    async def _job(self, job_id: str) -> Job:
        job = await self.store.jobs.get(job_id)
        if job is None:
            raise InvalidRequest(says.NO_RECORD)
        return job

    @staticmethod
    def _require_right(
        interaction: discord.Interaction[Any],
        owner: int | None,
        refusal: Callable[[int | None], Sentence],
        job: Job | None,
    ) -> None:
        """Let the owner do it, or a moderator of the job's own channel: rights elsewhere count for nothing."""
        guild_id, channel_id = interaction.guild_id, interaction.channel_id
        if job is not None:
            guild_id, channel_id = job.guild_id, job.channel_id
        if interaction.user.id != owner and not moderates(interaction, guild_id, channel_id):
            raise NotYours(refusal(owner))


def _owner(interaction: discord.Interaction[Any], job: Job | None) -> int | None:
    """Tell whose picture it is; without a record, Discord still knows whose command or button led to a message."""
    if job is not None:
        return job.user_id
    cause = interaction.message.interaction_metadata if interaction.message is not None else None
    return cause.user.id if cause is not None else None


def _files(interaction: discord.Interaction[Any]) -> list[discord.Attachment]:
    """Give the pictures of the message whose button was pressed.

    Raises:
        InvalidRequest: There are none, and so there is nothing left to know about it.
    """
    if interaction.message is None or not interaction.message.attachments:
        raise InvalidRequest(says.NO_RECORD)
    return interaction.message.attachments
