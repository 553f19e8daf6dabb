"""The rules for registered commands that Discord enforces and its OpenAPI description does not state."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Any

from bot.sandbox.rules.protocol import CommandType, Json, OptionType

if TYPE_CHECKING:
    from bot.sandbox.rules.refusal import Path, Problems

MOST_OF_A_TYPE = {CommandType.SLASH: 100, CommandType.USER: 15, CommandType.MESSAGE: 15}
_MAX_TEXT = 8000
"""Of names, descriptions and values of one command, the longest translation counted."""

_WITH_CHOICES = {OptionType.STRING, OptionType.INTEGER, OptionType.NUMBER}
_RANGES = {OptionType.STRING: ("min_length", "max_length")}
_NESTED = {OptionType.SUBCOMMAND, OptionType.GROUP}


def check_all(commands: list[Json], problems: Problems) -> None:
    """Check a whole set, as a bulk overwrite sends it."""
    names = Counter((int(one.get("type") or 1), str(one.get("name"))) for one in commands)
    for index, one in enumerate(commands):
        check(one, (index,), problems)
        if names[int(one.get("type") or 1), str(one.get("name"))] > 1:
            problems.add((index, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Command names must be unique.")
    check_number(Counter(int(one.get("type") or 1) for one in commands), problems)


def check_number(by_type: Counter[int], problems: Problems) -> None:
    for kind, most in MOST_OF_A_TYPE.items():
        if by_type[kind] > most:
            name = kind.name.lower()
            problems.add((), "APPLICATION_COMMANDS_TOO_MANY", f"Maximum number of {name} commands reached ({most}).")


def check(command: Json, path: Path, problems: Problems) -> None:
    if (command.get("type") or CommandType.SLASH) != CommandType.SLASH:
        for name in ("description", "options"):
            if command.get(name):
                problems.add((*path, name), "APPLICATION_COMMAND_INVALID_FIELD", f"Context menus have no {name}.")
        return
    _check_name(command, path, problems)
    if not command.get("description"):
        problems.add((*path, "description"), "BASE_TYPE_REQUIRED", "This field is required")
    _check_options(command.get("options") or [], (*path, "options"), problems, depth=0)
    if text_length(command) > _MAX_TEXT:
        problems.add(path, "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({_MAX_TEXT}).")


def _check_name(of: Json, path: Path, problems: Problems) -> None:
    names = {("name",): of.get("name")}
    translations: Json = of.get("name_localizations") or {}
    names |= {("name_localizations", locale): text for locale, text in translations.items()}
    for where, name in names.items():
        if not isinstance(name, str) or not 1 <= len(name) <= 32 or not all(map(_fits, name)) or name != name.lower():  # noqa: PLR2004 - documented
            problems.add(
                (*path, *where), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid: lower case, no spaces."
            )


def _fits(character: str) -> bool:
    r"""Hold ``^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$`` for one character."""
    if character in "-_'" or unicodedata.category(character)[0] in "LN":
        return True
    return unicodedata.name(character, "").startswith(("DEVANAGARI ", "THAI "))


def _check_options(options: list[Json], path: Path, problems: Problems, *, depth: int) -> None:
    nested = [one.get("type") in _NESTED for one in options]
    if any(nested) and not all(nested):
        problems.add(path, "APPLICATION_COMMAND_OPTIONS_MIXED", "Sub-commands cannot stand beside other options.")
    seen: set[str] = set()
    optional_before = False
    for index, option in enumerate(options):
        here = (*path, index)
        _check_name(option, here, problems)
        if option.get("name") in seen:
            problems.add((*here, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATED", "This name is already used.")
        seen.add(str(option.get("name")))
        if option.get("type") in _NESTED:
            if depth >= (1 if option["type"] == OptionType.GROUP else 2):
                problems.add((*here, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Nested too deeply.")
            _check_options(option.get("options") or [], (*here, "options"), problems, depth=depth + 1)
            continue
        if option.get("required") and optional_before:
            problems.add(
                (*here, "required"),
                "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                "Required options must be placed before non-required options",
            )
        optional_before = optional_before or not option.get("required")
        _check_value(option, here, problems)


def _check_value(option: Json, path: Path, problems: Problems) -> None:
    choices: list[Json] = option.get("choices") or []
    if choices and option.get("autocomplete"):
        problems.add(
            (*path, "autocomplete"),
            "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES",
            "Autocomplete cannot be enabled for options with choices.",
        )
    if (choices or option.get("autocomplete")) and option.get("type") not in _WITH_CHOICES:
        problems.add((*path, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "This type has no choices.")
        return
    for field in ("name", "value"):
        used = [choice.get(field) for choice in choices]
        if len(set(used)) < len(used):
            problems.add(
                (*path, "choices"), "APPLICATION_COMMAND_OPTIONS_CHOICE_DUPLICATE", f"A choice's {field} is used twice."
            )
    if option.get("type") in _WITH_CHOICES:
        low, high = _RANGES.get(option["type"], ("min_value", "max_value"))
        least, most = option.get(low), option.get(high)
        if least is not None and most is not None and least > most:
            problems.add((*path, low), "NUMBER_TYPE_MAX", f"{low} is greater than {high}.")


def text_length(of: Json) -> int:
    """Count what Discord counts of a command or an option."""
    total = 0
    for name in ("name", "description"):
        translations: Json = of.get(f"{name}_localizations") or {}
        total += max(len(str(text)) for text in (of.get(name) or "", *translations.values()))
    choices: list[Json] = of.get("choices") or [] if of.get("type") in _WITH_CHOICES else []
    options: list[Json] = of.get("options") or [] if of.get("type") in {None, *_NESTED} else []
    values: list[Any] = [choice.get("value") for choice in choices]
    total += sum(len(str(value)) for value in values) + sum(text_length(choice) for choice in choices)
    return total + sum(map(text_length, options))
