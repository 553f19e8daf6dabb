"""Guilds as the bot reads them: members, roles, channels, threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.routing import Call, Reply, RestRoute
from bot.sandbox.rules.refusal import Reason, Refusal
from bot.sandbox.world import payloads, permissions

if TYPE_CHECKING:
    from bot.sandbox.world.local_discord import LocalDiscord

_MOST_MEMBERS = 1000


def _guild(local: LocalDiscord, call: Call) -> Reply:
    guild = call.guild(local)
    counts = {"approximate_member_count": len(guild.members), "approximate_presence_count": len(guild.members)}
    return Reply(payloads.guild(guild) | (counts if call.flag("with_counts") else {}))


def _channels(local: LocalDiscord, call: Call) -> Reply:
    guild = call.guild(local)
    return Reply([payloads.channel(one, local.world) for one in guild.channels.values() if not one.is_thread])


def _threads(local: LocalDiscord, call: Call) -> Reply:
    world = local.world
    seen = permissions.active_threads(world.bot, call.guild(local))
    return Reply(
        {
            "threads": [payloads.channel(one, world) for one in seen],
            "members": [
                payloads.thread_member(one, world.bot.id, world) for one in seen if world.bot.id in one.members
            ],
            "has_more": False,
        }
    )


def _roles(local: LocalDiscord, call: Call) -> Reply:
    return Reply([payloads.role(one) for one in call.guild(local).roles.values()])


def _members(local: LocalDiscord, call: Call) -> Reply:
    guild = call.guild(local)
    limit = min(call.number("limit", 1), _MOST_MEMBERS)
    after = call.number("after", 0)
    found = [guild.members[user_id] for user_id in sorted(guild.members) if user_id > after]
    return Reply([payloads.member(one, local.world) for one in found[:limit]])


def _member(local: LocalDiscord, call: Call) -> Reply:
    found = call.guild(local).members.get(call.id("user_id"))
    if found is None:
        raise Refusal(Reason.UNKNOWN_MEMBER)
    return Reply(payloads.member(found, local.world))


ROUTES = (
    RestRoute("GET", "/guilds/{guild_id}", _guild),
    RestRoute("GET", "/guilds/{guild_id}/channels", _channels),
    RestRoute("GET", "/guilds/{guild_id}/threads/active", _threads),
    RestRoute("GET", "/guilds/{guild_id}/roles", _roles),
    RestRoute("GET", "/guilds/{guild_id}/members", _members),
    RestRoute("GET", "/guilds/{guild_id}/members/{user_id}", _member),
)
