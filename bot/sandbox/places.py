"""Channels, threads and memberships as they change, each change told to those it concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox import blueprint
from bot.sandbox.protocol import ChannelType
from bot.sandbox.refusal import Reason, Refusal
from bot.sandbox.state import Channel, Overwrite

if TYPE_CHECKING:
    from bot.sandbox.broadcast import Broadcast
    from bot.sandbox.crowd import Crowd
    from bot.sandbox.state import Guild, Message, User, World


class Places:
    def __init__(self, world: World, broadcast: Broadcast, crowd: Crowd) -> None:
        self._world = world
        self._broadcast = broadcast
        self._crowd = crowd

    def create_channel(
        self, guild: Guild, name: str, kind: ChannelType, *, nsfw: bool = False, parent: Channel | None = None
    ) -> Channel:
        position = 1 + max((one.position for one in guild.channels.values()), default=0)
        channel = Channel(
            self._world.new_id(),
            kind,
            guild,
            name,
            nsfw=nsfw,
            position=position,
            parent=parent,
            created_at=self._world.clock.now(),
        )
        return self._add(guild, channel)

    def create_thread(
        self, parent: Channel, name: str, owner: User, *, private: bool = False, source: Message | None = None
    ) -> Channel:
        """Open a thread, from a message if one is given: it then has that message's id.

        Raises:
            Refusal: 50024, no place for threads; 160004, the message has one.
        """
        if parent.guild is None or parent.is_thread or parent.type == ChannelType.CATEGORY:
            raise Refusal(Reason.WRONG_CHANNEL_TYPE)
        if source is not None and source.thread is not None:
            raise Refusal(Reason.ALREADY_HAS_THREAD)
        kind = ChannelType.PRIVATE_THREAD if private else ChannelType.PUBLIC_THREAD
        if parent.type == ChannelType.ANNOUNCEMENT:
            kind = ChannelType.ANNOUNCEMENT_THREAD
        thread = Channel(
            self._world.new_id() if source is None else source.id,
            kind,
            parent.guild,
            name,
            parent=parent,
            owner_id=owner.id,
            members=[owner.id],
            created_at=self._world.clock.now(),
        )
        if source is not None:
            source.thread = thread
        return self._add(parent.guild, thread)

    def _add(self, guild: Guild, channel: Channel) -> Channel:
        guild.channels[channel.id] = self._world.channels[channel.id] = channel
        self._broadcast.channel_created(channel)
        return channel

    def change_channel(
        self,
        channel: Channel,
        *,
        name: str | None = None,
        topic: str | None = None,
        nsfw: bool | None = None,
        archived: bool | None = None,
    ) -> None:
        """Change what is given, keep the rest."""
        before = self._crowd.viewers(channel)
        channel.name = channel.name if name is None else name
        channel.topic = channel.topic if topic is None else topic
        channel.nsfw = channel.nsfw if nsfw is None else nsfw
        channel.archived = channel.archived if archived is None else archived
        self._broadcast.channel_updated(channel, before)

    def delete_channel(self, channel: Channel) -> None:
        """Delete a channel with its threads."""
        guild = channel.guild
        if guild is None:
            raise Refusal(Reason.WRONG_CHANNEL_TYPE)
        for thread in [one for one in guild.channels.values() if one.is_thread and one.parent is channel]:
            self.delete_channel(thread)
        before = self._crowd.viewers(channel)
        channel.deleted = True
        del guild.channels[channel.id]
        del self._world.channels[channel.id]
        for child in guild.channels.values():
            if child.parent is channel:
                child.parent = None
        self._broadcast.channel_deleted(channel, before)

    def overwrite(self, channel: Channel, overwrite: Overwrite) -> None:
        before = self._crowd.viewers(channel)
        channel.overwrites[overwrite.id] = overwrite
        self._broadcast.channel_updated(channel, before)

    def remove_overwrite(self, channel: Channel, target_id: int) -> None:
        before = self._crowd.viewers(channel)
        channel.overwrites.pop(target_id, None)
        self._broadcast.channel_updated(channel, before)

    def set_role(self, guild: Guild, user: User, role_id: int, *, held: bool) -> None:
        member = guild.members[user.id]
        member.roles = [one for one in member.roles if one != role_id] + ([role_id] if held else [])
        self._broadcast.member_changed(guild, user)
        self._broadcast.guild_updated(guild)

    def remove_member(self, guild: Guild, user: User) -> None:
        """Kick somebody; of the bot its own role goes too."""
        member = guild.members.pop(user.id)
        if user is self._world.bot:
            for role_id in member.roles:
                if guild.roles[role_id].managed:
                    del guild.roles[role_id]
            self._broadcast.bot_left(guild)
        else:
            self._broadcast.person(user, "guild.delete", {"id": str(guild.id)})
        self._broadcast.guild_updated(guild)

    def invite_bot(self, guild: Guild) -> None:
        if self._world.bot_member(guild) is None:
            blueprint.add_bot(guild, self._world.new_id(), blueprint.bits(blueprint.INVITED_WITH), self._world)
            self._broadcast.bot_joined(guild)
            self._broadcast.guild_updated(guild)
