"""`/describe` and Describe in the menu of messages: a picture in, its words as a form out; no thought here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.commands.slash import CONTEXTS, INSTALLS, slash
from bot.routes import Feature
from bot.sentences import commands as says
from bot.sentences.rendering import render

if TYPE_CHECKING:
    from bot.actions.describe import Describing


def feature(describing: Describing) -> Feature:
    """Hand in the slash command and the entry of every message's menu."""

    @app_commands.describe(picture=render(says.DESCRIBED_PICTURE))
    async def _describe(interaction: discord.Interaction[Any], picture: discord.Attachment) -> None:
        await describing.open(interaction, picture)

    async def _describe_message(interaction: discord.Interaction[Any], message: discord.Message) -> None:
        await describing.open_message(interaction, message)

    menu = app_commands.ContextMenu(
        name="Describe", callback=_describe_message, allowed_installs=INSTALLS, allowed_contexts=CONTEXTS
    )
    return Feature(commands=[slash("describe", render(says.DESCRIBE), _describe), menu])
