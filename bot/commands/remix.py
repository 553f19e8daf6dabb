"""`/remix` and the menu of messages: a picture in, its recipe as a form out; no thought here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.commands.slash import CONTEXTS, INSTALLS, slash
from bot.routes import Feature
from bot.sentences import commands as says
from bot.sentences.rendering import render

if TYPE_CHECKING:
    from bot.actions.remix import Remix


def feature(remix: Remix) -> Feature:
    """Hand in the slash command, the entry of every message's menu, and the form that both open."""

    @app_commands.describe(picture=render(says.PICTURE))
    async def _remix(interaction: discord.Interaction[Any], picture: discord.Attachment) -> None:
        await remix.open(interaction, [picture])

    async def _remix_message(interaction: discord.Interaction[Any], message: discord.Message) -> None:
        await remix.open_message(interaction, message)

    menu = app_commands.ContextMenu(
        name="Remix", callback=_remix_message, allowed_installs=INSTALLS, allowed_contexts=CONTEXTS
    )
    return Feature(commands=[slash("remix", render(says.REMIX), _remix), menu])
