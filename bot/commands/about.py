"""`/about`: the facts of the running bot; no thought here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.answer import NO_PINGS
from bot.commands.slash import slash
from bot.routes import Feature
from bot.sentences import commands as says
from bot.sentences.rendering import render
from bot.views.about import about

if TYPE_CHECKING:
    from collections.abc import Callable

    import discord

    from bot.views.about import Facts


def feature(facts: Callable[[], Facts]) -> Feature:
    """Hand in `/about`, which tells what is so when it is asked."""

    async def _about(interaction: discord.Interaction[Any]) -> None:
        view = about(facts())
        await interaction.response.send_message(view=view, ephemeral=True, allowed_mentions=NO_PINGS)

    return Feature(commands=[slash("about", render(says.ABOUT), _about)])
