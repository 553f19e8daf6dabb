"""`/show`: one of my jobs, wherever it was asked for; no thought here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.commands.choices import MAX_CHOICE_CHARS, MAX_CHOICES

if TYPE_CHECKING:
    from bot.app import Eshi


async def _mine(interaction: discord.Interaction[Eshi], typed: str) -> list[app_commands.Choice[str]]:
    found = await interaction.client.show.suggest(interaction.user.id, typed)
    return [app_commands.Choice(name=one.shown[:MAX_CHOICE_CHARS], value=one.job_id) for one in found[:MAX_CHOICES]]


@app_commands.describe(id="Pick one, or type the id of a job")
@app_commands.autocomplete(id=_mine)
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def _show(interaction: discord.Interaction[Eshi], id: str) -> None:  # noqa: A002  the option's name
    await interaction.client.show.show(interaction, id)


def command() -> app_commands.Command[Any, ..., None]:
    return app_commands.Command(name="show", description="Bring one of your pictures back.", callback=_show)
