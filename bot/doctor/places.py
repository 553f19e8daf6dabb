"""The row about what the bot may do in the channels that it draws in or logs to."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from engine.finding import Finding, ok, unchecked, warning

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from bot.doctor.portal import Api

NEEDED = {10: "View Channel", 11: "Send Messages", 15: "Attach Files"}
"""Bits of permissions (Discord, Permissions), as the settings spell them."""
NEEDED_IN_THREADS = {10: "View Channel", 38: "Send Messages in Threads", 15: "Attach Files"}
"""In the threads of a channel, which have its rights; a forum has nothing but threads."""

_ADMINISTRATOR = 3
_TEXT_CHANNELS = {0, 5}
_FORUMS = {15, 16}
MOST_SERVERS = 20
"""That are looked at: three calls for each."""
_NAMED = 3


class Named(Struct, frozen=True):
    """What of a server's policy names channels (`bot.safety.policy.ServerPolicy`)."""

    channels: tuple[str, ...] = ()
    log_channel: str | None = None


def named_channels(database: Path) -> dict[str, Named]:
    """Read which channels the servers' admins named; empty where there is no database yet, or none that can be read."""
    if not database.exists():
        return {}
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=1.0)) as connection:
            rows = connection.execute("SELECT guild_id, policy FROM policies").fetchall()
    except sqlite3.Error:
        return {}
    found: dict[str, Named] = {}
    for guild, policy in rows:
        try:
            found[str(guild)] = msgspec.json.decode(policy, type=Named)
        except msgspec.DecodeError:
            continue  # the row of the database says so
    return found


async def look(api: Api, own_id: str, named: Mapping[str, Named]) -> Finding:
    """Look at every server, up to some: at the channels that its admins named, else at whether there is any to draw in.

    Raises:
        aiohttp.ClientError, TimeoutError, OSError: Nobody answers.
    """
    guilds = await api.get("/users/@me/guilds")
    everywhere = guilds.rows
    if everywhere is None:
        return unchecked("permissions", f"Discord answers {guilds.status}")
    if not everywhere:
        return unchecked("permissions", "the bot is in no server yet", "Invite it with the link of the README.")
    wrong: list[str] = []
    for guild in everywhere[:MOST_SERVERS]:
        wrong += await _in_one(api, guild, own_id, named.get(str(guild["id"]), Named()))
    if wrong:
        others = f" and in {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else ""
        return warning(
            "permissions",
            f"the bot cannot do its part {'; '.join(wrong[:_NAMED])}{others}",
            "Give its role these rights there, in the channel or its category.",
        )
    return ok(
        "permissions",
        f"it may draw in {len(everywhere[:MOST_SERVERS])} of {len(everywhere)} servers that were looked at",
    )


async def _in_one(api: Api, guild: dict[str, Any], own_id: str, named: Named) -> list[str]:
    place = f"/guilds/{guild['id']}"
    member = (await api.get(f"{place}/members/{own_id}")).table
    roles, channels = (await api.get(f"{place}/roles")).rows, (await api.get(f"{place}/channels")).rows
    if not member or roles is None or channels is None:
        return []
    own = {str(guild["id"]), *(str(one) for one in member.get("roles", []))}
    base = 0
    for role in roles:
        if str(role["id"]) in own:
            base |= int(role["permissions"])
    there = {str(one["id"]): one for one in channels}
    wanted = [*named.channels, *([named.log_channel] if named.log_channel else [])]
    lacks: dict[str, tuple[str, ...]] = {}
    for id_ in wanted or there:
        kind = there[id_]["type"] if id_ in there else None
        if kind not in _TEXT_CHANNELS | _FORUMS or (kind in _FORUMS and not wanted):
            continue
        overwrites = there[id_].get("permission_overwrites") or ()
        bits = permissions(base, overwrites, own, own_id, str(guild["id"]))
        needed = ({} if kind in _FORUMS else NEEDED) | (NEEDED_IN_THREADS if id_ in named.channels else {})
        lacks[id_] = missing(bits, needed)
    if wanted:
        return [
            f"in “#{there[id_]['name']}” of “{guild['name']}” ({', '.join(one)})" for id_, one in lacks.items() if one
        ]
    return [] if not lacks or not all(lacks.values()) else [f"in any channel of “{guild['name']}”"]


def permissions(base: int, overwrites: Iterable[dict[str, Any]], own: set[str], own_id: str, everyone: str) -> int:
    """Work out the bits in a channel, in Discord's order: everyone's, then all roles' together, then the member's."""
    if base >> _ADMINISTRATOR & 1:
        return ~0
    by_id = {str(one["id"]): (int(one["allow"]), int(one["deny"])) for one in overwrites}
    bits = base
    if everyone in by_id:
        allow, deny = by_id[everyone]
        bits = bits & ~deny | allow
    allow = deny = 0
    for id_ in own - {everyone}:
        more, less = by_id.get(id_, (0, 0))
        allow, deny = allow | more, deny | less
    bits = bits & ~deny | allow
    allow, deny = by_id.get(own_id, (0, 0))
    return bits & ~deny | allow


def missing(bits: int, needed: Mapping[int, str] = NEEDED) -> tuple[str, ...]:
    """Name what is needed and not granted."""
    return tuple(name for bit, name in needed.items() if not bits >> bit & 1)
