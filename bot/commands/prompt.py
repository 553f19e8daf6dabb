"""`/prompt`: what the model would read, before anything is drawn; no thought here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.commands.slash import CONTEXTS, INSTALLS
from bot.commands.text_options import text_options
from bot.request import Options
from bot.routes import Feature
from bot.sentences import commands as says
from bot.sentences.rendering import render

if TYPE_CHECKING:
    from bot.actions.prompt import PromptPreviews
    from bot.commands.suggestions import Suggestions
    from bot.config import Limits


def feature(previews: PromptPreviews, suggestions: Suggestions, limits: Limits) -> Feature:
    """Hand in `/prompt` and the Draw button of its previews."""

    @text_options(suggestions, limits)
    @app_commands.describe(model=render(says.MODEL), lora=render(says.LORA))
    @app_commands.autocomplete(model=suggestions.models, lora=suggestions.loras)
    async def _preview(  # noqa: PLR0917  an option each, passed by name
        interaction: discord.Interaction[Any],
        prompt: str,
        subject: str | None = None,
        character: str | None = None,
        series: str | None = None,
        rating: str | None = None,
        more_tags: str | None = None,
        negative: str | None = None,
        quality: str | None = None,
        year: app_commands.Range[int, 2005, 2025] | None = None,
        style: str | None = None,
        model: app_commands.Range[str, 1, 80] | None = None,
        lora: app_commands.Range[str, 1, 300] | None = None,
    ) -> None:
        options = Options(
            prompt=prompt,
            subject=subject,
            character=character,
            series=series,
            rating=rating,
            more_tags=more_tags,
            negative=negative,
            quality=quality,
            year=year,
            style=style,
            model=model,
            lora=lora,
        )
        await previews.preview(interaction, options)

    @app_commands.describe(text=render(says.CHECKED_TEXT))
    async def _check(interaction: discord.Interaction[Any], text: app_commands.Range[str, 1, 6000]) -> None:
        await previews.check(interaction, text)

    made = app_commands.Group(
        name="prompt",
        description=render(says.PROMPT),
        allowed_installs=INSTALLS,
        allowed_contexts=CONTEXTS,
    )
    preview = app_commands.Command[Any, ..., None](
        name="preview", description=render(says.PROMPT_PREVIEW), callback=_preview
    )
    check = app_commands.Command[Any, ..., None](name="check", description=render(says.PROMPT_CHECK), callback=_check)
    made.add_command(preview)
    made.add_command(check)
    return Feature(commands=[made], routes=previews.routes())
