"""The options in words, which `/imagine` and `/prompt preview` share: described, limited and completed alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from discord import app_commands

from bot.safety.ratings import ORDER

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.commands.suggestions import Suggestions

    _Callback = TypeVar("_Callback", bound=Callable[..., object])


def text_options(suggestions: Suggestions) -> Callable[[_Callback], _Callback]:
    """Set up the parameters of a command that has all of these."""

    def decorated(callback: _Callback) -> _Callback:
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
            subject=suggestions.words("subject"),
            character=suggestions.words("character"),
            series=suggestions.words("series"),
            tags=suggestions.words("tags"),
            more_tags=suggestions.words("more_tags"),
            negative=suggestions.words("negative"),
            quality=suggestions.quality,
            style=suggestions.style,
        )(callback)
        return callback

    return decorated
