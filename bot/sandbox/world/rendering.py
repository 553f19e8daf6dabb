"""From what the bot sent to what Discord answers: components get ids and defaults, references become addresses."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, cast

from bot.sandbox.rules.components import media, referenced_name, walk
from bot.sandbox.rules.protocol import SELECTS, ComponentType, Json
from bot.sandbox.world.message_payloads import EMBED_PICTURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.sandbox.world.attachment import Attachment
    from bot.sandbox.world.state import World

C = ComponentType

_DEFAULTS: dict[C, Json] = {
    C.THUMBNAIL: {"description": None, "spoiler": False},
    C.FILE: {"spoiler": False, "name": None, "size": None},
    C.SEPARATOR: {"spacing": 1, "divider": True},
    C.CONTAINER: {"accent_color": None, "spoiler": False},
    C.BUTTON: {"disabled": False},
} | {kind: {"min_values": 1, "max_values": 1, "disabled": False} for kind in SELECTS}


def components(sent: list[Json], attachments: Sequence[Attachment], world: World) -> list[Json]:
    """Answer with the components as they stand in the message; what was sent is not changed."""
    done: list[Json] = [without_null(one) for one in sent]
    taken = {one.get("id") for _, one in walk(done)}
    fresh = (number for number in count(1) if number not in taken)
    for _, one in walk(done):
        one["id"] = one.get("id") or next(fresh)
        for name, value in _DEFAULTS.get(C(one["type"]), {}).items():
            one.setdefault(name, value)
        defaults: list[Json] = one.get("default_values") or []
        for default in defaults:
            default["id"] = str(default["id"])  # discord.py sends a number
        if one["type"] == C.MEDIA_GALLERY:
            for item in one["items"]:
                item.setdefault("description", None)
                item.setdefault("spoiler", False)
    by_name = {one.filename: one for one in attachments}
    for _, reference in media(done):
        _resolve(reference, by_name, world)
    by_id = {str(one.id): one for one in attachments}
    for _, one in walk(done):
        if one["type"] == C.FILE and (file := by_id.get(one["file"].get("attachment_id", ""))):
            one |= {"name": file.filename, "size": len(file.data)}
    return done


def without_null(value: Any) -> Any:
    """Copy without what is null: Discord answers with a field or without it."""
    if isinstance(value, dict):
        return {name: without_null(inner) for name, inner in cast("Json", value).items() if inner is not None}
    if isinstance(value, list):
        return [without_null(inner) for inner in cast("list[Any]", value)]
    return value


def _resolve(reference: Json, by_name: dict[str, Attachment], world: World) -> None:
    url: str = reference["url"]
    name = referenced_name(url)
    file = by_name.get(name) if name is not None else None
    if file is None:
        reference |= {"id": str(world.new_id()), "proxy_url": url}
        return
    address, proxy_address = world.links.sign(file)
    reference |= {
        "id": str(file.id),
        "url": address,
        "proxy_url": proxy_address,
        "width": file.width,
        "height": file.height,
        "content_type": file.content_type,
        "attachment_id": str(file.id),
    }


def embeds(sent: list[Json], attachments: Sequence[Attachment], world: World) -> list[Json]:
    """Answer with the embeds as they stand in the message."""
    by_name = {one.filename: one for one in attachments}
    done: list[Json] = [without_null(one) for one in sent]
    for embed in done:
        embed["type"] = "rich"
        for place, key in EMBED_PICTURES:
            part: Json | None = embed.get(place)
            if part is None or key not in part:
                continue
            file = by_name.get(referenced_name(part[key]) or "")
            part[key], part[f"proxy_{key}"] = (part[key], part[key]) if file is None else world.links.sign(file)
    return done
