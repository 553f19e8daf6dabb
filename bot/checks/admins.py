"""Who decides for a server: those with Manage Server there, asked at every press."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.errors import InvalidRequest, NotYours
from bot.sentences import settings as says

if TYPE_CHECKING:
    import discord


def admins_server(interaction: discord.Interaction[Any]) -> discord.Guild:
    """Give the server that somebody may manage; asked at every press, because rights are taken away, too.

    Raises:
        NotYours: They may not.
        InvalidRequest: It is none, or not one that the bot is in.
    """
    if interaction.guild is None or interaction.guild_id is None:
        raise InvalidRequest(says.SERVER_ONLY)
    rights = interaction.permissions
    if not rights.manage_guild and not rights.administrator:
        raise NotYours(says.ADMINS_ONLY)
    return interaction.guild
