"""Channels and their messages by the bot's own token, with the bot's own rights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.routing import Call, Reply, RestRoute
from bot.sandbox.rules.fields import MESSAGE_FIELDS, Fields
from bot.sandbox.rules.protocol import FORUMS, ChannelType, Json, MessageFlag, Permission
from bot.sandbox.rules.refusal import Reason, Refusal
from bot.sandbox.world import message_payloads, payloads, permissions

if TYPE_CHECKING:
    from bot.sandbox.world.scene import Scene
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


def _visible(scene: Scene, call: Call) -> Channel:
    channel = call.channel(scene)
    permissions.require(scene.world.bot, channel, Permission.VIEW_CHANNEL)
    return channel


def _readable(scene: Scene, call: Call) -> Channel:
    channel = call.channel(scene)
    permissions.require(scene.world.bot, channel, permissions.reading_in(channel))
    return channel


def _get_channel(scene: Scene, call: Call) -> Reply:
    return Reply(payloads.channel(_visible(scene, call), scene.world))


def _list_messages(scene: Scene, call: Call) -> Reply:
    channel = _readable(scene, call)
    if not permissions.may(scene.world.bot, channel, Permission.READ_MESSAGE_HISTORY):
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
    return Reply([message_payloads.message(one, scene.world) for one in reversed(found[-limit:])])


def _message(scene: Scene, call: Call) -> Message:
    """Find a message as the bot's token sees it: ephemeral ones are reached only by their interaction."""
    channel = _readable(scene, call)
    message = scene.messages.find(channel, call.id("message_id"), scene.world.bot)
    call.about["message_id"] = str(message.id)
    return message


def _get_message(scene: Scene, call: Call) -> Reply:
    permissions.require(scene.world.bot, _visible(scene, call), Permission.READ_MESSAGE_HISTORY)
    return Reply(message_payloads.message(_message(scene, call), scene.world))


def _create_message(scene: Scene, call: Call) -> Reply:
    channel, bot = call.channel(scene), scene.world.bot
    permissions.require(bot, channel, permissions.sending_in(channel))
    body: Json = call.body
    if call.files:
        permissions.require(bot, channel, Permission.ATTACH_FILES)
    if body.get("embeds"):
        permissions.require(bot, channel, Permission.EMBED_LINKS)
    if body.get("message_reference") and not permissions.may(bot, channel, Permission.READ_MESSAGE_HISTORY):
        raise Refusal(Reason.CANNOT_REPLY)
    message = scene.messages.create(channel, bot, body, call.files)
    if channel.is_thread:
        scene.places.join_thread(channel, bot)
    call.about["message_id"] = str(message.id)
    return Reply(message_payloads.message(message, scene.world))


def _edit_message(scene: Scene, call: Call) -> Reply:
    message, bot = _message(scene, call), scene.world.bot
    if message.author is not bot:
        _only_flags(scene, call, message)
    else:
        scene.allowances.edit(message)
        if call.files:
            permissions.require(bot, message.channel, Permission.ATTACH_FILES)
    return Reply(message_payloads.message(scene.messages.edit(message, call.body, call.files), scene.world))


def _only_flags(scene: Scene, call: Call, message: Message) -> None:
    """Of other people's messages a moderator may hide the embeds, and nothing else."""
    if call.body.keys() - {"flags"} or int(call.body.get("flags") or 0) & ~MessageFlag.SUPPRESS_EMBEDS:
        raise Refusal(Reason.NOT_THE_AUTHOR)
    permissions.require(scene.world.bot, message.channel, Permission.MANAGE_MESSAGES)


def _delete_message(scene: Scene, call: Call) -> Reply:
    message = _message(scene, call)
    if message.author is not scene.world.bot:
        permissions.require(scene.world.bot, message.channel, Permission.MANAGE_MESSAGES)
    scene.messages.delete(message)
    return Reply(status=204)


def _type(scene: Scene, call: Call) -> Reply:
    channel = call.channel(scene)
    permissions.require(scene.world.bot, channel, permissions.sending_in(channel))
    scene.broadcast.typing(channel, scene.world.bot)
    return Reply(status=204)


def _create_thread(scene: Scene, call: Call) -> Reply:
    parent, bot, body = call.channel(scene), scene.world.bot, call.body
    if parent.type in FORUMS:
        permissions.require(bot, parent, Permission.SEND_MESSAGES)
        if call.files:
            permissions.require(bot, parent, Permission.ATTACH_FILES)
        thread, first = scene.open_post(parent, str(body["name"]), bot, body.get("message") or {}, call.files)
        answer = payloads.channel(thread, scene.world) | {"message": message_payloads.message(first, scene.world)}
        return Reply(answer, 201)
    private = body.get("type", ChannelType.PRIVATE_THREAD) == ChannelType.PRIVATE_THREAD
    needed = Permission.CREATE_PRIVATE_THREADS if private else Permission.CREATE_PUBLIC_THREADS
    permissions.require(bot, parent, needed)
    thread = scene.places.create_thread(parent, str(body["name"]), bot, private=private)
    return Reply(payloads.channel(thread, scene.world), 201)


def _create_thread_from(scene: Scene, call: Call) -> Reply:
    message = _message(scene, call)
    permissions.require(scene.world.bot, message.channel, Permission.CREATE_PUBLIC_THREADS)
    thread = scene.places.create_thread(message.channel, str(call.body["name"]), scene.world.bot, source=message)
    return Reply(payloads.channel(thread, scene.world), 201)


def _thread(scene: Scene, call: Call) -> Channel:
    thread = _visible(scene, call)
    if not thread.is_thread:
        raise Refusal(Reason.WRONG_CHANNEL_TYPE)
    return thread


def _of_thread(scene: Scene, call: Call) -> User:
    """Find whom a route of thread members is about; others than itself the bot adds where it may write."""
    if "user_id" not in call.params:
        return scene.world.bot
    thread = _thread(scene, call)
    member = thread.guild.members.get(call.id("user_id")) if thread.guild else None
    if member is None:
        raise Refusal(Reason.UNKNOWN_MEMBER)
    return member.user


def _join_thread(scene: Scene, call: Call) -> Reply:
    thread, user = _thread(scene, call), _of_thread(scene, call)
    if thread.archived:
        raise Refusal(Reason.THREAD_IS_ARCHIVED)
    if user is not scene.world.bot:
        permissions.require(scene.world.bot, thread, permissions.sending_in(thread))
    scene.places.join_thread(thread, user)
    return Reply(status=204)


def _leave_thread(scene: Scene, call: Call) -> Reply:
    thread, user = _thread(scene, call), _of_thread(scene, call)
    if user is not scene.world.bot:
        permissions.require(scene.world.bot, thread, Permission.MANAGE_THREADS)
    scene.places.leave_thread(thread, user)
    return Reply(status=204)


def _thread_members(scene: Scene, call: Call) -> Reply:
    thread = _thread(scene, call)
    return Reply([payloads.thread_member(thread, one, scene.world) for one in thread.members])


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
