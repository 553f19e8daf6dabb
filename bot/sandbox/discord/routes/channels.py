"""Channels and their messages by the bot's own token, with the bot's own rights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.routing import Call, Reply, RestRoute
from bot.sandbox.rules.fields import MESSAGE_FIELDS, Fields
from bot.sandbox.rules.protocol import FORUMS, ChannelType, Json, MessageFlag, Permission
from bot.sandbox.rules.refusal import Reason, Refusal
from bot.sandbox.world import message_payloads, payloads, permissions

if TYPE_CHECKING:
    from bot.sandbox.world.local_discord import LocalDiscord
    from bot.sandbox.world.state import Channel, Message, User

_MOST_MESSAGES = 100
_CREATE: Fields = {
    **MESSAGE_FIELDS,
    "nonce": (str, int),
    "enforce_nonce": bool,
    "message_reference": dict,
    "sticker_ids": list,
}
_THREAD_FROM: Fields = {"name": str, "auto_archive_duration": int, "rate_limit_per_user": int}
_THREAD: Fields = {**_THREAD_FROM, "type": int, "invitable": bool, "message": dict, "applied_tags": list}


def _visible(local: LocalDiscord, call: Call) -> Channel:
    channel = call.channel(local)
    permissions.require(local.world.bot, channel, Permission.VIEW_CHANNEL)
    return channel


def _readable(local: LocalDiscord, call: Call) -> Channel:
    channel = call.channel(local)
    permissions.require(local.world.bot, channel, permissions.reading_in(channel))
    return channel


def _get_channel(local: LocalDiscord, call: Call) -> Reply:
    return Reply(payloads.channel(_visible(local, call), local.world))


def _list_messages(local: LocalDiscord, call: Call) -> Reply:
    channel = _readable(local, call)
    if not permissions.may(local.world.bot, channel, Permission.READ_MESSAGE_HISTORY):
        return Reply([])
    limit = min(max(call.number("limit", 50), 1), _MOST_MESSAGES)
    found = [one for one in channel.messages.values() if not one.ephemeral]
    if around := call.number("around", 0):
        middle = sum(one.id < around for one in found)
        found = found[max(middle - limit // 2, 0) :][:limit]
    elif after := call.number("after", 0):
        found = [one for one in found if one.id > after][:limit]
    elif before := call.number("before", 0):
        found = [one for one in found if one.id < before]
    return Reply([message_payloads.message(one, local.world) for one in reversed(found[-limit:])])


def _message(local: LocalDiscord, call: Call) -> Message:
    """Find a message as the bot's token sees it: ephemeral ones are reached only by their interaction."""
    channel = _readable(local, call)
    message = local.messages.find(channel, call.id("message_id"), local.world.bot)
    call.about["message_id"] = str(message.id)
    return message


def _get_message(local: LocalDiscord, call: Call) -> Reply:
    permissions.require(local.world.bot, _visible(local, call), Permission.READ_MESSAGE_HISTORY)
    return Reply(message_payloads.message(_message(local, call), local.world))


def _create_message(local: LocalDiscord, call: Call) -> Reply:
    channel, bot = call.channel(local), local.world.bot
    permissions.require(bot, channel, permissions.sending_in(channel))
    body: Json = call.body
    if call.files:
        permissions.require(bot, channel, Permission.ATTACH_FILES)
    if body.get("embeds"):
        permissions.require(bot, channel, Permission.EMBED_LINKS)
    if body.get("message_reference") and not permissions.may(bot, channel, Permission.READ_MESSAGE_HISTORY):
        raise Refusal(Reason.CANNOT_REPLY)
    message = local.messages.create(channel, bot, body, call.files)
    if channel.is_thread:
        local.places.join_thread(channel, bot)
    call.about["message_id"] = str(message.id)
    return Reply(message_payloads.message(message, local.world))


def _edit_message(local: LocalDiscord, call: Call) -> Reply:
    message, bot = _message(local, call), local.world.bot
    if message.author is not bot:
        _only_flags(local, call, message)
    else:
        local.allowances.edit(message)
        if call.files:
            permissions.require(bot, message.channel, Permission.ATTACH_FILES)
    return Reply(message_payloads.message(local.messages.edit(message, call.body, call.files), local.world))


def _only_flags(local: LocalDiscord, call: Call, message: Message) -> None:
    """Of other people's messages a moderator may hide the embeds, and nothing else."""
    if call.body.keys() - {"flags"} or int(call.body.get("flags") or 0) & ~MessageFlag.SUPPRESS_EMBEDS:
        raise Refusal(Reason.NOT_THE_AUTHOR)
    permissions.require(local.world.bot, message.channel, Permission.MANAGE_MESSAGES)


def _delete_message(local: LocalDiscord, call: Call) -> Reply:
    message = _message(local, call)
    if message.author is not local.world.bot:
        permissions.require(local.world.bot, message.channel, Permission.MANAGE_MESSAGES)
    local.messages.delete(message)
    return Reply(status=204)


def _type(local: LocalDiscord, call: Call) -> Reply:
    channel = call.channel(local)
    permissions.require(local.world.bot, channel, permissions.sending_in(channel))
    local.broadcast.typing(channel, local.world.bot)
    return Reply(status=204)


def _create_thread(local: LocalDiscord, call: Call) -> Reply:
    parent, bot, body = call.channel(local), local.world.bot, call.body
    if parent.type in FORUMS:
        permissions.require(bot, parent, Permission.SEND_MESSAGES)
        if call.files:
            permissions.require(bot, parent, Permission.ATTACH_FILES)
        thread, first = local.open_post(parent, str(body["name"]), bot, body.get("message") or {}, call.files)
        answer = payloads.channel(thread, local.world) | {"message": message_payloads.message(first, local.world)}
        return Reply(answer, 201)
    private = body.get("type", ChannelType.PRIVATE_THREAD) == ChannelType.PRIVATE_THREAD
    needed = Permission.CREATE_PRIVATE_THREADS if private else Permission.CREATE_PUBLIC_THREADS
    permissions.require(bot, parent, needed)
    thread = local.places.create_thread(parent, str(body["name"]), bot, private=private)
    return Reply(payloads.channel(thread, local.world), 201)


def _create_thread_from(local: LocalDiscord, call: Call) -> Reply:
    message = _message(local, call)
    permissions.require(local.world.bot, message.channel, Permission.CREATE_PUBLIC_THREADS)
    thread = local.places.create_thread(message.channel, str(call.body["name"]), local.world.bot, source=message)
    return Reply(payloads.channel(thread, local.world), 201)


def _thread(local: LocalDiscord, call: Call) -> Channel:
    thread = _visible(local, call)
    if not thread.is_thread:
        raise Refusal(Reason.WRONG_CHANNEL_TYPE)
    return thread


def _of_thread(local: LocalDiscord, call: Call) -> User:
    """Find whom a route of thread members is about; others than itself the bot adds where it may write."""
    if "user_id" not in call.params:
        return local.world.bot
    thread = _thread(local, call)
    member = thread.guild.members.get(call.id("user_id")) if thread.guild else None
    if member is None:
        raise Refusal(Reason.UNKNOWN_MEMBER)
    return member.user


def _join_thread(local: LocalDiscord, call: Call) -> Reply:
    thread, user = _thread(local, call), _of_thread(local, call)
    if thread.archived:
        raise Refusal(Reason.THREAD_IS_ARCHIVED)
    if user is not local.world.bot:
        permissions.require(local.world.bot, thread, permissions.sending_in(thread))
    local.places.join_thread(thread, user)
    return Reply(status=204)


def _leave_thread(local: LocalDiscord, call: Call) -> Reply:
    thread, user = _thread(local, call), _of_thread(local, call)
    if user is not local.world.bot:
        permissions.require(local.world.bot, thread, Permission.MANAGE_THREADS)
    local.places.leave_thread(thread, user)
    return Reply(status=204)


def _thread_members(local: LocalDiscord, call: Call) -> Reply:
    thread = _thread(local, call)
    return Reply([payloads.thread_member(thread, one, local.world) for one in thread.members])


_MESSAGE = "/channels/{channel_id}/messages/{message_id}"

ROUTES = (
    RestRoute("GET", "/channels/{channel_id}", _get_channel),
    RestRoute("GET", "/channels/{channel_id}/messages", _list_messages),
    RestRoute("POST", "/channels/{channel_id}/messages", _create_message, _CREATE),
    RestRoute("GET", _MESSAGE, _get_message),
    RestRoute("PATCH", _MESSAGE, _edit_message, MESSAGE_FIELDS),
    RestRoute("DELETE", _MESSAGE, _delete_message),
    RestRoute("POST", "/channels/{channel_id}/typing", _type),
    RestRoute("POST", "/channels/{channel_id}/threads", _create_thread, _THREAD),
    RestRoute("POST", f"{_MESSAGE}/threads", _create_thread_from, _THREAD_FROM),
    RestRoute("GET", "/channels/{channel_id}/thread-members", _thread_members),
    *(
        route
        for one in ("@me", "{user_id}")
        for route in (
            RestRoute("PUT", f"/channels/{{channel_id}}/thread-members/{one}", _join_thread),
            RestRoute("DELETE", f"/channels/{{channel_id}}/thread-members/{one}", _leave_thread),
        )
    ),
)
