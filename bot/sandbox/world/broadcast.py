"""Who is told of what: the bot over the gateway, people over their WebSockets, each only of what they may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.rules.protocol import Intent, Json
from bot.sandbox.world import message_payloads, payloads, permissions

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.sandbox.world.crowd import Crowd
    from bot.sandbox.world.sessions import Sessions
    from bot.sandbox.world.state import Channel, Guild, Interaction, Message, Role, User, World


class Broadcast:
    def __init__(self, world: World, sessions: Sessions, crowd: Crowd) -> None:
        self._world = world
        self._sessions = sessions
        self._crowd = crowd
        sessions.changed = lambda online: crowd.tell_all("bot", {"online": online})

    # Messages.

    def message_created(self, message: Message, notified: Collection[int]) -> None:
        self._tell_message("create", message)
        about: Json = {
            "channel_id": str(message.channel.id),
            "message_id": str(message.id),
            "author_id": str(message.author.id),
        }
        self._crowd.tell(notified, "ping", about)

    def message_updated(self, message: Message) -> None:
        self._tell_message("update", message)

    def message_deleted(self, message: Message) -> None:
        body: Json = {"id": str(message.id), "channel_id": str(message.channel.id)}
        self._crowd.tell(self._audience(message), "message.delete", body)
        if not message.ephemeral and permissions.reads(self._world.bot, message.channel):
            guild = message.channel.guild
            if guild is not None:
                body["guild_id"] = str(guild.id)
            self._sessions.dispatch("MESSAGE_DELETE", body, guild=guild, intent=_messages(guild))

    def _tell_message(self, what: str, message: Message) -> None:
        body = message_payloads.message(message, self._world)
        self._crowd.tell(self._audience(message), f"message.{what}", body)
        if message.ephemeral or not permissions.reads(self._world.bot, message.channel):
            return
        guild = message.channel.guild
        if guild is not None:
            body = body | {"guild_id": str(guild.id)}
            if author := guild.members.get(message.author.id):
                body["member"] = payloads.member(author, self._world, with_user=False)
        open_to_bot = guild is None or message.author is self._world.bot or self._world.bot in message.mentions
        closed: Json = {"content": "", "embeds": [], "attachments": [], "components": []}
        self._sessions.dispatch(
            f"MESSAGE_{what.upper()}",
            body,
            guild=guild,
            intent=_messages(guild),
            without_content=None if open_to_bot else body | closed,
        )

    def reactions_changed(self, what: str, message: Message, about: Json) -> None:
        """Tell people the message as it now is, and the bot what happened to its reactions."""
        self._crowd.tell(self._audience(message), "message.update", message_payloads.message(message, self._world))
        guild = message.channel.guild
        if message.ephemeral or not permissions.sees(self._world.bot, message.channel):
            return
        body: Json = {"channel_id": str(message.channel.id), "message_id": str(message.id), **about}
        if guild is not None:
            body["guild_id"] = str(guild.id)
        intent = Intent.DIRECT_MESSAGE_REACTIONS if guild is None else Intent.GUILD_MESSAGE_REACTIONS
        self._sessions.dispatch(f"MESSAGE_REACTION_{what}", body, guild=guild, intent=intent)

    def pins_changed(self, message: Message) -> None:
        """Tell of a message that was pinned or is no longer."""
        self._tell_message("update", message)
        channel = message.channel
        pins = [one.pinned_at for one in channel.messages.values() if one.pinned_at is not None]
        body: Json = {
            "channel_id": str(channel.id),
            "last_pin_timestamp": self._world.clock.iso(max(pins)) if pins else None,
        }
        if channel.guild is not None:
            body["guild_id"] = str(channel.guild.id)
        intent = Intent.DIRECT_MESSAGES if channel.guild is None else Intent.GUILDS
        self._sessions.dispatch("CHANNEL_PINS_UPDATE", body, guild=channel.guild, intent=intent)

    def _audience(self, message: Message) -> set[int]:
        if message.visible_to is not None:
            return {message.visible_to}
        viewers = self._crowd.viewers(message.channel)
        return {one for one in viewers if permissions.reads(self._world.users[one], message.channel)}

    def viewers(self, channel: Channel) -> set[int]:
        """Give the ids of those who see a channel, whether or not they are looking."""
        return self._crowd.viewers(channel)

    # Places.

    def channel_created(self, channel: Channel) -> None:
        self._tell_viewers("channel.create", channel, self._crowd.viewers(channel))
        self._dispatch_channel("CREATE", channel)

    def private_channel_opened(self, channel: Channel) -> None:
        """Tell everybody in it: whoever opened it may have other windows."""
        for one in channel.recipients:
            self._crowd.tell((one.id,), "channel.create", payloads.private_channel(channel, one, self._world))

    def channel_updated(self, channel: Channel, viewers_before: Collection[int]) -> None:
        """Tell of a change; who may no longer see the channel loses it, who may now sees it appear."""
        now = self._crowd.viewers(channel)
        self._tell_viewers("channel.create", channel, now - set(viewers_before))
        self._tell_viewers("channel.update", channel, now & set(viewers_before))
        gone: Json = {"id": str(channel.id), "guild_id": _guild_id(channel)}
        self._crowd.tell(set(viewers_before) - now, "channel.delete", gone)
        self._dispatch_channel("UPDATE", channel)

    def channel_deleted(self, channel: Channel, viewers_before: Collection[int]) -> None:
        self._crowd.tell(viewers_before, "channel.delete", {"id": str(channel.id), "guild_id": _guild_id(channel)})
        self._dispatch_channel("DELETE", channel)

    def _tell_viewers(self, event: str, channel: Channel, viewers: Collection[int]) -> None:
        for user_id in viewers:
            user = self._world.users[user_id]
            self._crowd.tell((user_id,), event, payloads.partial_channel(channel, user, self._world))

    def _dispatch_channel(self, what: str, channel: Channel) -> None:
        guild = channel.guild
        if guild is None or self._world.bot_member(guild) is None:
            return
        body = payloads.channel(channel, self._world)
        kind = "THREAD" if channel.is_thread else "CHANNEL"
        if channel.is_thread:
            if not permissions.sees(self._world.bot, channel):
                return
            if what == "CREATE":
                body["newly_created"] = True
            elif what == "DELETE":
                body = {name: body[name] for name in ("id", "guild_id", "parent_id", "type")}
        self._sessions.dispatch(f"{kind}_{what}", body, guild=guild, intent=Intent.GUILDS)

    def guild_updated(self, guild: Guild) -> None:
        """Tell everybody in it that members, roles or rights changed; each gets it with their own rights."""
        for member in guild.members.values():
            if not member.user.bot:
                body = guild_view(guild, member.user, self._world)
                self._crowd.tell((member.user.id,), "guild.update", body)

    def guild_changed(self, guild: Guild) -> None:
        """Tell the bot of a guild's own values."""
        self._sessions.dispatch("GUILD_UPDATE", payloads.guild(guild), guild=guild, intent=Intent.GUILDS)

    def member_changed(self, guild: Guild, user: User) -> None:
        """Tell the bot of somebody's new roles: of its own always, of others where it asked."""
        body = payloads.member(guild.members[user.id], self._world) | {"guild_id": str(guild.id)}
        intent = Intent(0) if user is self._world.bot else Intent.GUILD_MEMBERS
        self._sessions.dispatch("GUILD_MEMBER_UPDATE", body, guild=guild, intent=intent)

    def threads_synced(self, guild: Guild, channel_ids: Collection[int]) -> None:
        """Tell the bot of the active threads in channels that it has come to see."""
        world = self._world
        threads = [
            one for one in permissions.active_threads(world.bot, guild) if one.parent and one.parent.id in channel_ids
        ]
        body: Json = {
            "guild_id": str(guild.id),
            "channel_ids": [str(one) for one in channel_ids],
            "threads": [payloads.channel(one, world) for one in threads],
            "members": [
                payloads.thread_member(one, world.bot.id, world) for one in threads if world.bot.id in one.members
            ],
        }
        self._sessions.dispatch("THREAD_LIST_SYNC", body, guild=guild, intent=Intent.GUILDS)

    def thread_members_changed(self, thread: Channel, *, added: Sequence[User] = (), left: Sequence[User] = ()) -> None:
        """Tell of who joined or left a thread: of others than the bot only where members were asked for."""
        guild, world = thread.guild, self._world
        if guild is None or not permissions.sees(world.bot, thread):
            return
        body: Json = {
            "id": str(thread.id),
            "guild_id": str(guild.id),
            "member_count": len(thread.members),
            "added_members": [
                payloads.thread_member(thread, one.id, world)
                | {"member": payloads.member(guild.members[one.id], world), "presence": None}
                for one in added
            ],
            "removed_member_ids": [str(one.id) for one in left],
        }
        intent = Intent.GUILDS if world.bot in (*added, *left) else Intent.GUILDS | Intent.GUILD_MEMBERS
        self._sessions.dispatch("THREAD_MEMBERS_UPDATE", body, guild=guild, intent=intent)

    def role_changed(self, what: str, guild: Guild, role: Role) -> None:
        """Tell of a role; `what` is ``CREATE``, ``UPDATE`` or ``DELETE``."""
        about: Json = {"role_id": str(role.id)} if what == "DELETE" else {"role": payloads.role(role)}
        body = about | {"guild_id": str(guild.id)}
        self._sessions.dispatch(f"GUILD_ROLE_{what}", body, guild=guild, intent=Intent.GUILDS)

    def guild_lost(self, guild: Guild) -> None:
        """Tell of an outage: the guild is still the bot's, and out of reach."""
        body: Json = {"id": str(guild.id), "unavailable": True}
        self._sessions.dispatch("GUILD_DELETE", body, guild=guild, intent=Intent.GUILDS)

    def guild_back(self, guild: Guild) -> None:
        """Tell of the end of an outage, to each session with the members that it asked for."""
        self._sessions.dispatch_made(
            "GUILD_CREATE",
            lambda session: (
                payloads.guild_create(guild, self._world, everybody=Intent.GUILD_MEMBERS in session.intents)
                | {"unavailable": False}
            ),
            guild=guild,
            intent=Intent.GUILDS,
        )

    def bot_joined(self, guild: Guild) -> None:
        body = payloads.guild_create(guild, self._world, everybody=False)
        self._sessions.dispatch("GUILD_CREATE", body, guild=guild, intent=Intent.GUILDS)

    def bot_left(self, guild: Guild) -> None:
        self._sessions.dispatch("GUILD_DELETE", {"id": str(guild.id)}, guild=guild, intent=Intent.GUILDS)

    # The rest.

    def interaction(self, interaction: Interaction) -> None:
        self._sessions.dispatch("INTERACTION_CREATE", interaction.payload, guild=interaction.channel.guild)

    def person(self, user: User, event: str, data: Json) -> None:
        self._crowd.tell((user.id,), event, data)

    def typing(self, channel: Channel, user: User) -> None:
        about: Json = {"channel_id": str(channel.id), "user_id": str(user.id)}
        self._crowd.tell(self._crowd.viewers(channel) - {user.id}, "typing", about)

    def commands_changed(self) -> None:
        self._crowd.tell_all("commands", {})

    def clock_moved(self) -> None:
        self._crowd.tell_all("clock", clock_view(self._world))


def _messages(guild: Guild | None) -> Intent:
    return Intent.DIRECT_MESSAGES if guild is None else Intent.GUILD_MESSAGES


def _guild_id(channel: Channel) -> str | None:
    return None if channel.guild is None else str(channel.guild.id)


def clock_view(world: World) -> Json:
    return {"now": world.clock.iso(), "advanced_s": world.clock.advanced_s}


def guild_view(guild: Guild, viewer: User, world: World) -> Json:
    """Show a guild to somebody in it: its members with their rights, and the channels that this person may see."""
    own = guild.members[viewer.id]
    return {
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner_id),
        "permissions": str(permissions.in_guild(guild, own)),
        "roles": [payloads.role(one) for one in guild.roles.values()],
        "members": [
            payloads.member(one, world) | {"permissions": str(permissions.in_guild(guild, one))}
            for one in guild.members.values()
        ],
        "channels": [
            payloads.partial_channel(one, viewer, world)
            for one in guild.channels.values()
            if permissions.sees(viewer, one)
        ],
    }
