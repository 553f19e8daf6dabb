"""What a person with rights does to channels, roles and members; every act asks for Discord's own right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.people import asking
from bot.sandbox.people.denied import Denied, forbidden, unknown
from bot.sandbox.rules.protocol import FORUMS, VOCAL, WITH_THREADS, ChannelType, Json, Permission, number
from bot.sandbox.world import payloads, permissions
from bot.sandbox.world.state import Overwrite

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.sandbox.people.asking import Ask, Handler
    from bot.sandbox.world.local_discord import LocalDiscord
    from bot.sandbox.world.state import Channel, Guild, Member, Role, User

_CREATABLE = WITH_THREADS | VOCAL | {ChannelType.CATEGORY}


class AdministeringHandlers:
    def __init__(self, local: LocalDiscord) -> None:
        self._local = local
        self._world = local.world
        self._places = local.places

    def routes(self) -> Iterable[tuple[str, str, Handler]]:
        channel = r"/channels/{channel:\d+}"
        overwrite = channel + r"/overwrites/{target:\d+}"
        member = r"/guilds/{guild:\d+}/members/{user:\d+}"
        role = member + r"/roles/{role:\d+}"
        yield "POST", f"{channel}/threads", self.open_thread
        yield "PATCH", channel, self.change_channel
        yield "DELETE", channel, self.delete_channel
        yield "POST", r"/guilds/{guild:\d+}/channels", self.create_channel
        thread_member = channel + r"/thread-members/{user:\d+}"
        yield "PUT", thread_member, self.add_to_thread
        yield "DELETE", thread_member, self.remove_from_thread
        yield "POST", r"/guilds/{guild:\d+}/roles", self.create_role
        yield "PATCH", r"/guilds/{guild:\d+}/roles/{role:\d+}", self.change_role
        yield "DELETE", r"/guilds/{guild:\d+}/roles/{role:\d+}", self.delete_role
        yield "PUT", overwrite, self.set_overwrite
        yield "DELETE", overwrite, self.remove_overwrite
        yield "PUT", role, self.give_role
        yield "DELETE", role, self.take_role
        yield "PUT", member, self.invite
        yield "DELETE", member, self.kick

    def _shown(self, channel: Channel, me: User) -> Json:
        return {"channel": payloads.partial_channel(channel, me, self._world)}

    async def open_thread(self, ask: Ask) -> Json:
        channel, body = ask.channel, await ask.body(asking.OpenThread)
        forum = channel.type in FORUMS
        _require(ask.me, channel, Permission.SEND_MESSAGES if forum else Permission.CREATE_PUBLIC_THREADS)
        if forum and not body.content:
            raise Denied(400, "invalid_body", "A post needs a first message.")
        source = None
        if body.message_id is not None:
            source = self._local.messages.find(channel, number(body.message_id), ask.me)
        if forum:
            thread, _ = self._local.open_post(channel, body.name, ask.me, {"content": body.content}, {})
            return self._shown(thread, ask.me)
        thread = self._places.create_thread(channel, body.name, ask.me, source=source)
        if body.content:
            self._local.messages.create(thread, ask.me, {"content": body.content}, {})
        return self._shown(thread, ask.me)

    async def change_channel(self, ask: Ask) -> Json:
        channel, body = ask.channel, await ask.body(asking.ChangeChannel)
        _require(ask.me, channel, _managing(channel))
        if body.nsfw is not None and channel.is_thread:
            raise forbidden("A thread is as age-restricted as its channel.")
        if body.archived is not None and not channel.is_thread:
            raise forbidden("Only a thread can be archived.")
        self._places.change_channel(
            channel, name=body.name, topic=body.topic, nsfw=body.nsfw, spoiler=body.spoiler, archived=body.archived
        )
        return self._shown(channel, ask.me)

    async def delete_channel(self, ask: Ask) -> None:
        channel = ask.channel
        _require(ask.me, channel, _managing(channel))
        self._places.delete_channel(channel)

    async def create_channel(self, ask: Ask) -> Json:
        guild, body = ask.guild, await ask.body(asking.CreateChannel)
        _require_in_guild(ask.me, guild, Permission.MANAGE_CHANNELS)
        if body.type not in _CREATABLE:
            raise Denied(400, "invalid_body", "There is no such kind of channel.")
        parent = None if body.parent_id is None else guild.channels.get(number(body.parent_id))
        channel = self._places.create_channel(guild, body.name, ChannelType(body.type), nsfw=body.nsfw, parent=parent)
        return self._shown(channel, ask.me)

    async def set_overwrite(self, ask: Ask) -> None:
        channel, body, target = ask.channel, await ask.body(asking.SetOverwrite), ask.id("target")
        guild = _require(ask.me, channel, Permission.MANAGE_ROLES)
        if target not in guild.roles and target not in guild.members:
            raise unknown("user")
        overwrite = Overwrite(target, target in guild.members, _bits(body.allow), _bits(body.deny))
        self._places.overwrite(channel, overwrite)

    async def remove_overwrite(self, ask: Ask) -> None:
        channel = ask.channel
        _require(ask.me, channel, Permission.MANAGE_ROLES)
        self._places.remove_overwrite(channel, ask.id("target"))

    async def add_to_thread(self, ask: Ask) -> None:
        thread, user = self._thread_member(ask)
        self._places.join_thread(thread, user)

    async def remove_from_thread(self, ask: Ask) -> None:
        thread, user = self._thread_member(ask)
        if user is not ask.me:
            _require(ask.me, thread, Permission.MANAGE_THREADS)
        self._places.leave_thread(thread, user)

    def _thread_member(self, ask: Ask) -> tuple[Channel, User]:
        thread = ask.channel
        if not thread.is_thread or thread.guild is None:
            raise forbidden("Only threads have members of their own.")
        return thread, _member(thread.guild, ask.id("user")).user

    async def create_role(self, ask: Ask) -> Json:
        guild, body = ask.guild, await ask.body(asking.ChangeRole)
        _require_in_guild(ask.me, guild, Permission.MANAGE_ROLES)
        role = self._places.create_role(guild, body.name or "new role", _bits(body.permissions or "0"))
        return {"role": payloads.role(role)}

    async def change_role(self, ask: Ask) -> Json:
        role, body = self._role(ask), await ask.body(asking.ChangeRole)
        permissions_ = None if body.permissions is None else _bits(body.permissions)
        self._places.change_role(ask.guild, role, name=body.name, permissions=permissions_)
        return {"role": payloads.role(role)}

    async def delete_role(self, ask: Ask) -> None:
        role = self._role(ask)
        if role.managed or role.id == ask.guild.id:
            raise forbidden("This role belongs to the server or to an app.")
        self._places.delete_role(ask.guild, role)

    def _role(self, ask: Ask) -> Role:
        _require_in_guild(ask.me, ask.guild, Permission.MANAGE_ROLES)
        found = ask.guild.roles.get(ask.id("role"))
        if found is None:
            raise Denied(404, "unknown_role", "There is no such role.")
        return found

    async def give_role(self, ask: Ask) -> None:
        self._set_role(ask, held=True)

    async def take_role(self, ask: Ask) -> None:
        self._set_role(ask, held=False)

    def _set_role(self, ask: Ask, *, held: bool) -> None:
        guild, role_id = ask.guild, ask.id("role")
        _require_in_guild(ask.me, guild, Permission.MANAGE_ROLES)
        if role_id not in guild.roles or role_id == guild.id:
            raise Denied(404, "unknown_role", "There is no such role.")
        self._places.set_role(guild, _member(guild, ask.id("user")).user, role_id, held=held)

    async def invite(self, ask: Ask) -> None:
        guild = ask.guild
        _require_in_guild(ask.me, guild, Permission.MANAGE_GUILD)
        if ask.id("user") != self._world.bot.id:
            raise forbidden("Only the bot can be invited.")
        self._places.invite_bot(guild)

    async def kick(self, ask: Ask) -> None:
        guild = ask.guild
        _require_in_guild(ask.me, guild, Permission.KICK_MEMBERS)
        member = _member(guild, ask.id("user"))
        if member.user.id == guild.owner_id:
            raise forbidden("Nobody can kick the owner.")
        self._places.remove_member(guild, member.user)


def _bits(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Denied(400, "invalid_body", "Rights are decimal numbers.") from None


def _member(guild: Guild, user_id: int) -> Member:
    found = guild.members.get(user_id)
    if found is None:
        raise unknown("user")
    return found


def _managing(channel: Channel) -> Permission:
    return Permission.MANAGE_THREADS if channel.is_thread else Permission.MANAGE_CHANNELS


def _require(me: User, channel: Channel, permission: Permission) -> Guild:
    if channel.guild is None or not permissions.may(me, channel, permission):
        raise forbidden()
    return channel.guild


def _require_in_guild(me: User, guild: Guild, permission: Permission) -> None:
    if permissions.in_guild(guild, guild.members[me.id]) & permission != permission:
        raise forbidden()
