"""`/prompt`: what the model would read, before anything is drawn; no thought here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.commands.text_options import text_options
from bot.request import Options

if TYPE_CHECKING:
    from bot.app import Eshi


@text_options
async def _preview(  # noqa: PLR0917  an option each, passed by name
    interaction: discord.Interaction[Eshi],
    subject: str | None = None,
    character: str | None = None,
    series: str | None = None,
    rating: str | None = None,
    tags: str | None = None,
    more_tags: str | None = None,
    negative: str | None = None,
    quality: str | None = None,
    year: app_commands.Range[int, 2005, 2025] | None = None,
    style: str | None = None,
) -> None:
    options = Options(
        subject=subject,
        character=character,
        series=series,
        rating=rating,
        tags=tags,
        more_tags=more_tags,
        negative=negative,
        quality=quality,
        year=year,
        style=style,
    )
    await interaction.client.previews.preview(interaction, options)


@app_commands.describe(text="A prompt, or everything that WebUI writes under a picture")
async def _check(interaction: discord.Interaction[Eshi], text: app_commands.Range[str, 1, 6000]) -> None:
    await interaction.client.previews.check(interaction, text)


def group() -> app_commands.Group:
    made = app_commands.Group(
        name="prompt",
        description="See what the model would read.",
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False),
    )
    preview = app_commands.Command[Any, ..., None](
        name="preview", description="Show the prompt, privately, without drawing it.", callback=_preview
    )
    check = app_commands.Command[Any, ..., None](
        name="check", description="Read a prompt pasted from elsewhere, and say what of it works here.", callback=_check
    )
    made.add_command(preview)
    made.add_command(check)
    return made
