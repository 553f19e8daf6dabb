"""Who the bot is, where its gateway is, and the direct messages that it opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.routing import Call, Reply, RestRoute
from bot.sandbox.rules.protocol import number
from bot.sandbox.rules.refusal import Reason, Refusal
from bot.sandbox.world import payloads, permissions

if TYPE_CHECKING:
    from bot.sandbox.world.local_discord import LocalDiscord

GUILDS_A_SHARD = 1000
"""Discord recommends about one shard for so many; above 2,500 it takes no session (documentation, "Sharding")."""


def _me(local: LocalDiscord, _call: Call) -> Reply:
    return Reply(payloads.own_user(local.world.bot))


def _user(local: LocalDiscord, call: Call) -> Reply:
    found = local.world.users.get(call.id("user_id"))
    if found is None:
        raise Refusal(Reason.UNKNOWN_USER)
    return Reply(payloads.user(found))


def _application(local: LocalDiscord, _call: Call) -> Reply:
    return Reply(payloads.application(local.world))


def _guilds(local: LocalDiscord, _call: Call) -> Reply:
    world = local.world
    return Reply(
        [
            {
                "id": str(guild.id),
                "name": guild.name,
                "icon": None,
                "banner": None,
                "owner": False,
                "permissions": str(permissions.in_guild(guild, member)),
                "features": [],
            }
            for guild in world.guilds.values()
            if (member := world.bot_member(guild)) is not None
        ]
    )


def _gateway(local: LocalDiscord, _call: Call) -> Reply:
    return Reply({"url": local.gateway_url()})


def _gateway_for_bot(local: LocalDiscord, _call: Call) -> Reply:
    limit = local.allowances.session_start_limit()
    there = sum(local.world.bot_member(guild) is not None for guild in local.world.guilds.values())
    shards = max(1, -(-there // GUILDS_A_SHARD))
    return Reply({"url": local.gateway_url(), "shards": shards, "session_start_limit": limit})


def _open_direct_message(local: LocalDiscord, call: Call) -> Reply:
    user = local.world.users.get(number(call.body.get("recipient_id")))
    if user is None:
        raise Refusal(Reason.UNKNOWN_USER)
    if user.bot:
        raise Refusal(Reason.CANNOT_DM)
    channel = local.world.direct_message(user)
    call.about["channel_id"] = str(channel.id)
    return Reply(payloads.channel(channel, local.world))


def _emojis(local: LocalDiscord, call: Call) -> Reply:
    if call.id("application_id") != local.world.application_id:
        raise Refusal(Reason.UNKNOWN_APPLICATION)
    return Reply({"items": []})


ROUTES = (
    RestRoute("GET", "/users/@me", _me),
    RestRoute("GET", "/users/@me/guilds", _guilds),
    RestRoute("POST", "/users/@me/channels", _open_direct_message, {"recipient_id": (str, int)}),
    RestRoute("GET", "/users/{user_id}", _user),
    RestRoute("GET", "/applications/@me", _application),
    RestRoute("GET", "/oauth2/applications/@me", _application),
    RestRoute("GET", "/applications/{application_id}/emojis", _emojis),
    RestRoute("GET", "/gateway", _gateway, of_bot=False),
    RestRoute("GET", "/gateway/bot", _gateway_for_bot),
)
