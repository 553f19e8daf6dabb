"""What menus, groups and inputs offer against what they demand: the rules between two fields of one component.

Discord states most of them in no description; the words of such a refusal are the stand-in's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.rules.emoji import is_emoji
from bot.sandbox.rules.protocol import SELECTS, ComponentType, Json

if TYPE_CHECKING:
    from bot.sandbox.rules.refusal import Path, Problems

C = ComponentType
_MOST_OPTIONS = {C.STRING_SELECT: 25, C.CHECKBOX_GROUP: 10}


def check(one: Json, path: Path, problems: Problems) -> None:
    """Find what the fields of a select menu, a group or a text input do to each other."""
    if one["type"] == C.TEXT_INPUT:
        _check_text_input(one, path, problems)
    if "options" in one:
        _check_options(one, path, problems)
    if one.get("default_values"):
        least, most = _range(one)
        if not least <= len(one["default_values"]) <= most:
            words = f"Must be between {least} and {most} in length."
            problems.add((*path, "default_values"), "BASE_TYPE_BAD_LENGTH", words)


def check_in_modal(one: Json, path: Path, problems: Problems, *, labelled: bool) -> None:
    """Find what may stand in a message and not in a modal, and fields that the label around an input takes over."""
    if one["type"] in SELECTS and one.get("disabled"):
        problems.add(
            (*path, "disabled"), "SELECT_COMPONENT_INVALID_FIELDS", "A select menu of a modal is not disabled."
        )
    if one["type"] != C.TEXT_INPUT:
        return
    if labelled and one.get("label"):
        problems.add((*path, "label"), "TEXT_INPUT_COMPONENT_INVALID_FIELDS", "The label around it has the words.")
    elif not labelled and not one.get("label"):
        problems.add((*path, "label"), "BASE_TYPE_REQUIRED", "This field is required")


def check_emoji(owner: Json, path: Path, problems: Problems) -> None:
    """Find an emoji without an id whose name is none of Unicode's."""
    emoji: Json = owner.get("emoji") or {}
    if emoji.get("name") and not emoji.get("id") and not is_emoji(emoji["name"]):
        problems.add((*path, "emoji", "name"), "COMPONENT_INVALID_EMOJI", "Invalid emoji")


def _range(one: Json) -> tuple[int, int]:
    """Give how few and how many may be chosen."""
    least, most = one.get("min_values"), one.get("max_values")
    many = len(one.get("options") or ()) if one["type"] == C.CHECKBOX_GROUP else 1
    return (1 if least is None else least), (many if most is None else most)


def _check_options(one: Json, path: Path, problems: Problems) -> None:
    options: list[Json] = one.get("options") or []
    _, most = _range(one)
    if most > len(options) and one["type"] in _MOST_OPTIONS and options:
        words = f"Must be between {most} and {_MOST_OPTIONS[C(one['type'])]} in length."
        problems.add((*path, "options"), "BASE_TYPE_BAD_LENGTH", words)
    if sum(bool(option.get("default")) for option in options) > most:
        words = "More options are chosen by default than may be chosen."
        problems.add((*path, "options"), "SELECT_COMPONENT_TOO_MANY_DEFAULTS", words)
    for index, option in enumerate(options):
        check_emoji(option, (*path, "options", index), problems)


def _check_text_input(one: Json, path: Path, problems: Problems) -> None:
    least, most = one.get("min_length") or 0, one.get("max_length") or 4000
    if least > most:
        problems.add((*path, "min_length"), "BASE_TYPE_MAX", "min_length is greater than max_length.")
    elif one.get("value") and not least <= len(one["value"]) <= most:
        problems.add((*path, "value"), "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
