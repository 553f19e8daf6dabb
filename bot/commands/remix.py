"""`/remix` and the menu of messages: a picture in, its recipe as a form out; no thought here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

if TYPE_CHECKING:
    from bot.app import Eshi


@app_commands.describe(picture="A PNG, WebP or JPEG with its recipe inside: from here, WebUI, Forge or Civitai")
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def _remix(interaction: discord.Interaction[Eshi], picture: discord.Attachment) -> None:
    await interaction.client.remix.open(interaction, [picture])


@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def _remix_message(interaction: discord.Interaction[Eshi], message: discord.Message) -> None:
    forwarded = [file for snapshot in message.message_snapshots for file in snapshot.attachments]
    await interaction.client.remix.open(interaction, [*message.attachments, *forwarded])


def commands() -> tuple[app_commands.Command[Any, ..., None], app_commands.ContextMenu]:
    """Build the slash command and the entry of every message's menu."""
    command: app_commands.Command[Any, ..., None] = app_commands.Command(
        name="remix", description="Read a picture's recipe, change it, and draw it as yours.", callback=_remix
    )
    return command, app_commands.ContextMenu(name="Remix", callback=_remix_message)
