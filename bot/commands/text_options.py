"""The options in words, which `/imagine` and `/prompt preview` share: described, limited and completed alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from discord import app_commands

from bot.commands.choices import text_of
from bot.safety.gate import drawable
from bot.sentences import commands as says
from bot.sentences.rendering import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.commands.suggestions import Suggestions
    from bot.config import Limits

    _Callback = TypeVar("_Callback", bound=Callable[..., object])


def text_options(suggestions: Suggestions, limits: Limits) -> Callable[[_Callback], _Callback]:
    """Set up the parameters of a command that has all of these."""
    ratings = drawable(suggestions.gatekeeper.operator)  # no other is drawn by this bot, wherever it is asked for

    def decorated(callback: _Callback) -> _Callback:
        callback.__annotations__["prompt"] = text_of(1, limits.max_prompt_chars)
        app_commands.describe(
            prompt=render(says.WANTED),
            subject=render(says.SUBJECT),
            character=render(says.CHARACTER),
            series=render(says.SERIES),
            rating=render(says.RATING),
            more_tags=render(says.MORE_TAGS),
            negative=render(says.NEGATIVE),
            quality=render(says.QUALITY),
            year=render(says.YEAR),
            style=render(says.STYLE),
        )(callback)
        app_commands.choices(rating=[app_commands.Choice(name=rating, value=rating) for rating in ratings])(callback)
        app_commands.autocomplete(
            prompt=suggestions.words("prompt"),
            subject=suggestions.words("subject"),
            character=suggestions.words("character"),
            series=suggestions.words("series"),
            more_tags=suggestions.words("more_tags"),
            negative=suggestions.words("negative"),
            quality=suggestions.quality,
            style=suggestions.style,
        )(callback)
        return callback

    return decorated
