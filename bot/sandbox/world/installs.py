"""Where the bot is installed, in a server or by a person, and so who answers for what is done with it where."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from bot.sandbox.rules.protocol import ChannelType, Context, Json, Permission
from bot.sandbox.world import permissions

if TYPE_CHECKING:
    from bot.sandbox.world.state import Channel, Command, User, World


class Install(IntEnum):
    GUILD = 0
    USER = 1


_OF_A_GUEST = (
    Permission.ATTACH_FILES | Permission.EMBED_LINKS | Permission.MENTION_EVERYONE | Permission.USE_EXTERNAL_EMOJIS
)
"""What the bot may where only a person brought it; in private channels without other places' emojis
(documentation, "Interaction Object", app_permissions)."""


def context(channel: Channel, world: World) -> Context:
    """Say in which of the three contexts something happens there."""
    if channel.guild is not None:
        return Context.GUILD
    with_bot = channel.type == ChannelType.DM and world.bot in channel.recipients
    return Context.BOT_DM if with_bot else Context.PRIVATE_CHANNEL


def owners(types: list[int], user: User, channel: Channel, world: World) -> Json:
    """Give ``authorizing_integration_owners`` of what supports these kinds of installation; empty where none is there.

    By ``0`` the server, which in a direct message with the bot is "0"; by ``1`` the person.
    """
    found: Json = {}
    here = channel.guild
    if Install.GUILD in types:
        if here is not None and world.bot_member(here) is not None:
            found["0"] = str(here.id)
        elif context(channel, world) == Context.BOT_DM:
            found["0"] = "0"
    if Install.USER in types and user.id in world.installed_by:
        found["1"] = str(user.id)
    return found


def owners_of(command: Command, user: User, channel: Channel, world: World) -> Json:
    """Give who answers for a command here; empty: it is not offered."""
    if command.guild_id is not None and (channel.guild is None or channel.guild.id != command.guild_id):
        return {}
    here = context(channel, world)
    found = owners(command.body.get("integration_types") or [Install.GUILD], user, channel, world)
    contexts: list[int] | None = command.body.get("contexts")
    if contexts:
        return found if here in contexts else {}
    if here == Context.BOT_DM and not command.body.get("dm_permission", False):
        found.pop("0", None)
    return found


def app_permissions(user: User, channel: Channel, world: World) -> int:
    """Give what the bot may do where it is used, which as a guest is what its person may, and little of that."""
    if (channel.guild is not None and world.bot_member(channel.guild)) or world.bot in channel.recipients:
        return permissions.in_channel(world.bot, channel)
    if channel.guild is None:
        return int(_OF_A_GUEST & ~Permission.USE_EXTERNAL_EMOJIS)
    return permissions.in_channel(user, channel) & _OF_A_GUEST


def hushed(found: Json, user: User, channel: Channel) -> bool:
    """Whether every answer is for the asker alone: a guest in a server where members may not bring apps along."""
    return (
        channel.guild is not None
        and "0" not in found
        and not permissions.may(user, channel, Permission.USE_EXTERNAL_APPS)
    )
