"""Which program's recipe a file holds: each is asked in turn whether it is its own, and the first one that is reads it.

Texts come first, then EXIF (each reader looks into both), then the bits of the pixels. What is nobody's recipe is none:
a camera's comment, a note, some other program's JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from bot.errors import InvalidRequest
from bot.picture import hidden
from bot.picture.read import PARAMETERS, PictureTexts, texts
from bot.picture.recipes import (
    animagine,
    civitai,
    comfyui,
    drawthings,
    fooocus,
    horde,
    invokeai,
    novelai,
    swarmui,
    webui,
)
from bot.picture.recipes.fields import decoded, visible
from bot.prompt.recipe import Recipe
from bot.sentences import recipes as says

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.picture.recipes.fields import Table
    from bot.sentences.sentence import Sentence

READERS: tuple[Callable[[PictureTexts], Recipe | None], ...] = (
    swarmui.read,
    fooocus.read,
    invokeai.read,
    webui.read,
    civitai.read,
    novelai.read,
    drawthings.read,
    horde.read,
    animagine.read,
    comfyui.read,
    webui.bare,
)
"""Those whose texts say whose they are before those that take what has the right shape."""

SHOWN_CHARS = 20_000
"""Of a recipe as it stands in the file, for whoever wants to see it."""


class Written(Struct, frozen=True):
    """A picture's recipe."""

    text: str
    """As it stands in the file."""
    recipe: Recipe


def of_picture(data: bytes) -> Written | None:
    """Read the recipe of a picture file; None where there is none anywhere.

    Raises:
        InvalidRequest: It is no picture that is read here, or its recipe is longer than any is.
    """
    found = texts(data)
    if (written := of_texts(found)) is not None:
        return written
    inside = hidden.text(data)
    return of_texts(_unhidden(inside)) if inside is not None else None


def of_texts(found: PictureTexts) -> Written | None:
    """Ask every reader."""
    recipe = next((recipe for reader in READERS if (recipe := reader(found)) is not None), None)
    return Written(visible(_longest(found))[:SHOWN_CHARS], recipe) if recipe is not None else None


def of_text(text: str) -> Recipe:
    """Read a text by itself, as somebody pasted it or keeps it in a file; one without settings is a prompt.

    Raises:
        InvalidRequest: It is too long, or JSON of no recipe.
    """
    found = decoded(text)
    if found is None and not webui.is_data(text):
        return webui.parse(text)
    named: dict[str, str] = dict.fromkeys(
        (PARAMETERS, "Comment", "prompt", "workflow", "invokeai_metadata", "metadata"), text
    )
    written = of_texts(PictureTexts(named)) or of_texts(_unhidden(text))
    if written is None:
        raise InvalidRequest(_no_recipe(found))
    return written.recipe


def _no_recipe(found: Table | None) -> Sentence:
    if found is None:
        return says.DATA_OF_NO_RECIPE
    return says.json_of_no_recipe(tuple(visible(name)[:20] for name in list(found)[:3]))


def _unhidden(inside: str) -> PictureTexts:
    """Give what the pixels held: a recipe's text, or the texts of a PNG as an object."""
    named: Mapping[str, str] = {PARAMETERS: inside}
    found = decoded(inside)
    if found is not None and any(
        key in found for key in ("Comment", "parameters", "prompt", "workflow", "Description")
    ):
        named = {name: value for name, value in found.items() if isinstance(value, str)} | {PARAMETERS: inside}
        if isinstance(found.get(PARAMETERS), str):
            named[PARAMETERS] = found[PARAMETERS]
    return PictureTexts(named)


def _longest(found: PictureTexts) -> str:
    """Choose what to show: WebUI's text where there is one, else what is likeliest to be the recipe."""
    return found.named.get(PARAMETERS) or found.comment or max((*found.named.values(), *found.exif.values()), key=len)
