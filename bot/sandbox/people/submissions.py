"""What a person filled into a modal, checked as Discord's client does, and written as the bot receives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from bot.sandbox.people.denied import invalid
from bot.sandbox.rules.components import MODAL_INPUTS, walk
from bot.sandbox.rules.protocol import ComponentType, Json

if TYPE_CHECKING:
    from bot.sandbox.people.options import Resolved
    from bot.sandbox.world.state import User

C = ComponentType

_MAX_TEXT = 4000
_MANY = {C.STRING_SELECT, C.USER_SELECT, C.ROLE_SELECT, C.MENTIONABLE_SELECT, C.CHANNEL_SELECT} | {
    C.FILE_UPLOAD,
    C.CHECKBOX_GROUP,
}


def fill(modal: Json, values: Json, user: User, resolved: Resolved) -> list[Json]:
    """Give the submitted components.

    Raises:
        Denied: With a sentence for each field at fault, by custom_id.
    """
    inputs = {one["custom_id"]: one for _, one in walk(modal["components"]) if one["type"] in MODAL_INPUTS}
    faults = dict.fromkeys(values.keys() - inputs.keys(), "This form has no such field.")
    given: dict[str, Any] = {}
    for custom_id, one in inputs.items():
        value = _default(one) if values.get(custom_id) is None else values[custom_id]
        fault = check(one, value, user, resolved)
        if fault is not None:
            faults[custom_id] = fault
        given[custom_id] = value
    if faults:
        raise invalid(faults)
    return [_written(one, given, place) for place, one in enumerate(modal["components"], start=1)]


def _written(one: Json, given: dict[str, Any], place: int) -> Json:
    body: Json = {"type": one["type"], "id": one.get("id") or place}
    if one["type"] == C.ACTION_ROW:
        body["components"] = [_written(inner, given, 100 + place) for inner in one["components"]]
    elif one["type"] == C.LABEL:
        body["component"] = _written(one["component"], given, 100 + place)
    elif one["type"] in MODAL_INPUTS:
        body["custom_id"] = one["custom_id"]
        body["values" if one["type"] in _MANY else "value"] = given[one["custom_id"]]
    return body


def _default(one: Json) -> Any:
    options: list[Json] = one.get("options") or []
    chosen = [option["value"] for option in options if option.get("default")]
    if one["type"] in _MANY:
        named: list[Json] = one.get("default_values") or []
        return chosen + [entry["id"] for entry in named]
    if one["type"] == C.RADIO_GROUP:
        return chosen[0] if chosen else None
    if one["type"] == C.CHECKBOX:
        return bool(one.get("default"))
    return one.get("value") or ""


def check(one: Json, value: Any, user: User, resolved: Resolved) -> str | None:
    """Say what is wrong with the value of an input or of a select menu, None for nothing."""
    kind = C(one["type"])
    required = one.get("required", True) is not False
    if kind == C.TEXT_INPUT:
        return _text_fault(one, value, required=required)
    if kind == C.CHECKBOX:
        return None if isinstance(value, bool) else "Tick it or leave it."
    if kind == C.RADIO_GROUP:
        if value is None:
            return "Choose one." if required else None
        return None if value in _offered(one) else "Choose one of the choices."
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in cast("list[Any]", value)):
        return "Choose from the list."
    chosen = cast("list[str]", value)
    if not chosen and not required:
        return None
    return _number_fault(one, chosen) or _values_fault(one, chosen, user, resolved)


def _text_fault(one: Json, value: Any, *, required: bool) -> str | None:
    if not isinstance(value, str):
        return "Type a text."
    if not value:
        return "This field is required." if required else None
    least, most = int(one.get("min_length") or 0), int(one.get("max_length") or _MAX_TEXT)
    if not least <= len(value) <= most:
        return f"Between {least} and {most} characters."
    return None


def _number_fault(one: Json, chosen: list[str]) -> str | None:
    least, most = one.get("min_values"), one.get("max_values")
    least = 1 if least is None else int(least)
    many = len(_offered(one)) if one["type"] == C.CHECKBOX_GROUP else 1
    most = many if most is None else int(most)
    if least <= len(chosen) <= most and len(set(chosen)) == len(chosen):
        return None
    return f"Choose exactly {least}." if least == most else f"Choose {least} to {most}."


def _values_fault(one: Json, chosen: list[str], user: User, resolved: Resolved) -> str | None:
    def fits(value: str) -> bool:
        match one["type"]:
            case C.USER_SELECT:
                return resolved.user(value)
            case C.ROLE_SELECT:
                return resolved.role(value)
            case C.MENTIONABLE_SELECT:
                return resolved.user(value) or resolved.role(value)
            case C.CHANNEL_SELECT:
                return resolved.channel(value, user, one.get("channel_types"))
            case C.FILE_UPLOAD:
                return resolved.attachment(value)
            case _:
                return value in _offered(one)

    return None if all(map(fits, chosen)) else "Choose from the list."


def _offered(one: Json) -> list[str]:
    options: list[Json] = one.get("options") or []
    return [option["value"] for option in options]
