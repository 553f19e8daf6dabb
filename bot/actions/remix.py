"""From anybody's picture to a form: the recipe is read out of the file; of several pictures one is chosen."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.actions.message_pictures import pictures_among, pictures_in
from bot.answer import NO_PINGS
from bot.errors import InvalidRequest
from bot.picture.recipes.offered import offered
from bot.prompt.remix import Mapped
from bot.reading.kinds import RECIPE
from bot.request import Options, words_of_options
from bot.safety.ratings import is_rating
from bot.sentences import edit
from bot.sentences import recipes as says
from bot.store.forms import open_form
from bot.views.edit_screen import which

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import discord

    from bot.actions.edit import Editing
    from bot.actions.message_pictures import MessagePicture
    from bot.attachments import Attachments
    from bot.checks.gatekeeper import Gatekeeper
    from bot.picture.recipes.programs import Written
    from bot.prompt.prompt_writer import PromptWriter
    from bot.prompt.recipe import Recipe
    from bot.store import Store
    from bot.store.forms import OpenForm

READ_PICTURES = 4
"""Of one message: as many as a result of ours can have."""


@dataclass(kw_only=True, eq=False)
class Remix:
    """What becomes of pictures that already exist."""

    gatekeeper: Gatekeeper
    """Knows what may be drawn where."""
    model_name: Callable[[], str | None]
    """What the engine draws with; None before it is ready."""
    model_hash: Callable[[], str]
    """The first digits of its SHA-256; "" where nobody knows."""
    store: Store
    """Keeps what the form does not show."""
    prompt_writer: PromptWriter
    """Knows the operator's limits, presets and words."""
    editing: Editing
    """Leads from there to a request."""
    attachments: Attachments
    """Where files come from."""
    now: Callable[[], float]
    """Unix time in seconds."""

    async def open_message(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """Begin with a recipe of a message's pictures, wherever in it they stand.

        Raises:
            Refused: As `open`.
        """
        await self._open(interaction, pictures_in(message))

    async def open(self, interaction: discord.Interaction[Any], files: Sequence[discord.Attachment]) -> None:
        """Begin with a recipe that these files hold; where there are several, ask which.

        Raises:
            Refused: There is none, with a sentence that says why.
        """
        await self._open(interaction, pictures_among(files))

    async def _open(self, interaction: discord.Interaction[Any], pictures: Sequence[MessagePicture]) -> None:
        await self.gatekeeper.highest_here(interaction)  # where nothing is drawn, nothing is read
        if len(pictures) <= 1:
            mapped = await self._read(interaction, pictures)
            await self.editing.show(interaction, *await self._keep(interaction, mapped))
            return
        await interaction.response.defer(ephemeral=True, thinking=True)  # each picture may take its second
        found, without = await self._read_each(interaction, pictures[:READ_PICTURES])
        said = [] if len(pictures) <= READ_PICTURES else [edit.only_first(READ_PICTURES)]
        if len(found) == 1:
            [(number, mapped)] = found.items()
            told = Mapped(mapped.options, (edit.only_one(number), *said, *mapped.unmapped))
            await self.editing.show(interaction, *await self._keep(interaction, told))
            return
        if without:
            said.append(edit.without_recipe(tuple(map(str, without))))
        forms = {number: await self._keep(interaction, mapped) for number, mapped in found.items()}
        await interaction.edit_original_response(view=which(forms, said), allowed_mentions=NO_PINGS)

    async def _keep(self, interaction: discord.Interaction[Any], mapped: Mapped) -> tuple[str, OpenForm]:
        form = open_form(mapped.options, given=words_of_options(mapped.options), notes=mapped.unmapped)
        return await self.store.forms.keep(interaction.user.id, form, now=self.now()), form

    async def _read_each(
        self, interaction: discord.Interaction[Any], pictures: Sequence[MessagePicture]
    ) -> tuple[dict[int, Mapped], list[int]]:
        """Read every picture; give the recipes by the number of their picture, from 1, and the numbers without one.

        Raises:
            Refused: No picture has one, with the sentence for the first of them.
        """
        found: dict[int, Mapped] = {}
        without: dict[int, InvalidRequest] = {}
        for number, picture in enumerate(pictures, 1):
            try:
                found[number] = await self._read(interaction, [picture])
            except InvalidRequest as error:
                without[number] = error
        if not found:
            raise without[1]
        return found, list(without)

    async def options(self, interaction: discord.Interaction[Any], files: Sequence[discord.Attachment]) -> Options:
        """Read a request out of the first of these files that holds one.

        Raises:
            Refused: There is none, with a sentence that says why.
        """
        return (await self._read(interaction, pictures_among(files))).options

    async def recipe(self, interaction: discord.Interaction[Any], files: Sequence[discord.Attachment]) -> str:
        """Give the recipe of the first of these files that holds one, as it stands there.

        Raises:
            Refused: There is none, or its rating may not be seen here; with a sentence that says why.
        """
        written = await self._written(interaction, pictures_among(files))
        rating = (await asyncio.to_thread(self._map, written.recipe)).options.rating
        await self.gatekeeper.check_rating(interaction, rating if rating is not None and is_rating(rating) else "safe")
        return written.text

    async def _read(self, interaction: discord.Interaction[Any], pictures: Sequence[MessagePicture]) -> Mapped:
        return await asyncio.to_thread(self._map, (await self._written(interaction, pictures)).recipe)

    async def _written(self, interaction: discord.Interaction[Any], pictures: Sequence[MessagePicture]) -> Written:
        if not pictures:
            raise InvalidRequest(says.NO_PICTURE)
        written = await self.attachments.first(pictures[:READ_PICTURES], RECIPE, person=interaction.user.id)
        if written is None:
            raise InvalidRequest(says.NO_RECIPE)
        return written

    def _map(self, read: Recipe) -> Mapped:
        """Make options of a recipe, and name everything that could not be kept."""
        writer = self.prompt_writer
        return offered(
            read,
            writer.config.limits,
            writer.presets,
            self.model_name() or "",
            writer.vocabulary.kind,
            model_hash=self.model_hash(),
            usual_sampler=writer.config.defaults.sampler,
            is_lora=writer.loras.has,
            models=writer.models,
        )
