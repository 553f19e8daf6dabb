"""From a picture to words: what the tagger that rates pictures sees in one, as a form to draw from."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PIL import Image

from bot.actions.message_pictures import pictures_in
from bot.errors import EngineDied, EngineUnavailable, GenerationFailed, InvalidRequest
from bot.prompt.terms import COUNT_TAGS
from bot.reading.kinds import PICTURE
from bot.request import Options
from bot.safety.ratings import lowest
from bot.sentences import recipes
from bot.sentences import uploads as says
from bot.store.forms import open_form
from engine.wire import Pixels

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import discord

    from bot.actions.edit import Editing
    from bot.attachments import Attachments, File
    from bot.checks.gatekeeper import Gatekeeper
    from bot.checks.uploads import Uploads
    from bot.config import Rating
    from bot.prompt.vocabulary.entry import Entry
    from bot.prompt.vocabulary.vocabulary import Vocabulary
    from bot.sentences.sentence import Sentence
    from bot.store import Store
    from engine.wire import Described

LOOK_S = 60.0
"""For one look of the engine: it has others before it, and was acknowledged as something that takes a while."""

MOST_TAGS = 30
"""In the form: what is seen least surely is left out, as a prompt has room for some 40."""


@dataclass(kw_only=True, eq=False)
class Describing:
    """Nothing of the picture is kept, and nothing is drawn before somebody presses Draw."""

    gatekeeper: Gatekeeper
    store: Store
    uploads: Uploads
    attachments: Attachments
    editing: Editing
    vocabulary: Vocabulary
    offers: Callable[[Entry, Rating], bool]
    """Whether a tag may be offered where this rating is the highest."""
    describe: Callable[[Pixels], Awaitable[Described]]
    """Has the engine look at a picture."""
    now: Callable[[], float]
    """Unix time in seconds."""

    async def open_message(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """Describe the first picture of a message.

        Raises:
            Refused: As `open`.
        """
        pictures = pictures_in(message)
        if not pictures:
            raise InvalidRequest(recipes.NO_PICTURE)
        await self.open(interaction, pictures[0])

    async def open(self, interaction: discord.Interaction[Any], file: File) -> None:
        """Name what a picture shows, in the model card's order, as a form to draw from.

        Raises:
            Refused: It cannot be looked at; the message says why.
        """
        self.uploads.check()
        highest = await self.gatekeeper.highest_here(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        brought = await self.attachments.first([file], PICTURE, person=interaction.user.id)
        if brought is None:
            raise InvalidRequest(recipes.NO_PICTURE)
        described = await self._looked_at(await asyncio.to_thread(_pixels_of, brought.png))
        if described.withheld:
            raise InvalidRequest(says.NOT_SAFE)
        if described.tags is None:
            raise InvalidRequest(says.NAMES_NOTHING)
        options, left_out = named(described, highest, entry=self.vocabulary.entry, offers=self.offers)
        notes: tuple[Sentence, ...] = (says.left_out(left_out),) if left_out else ()
        form = open_form(options, given=options.tags or "", notes=notes)
        kept_as = await self.store.forms.keep(interaction.user.id, form, now=self.now())
        await self.editing.show(interaction, kept_as, form)

    async def _looked_at(self, pixels: Pixels) -> Described:
        try:
            async with asyncio.timeout(LOOK_S):
                return await self.describe(pixels)
        except (EngineUnavailable, EngineDied) as error:
            raise InvalidRequest(says.ENGINE_AWAY) from error
        except (TimeoutError, GenerationFailed) as error:
            raise InvalidRequest(says.NOT_CHECKED) from error


def named(
    described: Described,
    highest: Rating,
    *,
    entry: Callable[[str], Entry | None],
    offers: Callable[[Entry, Rating], bool],
) -> tuple[Options, int]:
    """Sort what was seen into the fields of a request, and count what may not be asked for here.

    Args:
        described: What the tagger saw, the surest first.
        highest: What may be drawn in this place.
        entry: Looks up a tag; None: nobody knows it.
        offers: Whether a tag may be offered where this rating is the highest.
    """
    subjects, general = list[str](), list[str]()
    characters, series = list[str](), dict[str, None]()
    left_out = 0
    for tag in described.tags or ():
        name = tag.name.replace("_", " ")
        if name in COUNT_TAGS:
            subjects.append(name)
            continue
        known = entry(name)
        if known is None or not offers(known, highest):
            left_out += 1
        elif tag.kind == "character":
            characters.append(known.name)
            from_series = (entry(one) for one in known.series)
            series |= {one.name: None for one in from_series if one is not None and offers(one, highest)}
        else:
            general.append(known.name)
    options = Options(
        subject="; ".join(subjects),
        character="; ".join(characters),
        series="; ".join(series),
        tags=", ".join(general[:MOST_TAGS]),
        rating=lowest(described.rating or "safe", highest),
    )
    return options, left_out


def _pixels_of(data: bytes) -> Pixels:
    with Image.open(io.BytesIO(data)) as image:
        return Pixels(width=image.width, height=image.height, values=image.convert("RGB").tobytes())
