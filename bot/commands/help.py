"""`/help`: what to type, with examples that work as they stand."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.answer import NO_PINGS
from bot.commands.slash import slash
from bot.routes import Feature
from bot.sentences import commands as says
from bot.sentences.help import HELP
from bot.sentences.rendering import render
from bot.views.layout import layout


def feature() -> Feature:
    """Hand in `/help`."""

    async def _help(interaction: discord.Interaction[Any]) -> None:
        view = layout(ui.TextDisplay(render(HELP)))
        await interaction.response.send_message(view=view, ephemeral=True, allowed_mentions=NO_PINGS)

    return Feature(commands=[slash("help", render(says.HELP), _help)])
