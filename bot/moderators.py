"""Who moderates a picture: those with Manage Messages where it was posted, looked up at every press."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.errors import NotYours

if TYPE_CHECKING:
    from bot.job import Job


def require_moderator(interaction: discord.Interaction[Any], job: Job) -> None:
    """Let only moderators pass; the press may come from another channel of the same server.

    Raises:
        NotYours: This person is none.
    """
    if not _moderates(interaction, job.guild_id, job.channel_id):
        raise NotYours("Only a moderator may do this: somebody with Manage Messages where the picture was posted.")


def _moderates(interaction: discord.Interaction[Any], guild_id: int | None, channel_id: int) -> bool:
    person = interaction.user
    if guild_id is None or interaction.guild_id != guild_id or not isinstance(person, discord.Member):
        return False
    if interaction.channel_id == channel_id:
        return interaction.permissions.manage_messages
    channel = person.guild.get_channel_or_thread(channel_id)
    if isinstance(channel, discord.Thread):
        channel = channel.parent
    if channel is None:  # gone, or a thread that was archived: what holds for the whole server counts
        return person.guild_permissions.manage_messages
    return channel.permissions_for(person).manage_messages
