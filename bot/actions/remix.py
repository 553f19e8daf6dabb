"""From anybody's picture to a form, and from the form to a request: the recipe is read out of the file."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.actions.message_pictures import pictures_among, pictures_in
from bot.errors import InvalidRequest
from bot.picture.recipes.offered import offered
from bot.prompt.remix import Mapped
from bot.reading.kinds import RECIPE
from bot.request import Options, words_of_options
from bot.routes import Route, on_form
from bot.safety.ratings import is_rating
from bot.sentences import recipes as says
from bot.sentences.card import REMIX_TITLE
from bot.views.edit import REMIXED, TEXT_CHARS, EditForm, edited, remix_id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import discord

    from bot.actions.imagine import RequestBuilder
    from bot.actions.message_pictures import MessagePicture
    from bot.attachments import Attachments
    from bot.checks.gatekeeper import Gatekeeper
    from bot.picture.recipes.programs import Written
    from bot.prompt.prompt_writer import PromptWriter
    from bot.prompt.recipe import Recipe
    from bot.store import Store

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
    imagine: RequestBuilder
    """Draws what the form says."""
    attachments: Attachments
    """Where files come from."""
    now: Callable[[], float]
    """Unix time in seconds."""

    def routes(self) -> list[Route]:
        """Hand in the form that was opened with a recipe."""
        return [on_form(REMIXED, self.submit)]

    async def open_message(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """Open the form with the first recipe of a message's pictures, wherever in it they stand.

        Raises:
            Refused: As `open`.
        """
        await self._open(interaction, pictures_in(message))

    async def open(self, interaction: discord.Interaction[Any], files: Sequence[discord.Attachment]) -> None:
        """Open the form with the first recipe that these files hold.

        Raises:
            Refused: There is none, with a sentence that says why.
        """
        await self._open(interaction, pictures_among(files))

    async def _open(self, interaction: discord.Interaction[Any], pictures: Sequence[MessagePicture]) -> None:
        highest = await self.gatekeeper.highest_here(interaction)
        mapped = await self._read(interaction, pictures)
        form_id = await self.store.forms.keep(interaction.user.id, mapped.options, now=self.now())
        form = EditForm(remix_id(form_id), mapped.options, highest, title=REMIX_TITLE, notes=mapped.unmapped)
        await interaction.response.send_modal(form)

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

    async def submit(self, interaction: discord.Interaction[Any], form_id: str) -> None:
        """Draw what the form says, as the sender's own; the seed is the picture's, if it named one.

        Raises:
            Refused: Nothing was queued; the message says why.
        """
        options = await self.store.forms.get(form_id, interaction.user.id)
        if options is None:
            raise InvalidRequest(says.FORM_TOO_OLD)
        await self.imagine.ask(interaction, edited(options, interaction), given=words_of_options(options))

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
        options, unmapped = offered(
            read,
            writer.config.limits,
            writer.presets,
            self.model_name() or "",
            writer.vocabulary.kind,
            model_hash=self.model_hash(),
            usual_sampler=writer.config.defaults.sampler,
        )
        cut = [says.cut("tags", TEXT_CHARS)] if len(options.tags or "") > TEXT_CHARS else []
        cut += [says.cut("negative", TEXT_CHARS)] if len(options.negative or "") > TEXT_CHARS else []
        return Mapped(options, (*cut, *unmapped))
