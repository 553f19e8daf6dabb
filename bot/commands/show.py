"""`/show`: one of my jobs, wherever it was asked for; no thought here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.commands.choices import MAX_CHOICE_CHARS, MAX_CHOICES
from bot.commands.slash import slash
from bot.routes import Feature
from bot.sentences import commands as says
from bot.sentences.rendering import render

if TYPE_CHECKING:
    from bot.actions.show import JobViewer


def feature(show: JobViewer) -> Feature:
    """Hand in `/show` and the button of the same name."""

    async def _mine(interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
        found = await show.suggest(interaction.user.id, typed)
        return [app_commands.Choice(name=one.shown[:MAX_CHOICE_CHARS], value=one.job_id) for one in found[:MAX_CHOICES]]

    @app_commands.describe(picture=render(says.EARLIER_PICTURE))
    @app_commands.autocomplete(picture=_mine)
    async def _show(interaction: discord.Interaction[Any], picture: str) -> None:
        await show.show_typed(interaction, picture)

    return Feature(commands=[slash("show", render(says.SHOW), _show)], routes=show.routes())
