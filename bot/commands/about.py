"""`/about`: the facts of the running bot; no thought here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.answer import NO_PINGS
from bot.views.about import about

if TYPE_CHECKING:
    from bot.app import Eshi


@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def _about(interaction: discord.Interaction[Eshi]) -> None:
    view = about(interaction.client.facts())
    await interaction.response.send_message(view=view, ephemeral=True, allowed_mentions=NO_PINGS)


def command() -> app_commands.Command[Any, ..., None]:
    return app_commands.Command(
        name="about", description="Which model draws, who runs this, and what is stored about you.", callback=_about
    )
