"""What each button under a job's message does, and what sending the Edit form does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from bot.answer import NO_PINGS, tell
from bot.errors import InvalidRequest, NotYours
from bot.job import State
from bot.request import again, options_of
from bot.views.edit import EditForm, edit_id, edited
from bot.views.recipe import recipe

if TYPE_CHECKING:
    from collections.abc import Callable

    import discord

    from bot.door import Door
    from bot.flow import Flow
    from bot.job import Job
    from bot.post import Post
    from bot.recall import Recall
    from bot.store import Store
    from bot.wishes import Wishes

NO_RECORD = "I no longer keep the record of this picture."


class Presses:
    """The doors below a message: anybody may draw again as themselves, only the owner or a moderator may remove."""

    def __init__(
        self,
        *,
        door: Door,
        flow: Flow,
        store: Store,
        post: Post,
        wishes: Wishes,
        recall: Recall,
        draw_seed: Callable[[], int],
    ) -> None:
        self._door = door
        self._flow = flow
        self._store = store
        self._post = post
        self._wishes = wishes
        self._draw_seed = draw_seed
        self.by_action = {
            "reroll": self.reroll,
            "edit": self.edit,
            "recipe": self.recipe,
            "delete": self.delete,
            "cancel": self.cancel,
            "show": recall.show,
            "tell": self.tell,
        }

    async def reroll(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Draw the same request with new seeds, as the presser's own."""
        job = await self._job(job_id)
        await self._flow.ask(interaction, again(job.request, self._draw_seed))

    async def edit(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Open the form; its ratings are those that this channel allows now."""
        job = await self._job(job_id)
        highest = await self._door.highest_here(interaction)
        form = EditForm(edit_id(job.id), options_of(job.request), highest, title="Edit and draw again")
        await interaction.response.send_modal(form)

    async def submit_edit(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Draw what the form says, with a new seed, as the sender's own."""
        job = await self._job(job_id)
        before = msgspec.structs.replace(options_of(job.request), seed=None)
        await self._wishes.ask(interaction, edited(before, interaction))

    async def recipe(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Show privately how a picture was made."""
        job = await self._job(job_id)
        text, file = recipe(job)
        await interaction.response.send_message(text, file=file, ephemeral=True, allowed_mentions=NO_PINGS)

    async def delete(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Remove message and pictures for good."""
        job = await self._job(job_id)
        self._require_right(interaction, job, "delete")
        await interaction.response.defer()
        await self._store.pictures.drop(job.id)
        await interaction.delete_original_response()
        if interaction.message is not None and interaction.message.id != job.message_id:
            await self._post.delete(job)  # it was pressed under what `/show` had brought

    async def cancel(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Stop a job; its message then says so by itself."""
        job = await self._job(job_id)
        self._require_right(interaction, job, "cancel")
        await interaction.response.defer()
        if not await self._flow.cancel(job):
            now = await self._job(job_id)
            done = "already done" if now.state in (State.RENDERED, State.DELIVERED) else "already over"
            await tell(interaction, f"This one is {done}.")

    async def tell(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Have the owner told when it is over, or have it not."""
        job = await self._job(job_id)
        if interaction.user.id != job.user_id:
            raise NotYours(f"Only <@{job.user_id}> can be told when this is done.")
        wanted = not job.tell
        if not await self._store.jobs.want_told(job.id, wanted=wanted):
            raise InvalidRequest("This one is already over.")
        if wanted:
            sentence = "I will tell you when this is done, if it takes more than a minute. Press again if I should not."
        else:
            sentence = "I will not tell you when this is done."
        await tell(interaction, sentence)

    async def _job(self, job_id: str) -> Job:
        job = await self._store.jobs.get(job_id)
        if job is None:
            raise InvalidRequest(NO_RECORD)
        return job

    @staticmethod
    def _require_right(interaction: discord.Interaction[Any], job: Job, verb: str) -> None:
        if interaction.user.id != job.user_id and not interaction.permissions.manage_messages:
            raise NotYours(f"Only <@{job.user_id}> or a moderator may {verb} this.")
