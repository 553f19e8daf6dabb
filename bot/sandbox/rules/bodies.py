"""What the body and the query of each route are in the table of bounds, and whether one that came keeps to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.sandbox.rules.bounds_table import TABLE
from bot.sandbox.rules.refusal import Problems

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.rules.refusal import Path

_NUMBER = re.compile("[0-9]{1,20}")
"""As many digits as the largest number of 64 bits has."""
_APPLICATION = "/applications/{application_id}"
_WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"
BODIES: Mapping[str, str] = {
    "POST /channels/{channel_id}/messages": "message",
    "PATCH /channels/{channel_id}/messages/{message_id}": "message edit",
    "POST /channels/{channel_id}/messages/{message_id}/threads": "thread from a message",
    "POST /channels/{channel_id}/threads": "thread",
    "POST /interactions/{interaction_id}/{interaction_token}/callback": "callback",
    f"POST {_WEBHOOK}": "webhook message",
    f"PATCH {_WEBHOOK}/messages/@original": "answer",
    f"PATCH {_WEBHOOK}/messages/{{message_id}}": "answer",
    "POST /users/@me/channels": "direct message",
    **{
        f"{method} {_APPLICATION}{place}/commands{one}": kind
        for place in ("", "/guilds/{guild_id}")
        for method, one, kind in (
            ("PUT", "", "commands"),
            ("POST", "", "command"),
            ("PATCH", "/{command_id}", "command edit"),
        )
    },
}
"""What the JSON body of a route is."""
QUERIES: Mapping[str, str] = {
    "GET /channels/{channel_id}/messages": "query of messages",
    "GET /guilds/{guild_id}/members": "query of members",
    "GET /users/@me/guilds": "query of guilds",
    "GET /applications/{application_id}/entitlements": "query of entitlements",
    "GET /channels/{channel_id}/messages/pins": "query of pins",
    "GET /channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}": "query of reactions",
    "GET /channels/{channel_id}/thread-members": "query of thread members",
    "GET /guilds/{guild_id}/bans": "query of bans",
}
"""What a route's query is, for those with numbers in it."""


def check(route: str, body: Any, query: Mapping[str, str]) -> list[tuple[Path, str, str]]:
    """Find what is out of its bounds in a call to a route, named by method and template: where, a code, a sentence."""
    problems = Problems()
    kind = BODIES.get(route)
    if kind == "commands" or isinstance(body, dict):
        TABLE.check(body, kind or "", problems)
    elif kind is not None:
        problems.add((), "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
    if route in QUERIES:
        numbers = {name: int(text) if _NUMBER.fullmatch(text) else text for name, text in query.items()}
        TABLE.check(numbers, QUERIES[route], problems)
    return problems.found


def trimmed(route: str, body: Any) -> Any:
    """Copy a body that is within its bounds as Discord keeps it."""
    return TABLE.trimmed(body, BODIES.get(route))
