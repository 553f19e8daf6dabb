"""Reactions: who put which emoji on which message, and who is told of it."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from bot.sandbox.rules.protocol import Json, Permission
from bot.sandbox.rules.refusal import Reason, Refusal
from bot.sandbox.world import message_payloads, payloads, permissions

if TYPE_CHECKING:
    from bot.sandbox.world.broadcast import Broadcast
    from bot.sandbox.world.state import Message, User, World

_MOST = 20
"""Different emojis on one message (documentation, "JSON Error Codes", 30010)."""
_SYMBOLS = {"So", "Sm", "Sk", "Me"}
_PUNCTUATION = "‼⁉〰〽"


class Reactions:
    """All changes to reactions go through here, whoever makes them."""

    def __init__(self, world: World, broadcast: Broadcast) -> None:
        self._world = world
        self._broadcast = broadcast

    def add(self, message: Message, name: str, user: User) -> None:
        """Put somebody's emoji on a message; a second time changes nothing.

        Raises:
            Refusal: 10014, 30010, 50001 or 50013.
        """
        permissions.require(user, message.channel, Permission.READ_MESSAGE_HISTORY)
        who = message.reactions.get(name)
        if who is None:
            permissions.require(user, message.channel, Permission.ADD_REACTIONS)
            if not _is_emoji(name):
                raise Refusal(Reason.UNKNOWN_EMOJI)
            if len(message.reactions) >= _MOST:
                raise Refusal(Reason.TOO_MANY_REACTIONS)
            who = message.reactions[name] = []
        if user.id in who:
            return
        who.append(user.id)
        about = self._about(name, user) | {"message_author_id": str(message.author.id)}
        guild = message.channel.guild
        if guild is not None and (member := guild.members.get(user.id)):
            about["member"] = payloads.member(member, self._world)
        self._broadcast.reactions_changed("ADD", message, about)

    def remove(self, message: Message, name: str, user: User) -> None:
        """Take somebody's emoji off a message.

        Raises:
            Refusal: 10014, it is not there.
        """
        who = self._who(message, name)
        if user.id not in who:
            raise Refusal(Reason.UNKNOWN_EMOJI)
        who.remove(user.id)
        if not who:
            del message.reactions[name]
        self._broadcast.reactions_changed("REMOVE", message, self._about(name, user))

    def clear(self, message: Message, name: str | None = None) -> None:
        """Take one emoji off, or all, whoever put them there.

        Raises:
            Refusal: 10014, that one is not there.
        """
        if name is None:
            message.reactions.clear()
            self._broadcast.reactions_changed("REMOVE_ALL", message, {})
            return
        self._who(message, name)
        del message.reactions[name]
        self._broadcast.reactions_changed("REMOVE_EMOJI", message, {"emoji": message_payloads.emoji(name)})

    def who(self, message: Message, name: str) -> list[User]:
        return [self._world.users[one] for one in message.reactions.get(name, ())]

    def _who(self, message: Message, name: str) -> list[int]:
        if name not in message.reactions:
            raise Refusal(Reason.UNKNOWN_EMOJI)
        return message.reactions[name]

    def _about(self, name: str, user: User) -> Json:
        return {"user_id": str(user.id), "emoji": message_payloads.emoji(name), "type": 0, "burst": False}


def _is_emoji(name: str) -> bool:
    """Say whether a name may be an emoji of Unicode; custom ones exist nowhere here."""
    return ":" not in name and any(
        one in _PUNCTUATION or (not one.isascii() and unicodedata.category(one) in _SYMBOLS) for one in name
    )
