"""`/help`: no options, no thought here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.commands.slash import slash
from bot.routes import Feature
from bot.sentences import commands as says
from bot.sentences.rendering import render

if TYPE_CHECKING:
    import discord

    from bot.actions.help import Help


def feature(help_: Help) -> Feature:
    """Hand in `/help`."""

    async def _help(interaction: discord.Interaction[Any]) -> None:
        await help_.show(interaction)

    return Feature(commands=[slash("help", render(says.HELP), _help)])
