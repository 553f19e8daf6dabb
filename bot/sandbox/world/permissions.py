"""Who may do what, computed as Discord does: the guild first, then the overwrites of a channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.rules.protocol import DIRECT, EVERY_PERMISSION, VOCAL, ChannelType, Permission
from bot.sandbox.rules.refusal import Reason, Refusal

if TYPE_CHECKING:
    from bot.sandbox.world.state import Channel, Guild, Member, User

_NEEDS_SENDING = Permission.MENTION_EVERYONE | Permission.ATTACH_FILES | Permission.EMBED_LINKS
_IN_DIRECT_MESSAGES = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.ADD_REACTIONS
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.MENTION_EVERYONE
    | Permission.USE_APPLICATION_COMMANDS
)


def in_guild(guild: Guild, member: Member) -> int:
    """Give the bits of a member before any channel is considered."""
    if member.user.id == guild.owner_id:
        return EVERY_PERMISSION
    bits = guild.roles[guild.id].permissions
    for role_id in member.roles:
        bits |= guild.roles[role_id].permissions
    return EVERY_PERMISSION if bits & Permission.ADMINISTRATOR else bits


def in_channel(user: User, channel: Channel) -> int:
    """Give the bits of somebody in a channel: 0 for a stranger; a thread takes its parent's."""
    if channel.type in DIRECT:
        return int(_IN_DIRECT_MESSAGES) if user in channel.recipients else 0
    guild = channel.guild
    member = guild.members.get(user.id) if guild else None
    if guild is None or member is None:
        return 0
    bits = in_guild(guild, member)
    if bits == EVERY_PERMISSION:
        return bits
    place = channel.parent if channel.is_thread and channel.parent else channel
    if everyone := place.overwrites.get(guild.id):
        bits = bits & ~everyone.deny | everyone.allow
    allow = deny = 0
    for role_id in member.roles:
        if overwrite := place.overwrites.get(role_id):
            allow |= overwrite.allow
            deny |= overwrite.deny
    bits = bits & ~deny | allow
    if own := place.overwrites.get(user.id):
        bits = bits & ~own.deny | own.allow
    if not bits & Permission.VIEW_CHANNEL:
        return 0
    if channel.type == ChannelType.PRIVATE_THREAD and not _in_private_thread(user, channel, bits):
        return 0
    sending = Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES
    return bits if bits & sending else bits & ~_NEEDS_SENDING


def _in_private_thread(user: User, thread: Channel, bits: int) -> bool:
    return user.id in thread.members or user.id == thread.owner_id or bool(bits & Permission.MANAGE_THREADS)


def may(user: User, channel: Channel, permission: Permission) -> bool:
    return in_channel(user, channel) & permission == permission


def sees(user: User, channel: Channel) -> bool:
    return may(user, channel, Permission.VIEW_CHANNEL)


def active_threads(user: User, guild: Guild) -> list[Channel]:
    """Give the threads that somebody sees and that are not archived."""
    return [one for one in guild.channels.values() if one.is_thread and not one.archived and sees(user, one)]


def reading_in(channel: Channel) -> Permission:
    """Give what a channel's messages are read with; in a voice channel's chat also Connect (api-docs, pull 5111)."""
    return Permission.VIEW_CHANNEL | Permission.CONNECT if channel.type in VOCAL else Permission.VIEW_CHANNEL


def reads(user: User, channel: Channel) -> bool:
    return may(user, channel, reading_in(channel))


def require(user: User, channel: Channel, permission: Permission) -> None:
    """Refuse as Discord does: no access where the channel is hidden, else no permission.

    Raises:
        Refusal: 50001 or 50013.
    """
    if not (sees(user, channel) if permission == Permission.VIEW_CHANNEL else reads(user, channel)):
        raise Refusal(Reason.MISSING_ACCESS)
    if not may(user, channel, permission):
        raise Refusal(Reason.MISSING_PERMISSIONS)


def sending_in(channel: Channel) -> Permission:
    """Give what a message in this channel is sent with."""
    if channel.type in VOCAL:
        return Permission.SEND_MESSAGES | Permission.CONNECT
    return Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES
