"""Whom a text would notify, once ``allowed_mentions`` and the author's rights have had their say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox.rules.protocol import Json, Permission
from bot.sandbox.world import permissions

if TYPE_CHECKING:
    from bot.sandbox.rules.refusal import Problems
    from bot.sandbox.world.state import Channel, Message, User, World

_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(everyone|here)\b")


@dataclass
class Mentions:
    users: list[User] = field(default_factory=list["User"])
    roles: list[int] = field(default_factory=list[int])
    everyone: bool = False


def check(allowed: Json | None, problems: Problems) -> None:
    """Find a list of names beside the permission for all of their kind: Discord takes one or the other."""
    for kind in ("users", "roles"):
        if allowed and allowed.get(kind) and kind in (allowed.get("parse") or ()):
            problems.add(
                ("allowed_mentions",),
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.',
            )


def find(text: str, allowed: Json | None, author: User, channel: Channel, world: World) -> Mentions:
    """Read a text; None for `allowed` means everything that the author may."""
    found = Mentions()
    parse = {"users", "roles", "everyone"} if allowed is None else set(allowed.get("parse") or ())
    named_users = {str(one) for one in (allowed or {}).get("users") or ()}
    named_roles = {str(one) for one in (allowed or {}).get("roles") or ()}
    for user_id in dict.fromkeys(_USER.findall(text)):
        user = world.users.get(int(user_id))
        if user is not None and ("users" in parse or user_id in named_users):
            found.users.append(user)
    everybody = permissions.may(author, channel, Permission.MENTION_EVERYONE)
    if channel.guild is not None:
        for role_id in dict.fromkeys(_ROLE.findall(text)):
            role = channel.guild.roles.get(int(role_id))
            allowed_here = "roles" in parse or role_id in named_roles
            if role is not None and allowed_here and (role.mentionable or everybody):
                found.roles.append(role.id)
    found.everyone = "everyone" in parse and everybody and bool(_EVERYONE.search(text))
    return found


def replied_to(message: Message, allowed: Json | None) -> list[User]:
    """Give the author of the message that is answered, unless the reply is a quiet one."""
    quiet = allowed is not None and allowed.get("replied_user") is not True
    return [] if quiet else [message.author]


def notified(message: Message) -> set[int]:
    """Give the ids of all people whom this new message notifies."""
    ids = {user.id for user in message.mentions}
    guild = message.channel.guild
    if guild is not None:
        for member in guild.members.values():
            if message.mention_everyone or set(member.roles) & set(message.mention_roles):
                ids.add(member.user.id)
    ids.discard(message.author.id)
    if message.visible_to is not None:
        ids &= {message.visible_to}
    return ids
