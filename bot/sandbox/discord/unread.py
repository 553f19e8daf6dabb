"""What Discord has no field for: it reads past such keys, so they are taken out of a body and named to its author."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from bot.sandbox.rules.components import FIELDS
from bot.sandbox.rules.protocol import CallbackType, ComponentType, Json, MessageFlag

if TYPE_CHECKING:
    from bot.sandbox.discord.routing import RestRoute
    from bot.sandbox.rules.refusal import Path

Finding = tuple["Path", str, str]
"""Where, a code, a sentence."""

Shape = dict[str, Any]
"""The fields of an object; each with the shape of what is in it, or of the objects in its list, or None."""

C = ComponentType


def _of(*names: str, **nested: Shape) -> Shape:
    return dict.fromkeys(names) | nested


_MEDIA = _of("url", "proxy_url", "width", "height", "content_type", "attachment_id", "id", "flags")
"""All but the address is what Discord answers with; whoever sends an answer back sends it too."""
_EMOJI = _of("id", "name", "animated")
_PICTURE = _MEDIA | _of("placeholder", "placeholder_version", "description")
_EMBED = _of(
    *("title", "type", "description", "url", "timestamp", "color", "flags"),
    footer=_of("text", "icon_url", "proxy_icon_url"),
    image=_PICTURE,
    thumbnail=_PICTURE,
    video=_PICTURE,
    provider=_of("name", "url"),
    author=_of("name", "url", "icon_url", "proxy_icon_url"),
    fields=_of("name", "value", "inline"),
)
_IN_COMPONENT: Shape = {
    "options": _of("label", "value", "description", "default", emoji=_EMOJI),
    "default_values": _of("id", "type"),
    "emoji": _EMOJI,
    "media": _MEDIA,
    "file": _MEDIA,
    "items": _of("description", "spoiler", media=_MEDIA),
}
_ANSWERED_TOO: dict[C, Shape] = {C.FILE: _of("name", "size")}
_COMPONENTS: Shape = {}
"""Stands for a list of components, whose fields go by their type."""
_WITH_COMPONENTS = ("components", "component", "accessory")
_IN_MESSAGE: Shape = {
    "embeds": _EMBED,
    "allowed_mentions": _of("parse", "users", "roles", "replied_user"),
    "attachments": None,  # clients send back all that they hold of a file
    "message_reference": _of("type", "message_id", "channel_id", "guild_id", "fail_if_not_exists"),
    "components": _COMPONENTS,
}
_MESSAGE: Shape = _of("content", "tts", "flags", "poll", "sticker_ids") | _IN_MESSAGE
_CALLBACK: dict[CallbackType, Shape] = {
    CallbackType.AUTOCOMPLETE: _of(choices=_of("name", "name_localizations", "value")),
    CallbackType.MODAL: _of("custom_id", "title", components=_COMPONENTS),
}
"""The other answers are messages."""
_MESSAGE_ANSWER: Shape = {name: _MESSAGE[name] for name in _MESSAGE.keys() - {"sticker_ids", "message_reference"}}
_OF_A_WEBHOOK = ("username", "avatar_url", "thread_name", "applied_tags")
"""Discord knows and checks them; of an interaction's webhook they have no effect ("Create Followup Message")."""
_LOCALISED = ("name", "name_localizations", "description", "description_localizations")
_OPTION: Shape = _of(
    *(*_LOCALISED, "type", "required", "autocomplete", "min_value", "max_value", "min_length", "max_length"),
    *("channel_types", "file_types"),
    choices=_of("name", "name_localizations", "value"),
)
_OPTION["options"] = _OPTION
_COMMAND: Shape = _of(
    *(*_LOCALISED, "id", "type", "default_member_permissions", "dm_permission", "default_permission"),
    *("contexts", "integration_types", "nsfw", "handler"),
    options=_OPTION,
)


def without(route: RestRoute, body: Any) -> tuple[Any, list[Finding]]:
    """Give the body as Discord reads it, and what it reads past; the body itself is not changed."""
    found: list[Finding] = []
    shape = _shape(route, body)
    if shape is None:
        return body, found
    read: Any = _read(body, shape, (), found)
    if isinstance(read, dict):
        _read_flags(route, cast("Json", read), found)
        idle = [name for name in _OF_A_WEBHOOK if name in read and route.template.startswith("/webhooks/")]
        found += [((name,), "UNKNOWN_FIELD", "Of an interaction's webhook it has no effect.") for name in idle]
        return cast("Json", read), found
    return read, found


def _is_callback(route: RestRoute) -> bool:
    return route.template.endswith("/callback")


def _shape(route: RestRoute, body: Any) -> Shape | None:
    if route.template.endswith(("/commands", "/commands/{command_id}")):
        return _COMMAND
    if route.fields is None or not isinstance(body, dict):
        return None
    if _is_callback(route):
        kind: Any = cast("Json", body).get("type")
        known = isinstance(kind, int) and kind in _CALLBACK
        return _of("type", data=_CALLBACK[CallbackType(kind)] if known else _MESSAGE_ANSWER)
    names = (*route.fields, *(_OF_A_WEBHOOK if route.template.startswith("/webhooks/") else ()))
    return {name: _MESSAGE if name == "message" else _IN_MESSAGE.get(name) for name in names}


def _read(value: Any, shape: Shape | None, path: Path, found: list[Finding]) -> Any:
    if shape is None:
        return value
    if isinstance(value, list):
        return [_read(one, shape, (*path, place), found) for place, one in enumerate(cast("list[Any]", value))]
    if not isinstance(value, dict):
        return value
    body = cast("Json", value)
    fields = _component(body) if shape is _COMPONENTS else shape
    if fields is None:
        return body
    unknown = sorted(body.keys() - fields.keys())
    found += [((*path, name), "UNKNOWN_FIELD", "Discord has no such field and reads past it.") for name in unknown]
    return {name: _read(inner, fields[name], (*path, name), found) for name, inner in body.items() if name in fields}


def _component(body: Json) -> Shape | None:
    """Give the fields of a component; None for one of a type that there is not, which its rules refuse."""
    kind: Any = body.get("type")
    if not isinstance(kind, int) or kind not in list(C):
        return None
    names = FIELDS[C(kind)]
    known: Shape = {one: _COMPONENTS if one in _WITH_COMPONENTS else _IN_COMPONENT.get(one) for one in names}
    return known | _of("type", "id") | _ANSWERED_TOO.get(C(kind), {})


def _read_flags(route: RestRoute, body: Json, found: list[Finding]) -> None:
    if route.method == "PATCH":
        _without_ephemeral(body, (), found)
    elif _is_callback(route) and body.get("type") == CallbackType.UPDATE and isinstance(body.get("data"), dict):
        _without_ephemeral(body["data"], ("data",), found)


def _without_ephemeral(body: Json, path: Path, found: list[Finding]) -> None:
    """An edit cannot make a message ephemeral; Discord leaves the bit alone."""
    flags: Any = body.get("flags")
    if isinstance(flags, int) and flags & MessageFlag.EPHEMERAL:
        body["flags"] = flags & ~MessageFlag.EPHEMERAL
        found.append(((*path, "flags"), "MESSAGE_FLAGS_INVALID", "Whether a message is ephemeral cannot be edited."))
