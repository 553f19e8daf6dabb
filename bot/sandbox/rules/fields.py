"""Which fields a body has, with the types of their values."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.sandbox.rules.protocol import Json
    from bot.sandbox.rules.refusal import Path, Problems

Fields = dict[str, type | tuple[type, ...]]
"""Names and types of JSON fields; null is always allowed."""

MESSAGE_FIELDS: Fields = {
    "content": str,
    "embeds": list,
    "allowed_mentions": dict,
    "components": list,
    "attachments": list,
    "flags": int,
    "tts": bool,
    "poll": dict,
}


def check_fields(body: Json, fields: Fields, problems: Problems, path: Path = ()) -> None:
    """Find values of another type; what is no field at all is `unread`'s business."""
    for name, value in body.items():
        if name in fields and value is not None and not isinstance(value, fields[name]):
            problems.add((*path, name), "BASE_TYPE_BAD_TYPE", "This value is of another type.")
