"""Channels, threads and memberships as they change, each change told to those it concerns."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.sandbox.rules.protocol import WITH_THREADS, ChannelType
from bot.sandbox.rules.refusal import Reason, Refusal
from bot.sandbox.world import blueprint, permissions
from bot.sandbox.world.state import Channel, Overwrite, Role

if TYPE_CHECKING:
    from collections.abc import Generator

    from bot.sandbox.world.broadcast import Broadcast
    from bot.sandbox.world.crowd import Crowd
    from bot.sandbox.world.state import Guild, Message, User, World


class PlaceChanges:
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
        self.add(channel)
        return channel

    def create_thread(
        self, parent: Channel, name: str, owner: User, *, private: bool = False, source: Message | None = None
    ) -> Channel:
        """Open a thread, from a message if one is given: it then has that message's id.

        Raises:
            Refusal: 50024, no place for threads; 160004, the message has one.
        """
        thread = self.new_thread(parent, name, owner, private=private, source=source)
        if source is not None:
            source.thread = thread
        self.add(thread)
        return thread

    def new_thread(
        self, parent: Channel, name: str, owner: User, *, private: bool = False, source: Message | None = None
    ) -> Channel:
        """Give a thread that is not there yet; `add` opens it.

        Raises:
            Refusal: As `create_thread`.
        """
        if parent.guild is None or parent.type not in WITH_THREADS:
            raise Refusal(Reason.WRONG_CHANNEL_TYPE)
        if source is not None and source.thread is not None:
            raise Refusal(Reason.ALREADY_HAS_THREAD)
        kind = ChannelType.PRIVATE_THREAD if private else ChannelType.PUBLIC_THREAD
        if parent.type == ChannelType.ANNOUNCEMENT:
            kind = ChannelType.ANNOUNCEMENT_THREAD
        now = self._world.clock.now()
        return Channel(
            self._world.new_id() if source is None else source.id,
            kind,
            parent.guild,
            name,
            parent=parent,
            owner_id=owner.id,
            members={owner.id: now},
            created_at=now,
        )

    def add(self, channel: Channel) -> None:
        """Let a channel or thread be there, and tell of it."""
        if channel.guild is not None:
            channel.guild.channels[channel.id] = self._world.channels[channel.id] = channel
            self._broadcast.channel_created(channel)

    def join_thread(self, thread: Channel, user: User) -> None:
        if user.id not in thread.members:
            thread.members[user.id] = self._world.clock.now()
            self._broadcast.thread_members_changed(thread, added=[user])

    def leave_thread(self, thread: Channel, user: User) -> None:
        if thread.members.pop(user.id, None) is not None:
            self._broadcast.thread_members_changed(thread, left=[user])

    def change_channel(
        self,
        channel: Channel,
        *,
        name: str | None = None,
        topic: str | None = None,
        nsfw: bool | None = None,
        spoiler: bool | None = None,
        archived: bool | None = None,
    ) -> None:
        """Change what is given, keep the rest."""
        before = self._crowd.viewers(channel)
        channel.name = channel.name if name is None else name
        channel.topic = channel.topic if topic is None else topic
        channel.nsfw = channel.nsfw if nsfw is None else nsfw
        channel.spoiler = channel.spoiler if spoiler is None else spoiler
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
        with self._watching_what_the_bot_sees(channel.guild):
            channel.overwrites[overwrite.id] = overwrite
            self._broadcast.channel_updated(channel, before)

    def remove_overwrite(self, channel: Channel, target_id: int) -> None:
        before = self._crowd.viewers(channel)
        with self._watching_what_the_bot_sees(channel.guild):
            channel.overwrites.pop(target_id, None)
            self._broadcast.channel_updated(channel, before)

    @contextmanager
    def _watching_what_the_bot_sees(self, guild: Guild | None) -> Generator[None]:
        """Around a change of rights: of channels that the bot comes to see it is told the active threads."""
        before = self._seen_by_bot(guild)
        yield
        gained = self._seen_by_bot(guild) - before
        if gained and guild is not None:
            self._broadcast.threads_synced(guild, gained)

    def _seen_by_bot(self, guild: Guild | None) -> set[int]:
        channels = guild.channels.values() if guild is not None else ()
        return {one.id for one in channels if one.type in WITH_THREADS and permissions.sees(self._world.bot, one)}

    def create_role(self, guild: Guild, name: str, bits: int) -> Role:
        role = Role(self._world.new_id(), name, bits, position=len(guild.roles))
        guild.roles[role.id] = role
        self._broadcast.role_changed("CREATE", guild, role)
        self._broadcast.guild_updated(guild)
        return role

    def change_role(self, guild: Guild, role: Role, *, name: str | None = None, permissions: int | None = None) -> None:
        """Change what is given, keep the rest."""
        with self._watching_what_the_bot_sees(guild):
            role.name = role.name if name is None else name
            role.permissions = role.permissions if permissions is None else permissions
            self._broadcast.role_changed("UPDATE", guild, role)
        self._broadcast.guild_updated(guild)

    def delete_role(self, guild: Guild, role: Role) -> None:
        """Delete a role; who had it has it no more, and no channel speaks of it."""
        with self._watching_what_the_bot_sees(guild):
            del guild.roles[role.id]
            for member in guild.members.values():
                member.roles = [one for one in member.roles if one != role.id]
            for channel in guild.channels.values():
                channel.overwrites.pop(role.id, None)
            self._broadcast.role_changed("DELETE", guild, role)
        self._broadcast.guild_updated(guild)

    def set_role(self, guild: Guild, user: User, role_id: int, *, held: bool) -> None:
        member = guild.members[user.id]
        with self._watching_what_the_bot_sees(guild):
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
