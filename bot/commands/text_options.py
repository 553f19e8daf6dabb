"""The options in words, which `/imagine` and `/prompt preview` share: described, limited and completed alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from discord import app_commands

from bot.commands.suggestions import presets, words
from bot.safety.ratings import ORDER

if TYPE_CHECKING:
    from collections.abc import Callable

    _Callback = TypeVar("_Callback", bound=Callable[..., object])


def text_options(callback: _Callback) -> _Callback:
    """Set up the parameters of a command that has all of these."""
    app_commands.describe(
        subject="Who is in it: 1girl, 1boy, 1other, 2girls …; several separated by ;",
        character="Pick a character, who brings series and subject along; several separated by ;",
        series="Where they are from; several separated by ; or ,",
        rating="How daring it may be; safe if you do not say",
        tags="Everything else, separated by commas; the last one is completed for you",
        more_tags="More tags, where the first line is full",
        negative="What should not be in it",
        quality="The quality words at the end",
        year="Draw in the manner of this year",
        style="A manner of drawing",
    )(callback)
    app_commands.choices(rating=[app_commands.Choice(name=rating, value=rating) for rating in ORDER])(callback)
    app_commands.autocomplete(
        subject=words("subject"),
        character=words("character"),
        series=words("series"),
        tags=words("tags"),
        more_tags=words("more_tags"),
        negative=words("negative"),
        quality=presets("quality"),
        style=presets("style"),
    )(callback)
    return callback
