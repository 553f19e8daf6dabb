"""Who moderates a picture: those with Manage Messages where it was posted, looked up at every press."""

from __future__ import annotations

from typing import Any

import discord

from bot.errors import NotYours
from bot.sentences import reports as says


def require_moderator(interaction: discord.Interaction[Any], guild_id: int | None, channel_id: int | None) -> None:
    """Let only moderators pass.

    Args:
        interaction: The press, which may come from another channel of the same server.
        guild_id: Where the picture was posted; None: in a direct message, where nobody moderates.
        channel_id: Where in it; None is no longer known, so that what holds for the whole server counts.

    Raises:
        NotYours: This person is none.
    """
    if not moderates(interaction, guild_id, channel_id):
        raise NotYours(says.MODERATORS_ONLY)


def moderates(interaction: discord.Interaction[Any], guild_id: int | None, channel_id: int | None) -> bool:
    """Tell whether somebody moderates a place; as for `require_moderator`."""
    person = interaction.user
    if guild_id is None or interaction.guild_id != guild_id or not isinstance(person, discord.Member):
        return False
    if interaction.channel_id == channel_id:
        return interaction.permissions.manage_messages
    channel = None if channel_id is None else person.guild.get_channel_or_thread(channel_id)
    if isinstance(channel, discord.Thread):
        channel = channel.parent  # a thread has no rights of its own
    if channel is None:
        return person.guild_permissions.manage_messages
    return channel.permissions_for(person).manage_messages
