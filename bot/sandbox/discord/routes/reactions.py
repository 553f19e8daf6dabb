"""Reactions and pins of messages by the bot's own token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.routing import Call, Reply, RestRoute
from bot.sandbox.rules.protocol import Json, Permission
from bot.sandbox.rules.refusal import Reason, Refusal
from bot.sandbox.world import message_payloads, payloads, permissions

if TYPE_CHECKING:
    from bot.sandbox.world.local_discord import LocalDiscord
    from bot.sandbox.world.state import Channel, Message

_MOST_USERS = 100
_MOST_PINS = 250


def _channel(local: LocalDiscord, call: Call) -> Channel:
    channel = call.channel(local)
    permissions.require(local.world.bot, channel, Permission.VIEW_CHANNEL)
    return channel


def _message(local: LocalDiscord, call: Call) -> Message:
    message = local.messages.find(_channel(local, call), call.id("message_id"), local.world.bot)
    call.about["message_id"] = str(message.id)
    return message


def _moderated(local: LocalDiscord, call: Call) -> Message:
    message = _message(local, call)
    permissions.require(local.world.bot, message.channel, Permission.MANAGE_MESSAGES)
    return message


def _react(local: LocalDiscord, call: Call) -> Reply:
    local.reactions.add(_message(local, call), call.params["emoji_name"], local.world.bot)
    return Reply(status=204)


def _unreact(local: LocalDiscord, call: Call) -> Reply:
    local.reactions.remove(_message(local, call), call.params["emoji_name"], local.world.bot)
    return Reply(status=204)


def _unreact_of(local: LocalDiscord, call: Call) -> Reply:
    user = local.world.users.get(call.id("user_id"))
    if user is None:
        raise Refusal(Reason.UNKNOWN_USER)
    local.reactions.remove(_moderated(local, call), call.params["emoji_name"], user)
    return Reply(status=204)


def _who(local: LocalDiscord, call: Call) -> Reply:
    limit, after = min(call.number("limit", 25), _MOST_USERS), call.number("after", 0)
    found = local.reactions.who(_message(local, call), call.params["emoji_name"])
    later = sorted((one for one in found if one.id > after), key=lambda one: one.id)
    return Reply([payloads.user(one) for one in later[:limit]])


def _clear(local: LocalDiscord, call: Call) -> Reply:
    local.reactions.clear(_moderated(local, call), call.params.get("emoji_name"))
    return Reply(status=204)


# Pins.


def _pinned(channel: Channel) -> list[tuple[float, Message]]:
    """Give what is pinned and since when, newest first."""
    found = [(one.pinned_at, one) for one in channel.messages.values() if one.pinned_at is not None]
    return sorted(found, key=lambda pin: pin[0], reverse=True)


def _pins(local: LocalDiscord, call: Call) -> Reply:
    world = local.world
    found = _pinned(_channel(local, call))
    limit = min(call.number("limit", 50), 50)
    items: list[Json] = [
        {"pinned_at": world.clock.iso(at), "message": message_payloads.message(one, world)} for at, one in found[:limit]
    ]
    return Reply({"items": items, "has_more": len(found) > limit})


def _pins_as_before(local: LocalDiscord, call: Call) -> Reply:
    return Reply([message_payloads.message(one, local.world) for _, one in _pinned(_channel(local, call))])


def _pin(local: LocalDiscord, call: Call) -> Reply:
    message = _to_pin(local, call)
    if message.pinned_at is None:
        if len(_pinned(message.channel)) >= _MOST_PINS:
            raise Refusal(Reason.TOO_MANY_PINS)
        message.pinned_at = local.world.clock.now()
        local.broadcast.pins_changed(message)
    return Reply(status=204)


def _unpin(local: LocalDiscord, call: Call) -> Reply:
    message = _to_pin(local, call)
    if message.pinned_at is not None:
        message.pinned_at = None
        local.broadcast.pins_changed(message)
    return Reply(status=204)


def _to_pin(local: LocalDiscord, call: Call) -> Message:
    """Find a message that the bot may pin: by the right of its own, or by the older one that held it too."""
    message, bot = _message(local, call), local.world.bot
    if message.channel.guild is not None and not permissions.may(bot, message.channel, Permission.MANAGE_MESSAGES):
        permissions.require(bot, message.channel, Permission.PIN_MESSAGES)
    return message


_REACTIONS = "/channels/{channel_id}/messages/{message_id}/reactions"
_ONE = f"{_REACTIONS}/{{emoji_name}}"

ROUTES = (
    RestRoute("PUT", f"{_ONE}/@me", _react),
    RestRoute("DELETE", f"{_ONE}/@me", _unreact),
    RestRoute("DELETE", f"{_ONE}/{{user_id}}", _unreact_of),
    RestRoute("GET", _ONE, _who),
    RestRoute("DELETE", _ONE, _clear),
    RestRoute("DELETE", _REACTIONS, _clear),
    RestRoute("GET", "/channels/{channel_id}/messages/pins", _pins),
    RestRoute("PUT", "/channels/{channel_id}/messages/pins/{message_id}", _pin),
    RestRoute("DELETE", "/channels/{channel_id}/messages/pins/{message_id}", _unpin),
    RestRoute("GET", "/channels/{channel_id}/pins", _pins_as_before),
    RestRoute("PUT", "/channels/{channel_id}/pins/{message_id}", _pin),
    RestRoute("DELETE", "/channels/{channel_id}/pins/{message_id}", _unpin),
)
