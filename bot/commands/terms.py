"""`/terms`: what everybody agrees to, to be read at any time; no thought here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

if TYPE_CHECKING:
    from bot.app import Eshi


@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def _terms(interaction: discord.Interaction[Eshi]) -> None:
    await interaction.client.terms.show(interaction)


def command() -> app_commands.Command[Any, ..., None]:
    return app_commands.Command(name="terms", description="What everybody agrees to who draws here.", callback=_terms)
