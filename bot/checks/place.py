"""From Discord's channels to the gate's `Place`, and what the bot may do there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

import discord

from bot.safety.gate import Place

if TYPE_CHECKING:
    from collections.abc import Iterable

FETCH_TIMEOUT_S = 1.0
"""Discord gives an interaction three seconds; a parent that is not cached must not eat them."""

NEEDED = ("view_channel", "send_messages", "attach_files")
NEEDED_IN_THREADS = ("view_channel", "send_messages_in_threads", "attach_files")


class Spot(NamedTuple):
    """A channel as the gate sees it."""

    place: Place
    channels: tuple[int, ...]
    """A thread, its parent and their category; what cannot be found out is not among them."""


async def spot_of(client: discord.Client, guild_id: int | None, channel_id: int) -> Spot:
    """Look up what a channel is at this moment, from the cache that the gateway keeps fresh.

    Only what is missing there is fetched; whatever cannot be found out is `Place.UNKNOWN`.
    """
    channels = (channel_id,)
    if guild_id is None:
        return Spot(Place.DIRECT, channels)
    guild = client.get_guild(guild_id)
    if guild is None:
        return Spot(Place.UNKNOWN, channels)
    channel = guild.get_channel_or_thread(channel_id) or await _fetch(client, channel_id)
    if isinstance(channel, discord.Thread):
        channels = (*channels, channel.parent_id)
        channel = channel.parent or await _fetch(client, channel.parent_id)
    if isinstance(channel, Place):
        return Spot(channel, channels)
    if not isinstance(channel, discord.Thread) and channel.category_id is not None:
        channels = (*channels, channel.category_id)
    return Spot(_label(channel), channels)


def _label(channel: discord.abc.GuildChannel | discord.Thread) -> Place:
    if channel.type is discord.ChannelType.news:
        return Place.ANNOUNCEMENT
    is_nsfw = getattr(channel, "is_nsfw", None)  # not every kind of channel has it
    if is_nsfw is None:
        return Place.UNKNOWN
    return Place.AGE_RESTRICTED if is_nsfw() is True else Place.OPEN


async def _fetch(client: discord.Client, channel_id: int) -> discord.abc.GuildChannel | discord.Thread | Place:
    """Ask Discord for a channel; a `Place` where it gives none that belongs to a server."""
    try:
        channel = await asyncio.wait_for(client.fetch_channel(channel_id), FETCH_TIMEOUT_S)
    except (discord.NotFound, discord.Forbidden):
        return Place.GONE
    except (discord.DiscordException, OSError, TimeoutError):
        return Place.UNKNOWN
    return Place.UNKNOWN if isinstance(channel, discord.abc.PrivateChannel) else channel


def missing_permissions(interaction: discord.Interaction) -> tuple[str, ...]:
    """Name what the bot may not do here and must, as Discord's own settings page spells it."""
    if interaction.guild_id is None:
        return ()
    needed = NEEDED_IN_THREADS if isinstance(interaction.channel, discord.Thread) else NEEDED
    granted = interaction.app_permissions
    return tuple(_spelled(name for name in needed if not getattr(granted, name)))


def may_edit_later(client: discord.Client, guild_id: int | None, channel_id: int) -> bool:
    """Whether the bot may edit its messages here by its own right, once the interaction's token is dead."""
    if guild_id is None:
        return True
    guild = client.get_guild(guild_id)
    channel = None if guild is None else guild.get_channel_or_thread(channel_id)
    if guild is None or channel is None:
        return guild is not None  # a thread that nobody wrote in lately is not in the cache: the edit will tell
    granted = channel.permissions_for(guild.me)
    if isinstance(channel, (discord.VoiceChannel, discord.StageChannel)) and not granted.connect:
        return False  # the chat beside the voices is for those who may join them (api-docs, pull request 5111)
    return granted.view_channel and granted.attach_files


def _spelled(names: Iterable[str]) -> Iterable[str]:
    for name in names:
        yield name.replace("_", " ").title().replace(" In ", " in ")
