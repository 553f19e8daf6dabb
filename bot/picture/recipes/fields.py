"""What every reader shares: values out of somebody's JSON, each within bounds, and one recipe made of them.

Numbers are often texts there, texts often numbers, and anything may be anything: what is not of the kind that is asked
for is absent. Nothing is ever evaluated.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from bot.errors import InvalidRequest
from bot.prompt.recipe import Recipe
from bot.sentences import recipes as says

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.prompt.recipe import Resource, WeightSyntax

Table: TypeAlias = "Mapping[str, Any]"
"""An object of somebody's JSON."""

MAX_CHARS = 20_000
"""Of the words of one recipe: what the wire takes as one prompt, and more than any recipe we met."""

NUMBER_CHARS = 25
"""Of one number: a float at full precision has fewer; a seed of four thousand digits would fill a screen."""

MAX_NUMBER = 2**63
"""A recipe goes from one process to another, and this is where their integers end."""

MAX_OTHER, OTHER_CHARS = 100, 300
"""Pairs that have no field of their own, and characters of each: they are only ever named in a sentence."""

MAX_RESOURCES, NAME_CHARS = 50, 200

_SIZE = re.compile(r"(\d{1,5})\s{0,3}(?:[x×*,]|by)\s{0,3}(\d{1,5})", re.IGNORECASE)
_HASH = re.compile(r"(?:0x|sha256:|autov2:)?([0-9a-f]{8,64})", re.IGNORECASE)


def decoded(text: str) -> Table | None:
    """Read a JSON object; None: it is none."""
    text = text.strip()
    if not text.startswith("{"):
        return None
    try:
        found: object = json.loads(text, parse_constant=lambda _: None)  # NaN, which ComfyUI writes
    except (ValueError, RecursionError):  # somebody's file may nest as deep as it likes
        return None
    return table(found)


def table(value: object) -> Table | None:
    """Give an object, also one that is written as a text of JSON; None: it is none."""
    if isinstance(value, dict):
        return cast("Table", value)
    return decoded(value) if isinstance(value, str) else None


def rows(value: object) -> list[Any]:
    """Give a list, also one that is written as a text of JSON; nothing where it is none."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = cast("object", json.loads(value, parse_constant=lambda _: None))
        except (ValueError, RecursionError):
            return []
    return cast("list[Any]", value) if isinstance(value, list) else []


def text(found: Table, *keys: str) -> str:
    """Give the first of these that is a text or a number; "": none is."""
    for key in keys:
        value = found.get(key)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)[:NUMBER_CHARS]
    return ""


def first(found: Table, *keys: str) -> object:
    """Give the first of these that says something; None: none does."""
    return next((value for key in keys if (value := found.get(key)) is not None and value != ""), None)


def whole(value: object) -> int | None:
    """Give a whole number; None: it is none that anybody meant."""
    number = _number(value)
    return int(number) if number is not None and number == int(number) else None


def fraction(value: object) -> float | None:
    number = _number(value)
    return None if number is None else float(number)


def _number(value: object) -> int | float | None:
    if isinstance(value, str):
        value = value.strip()
        if not 0 < len(value) <= NUMBER_CHARS:
            return None
        try:
            value = int(value)
        except ValueError:
            try:
                value = float(value)
            except ValueError:
                return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if math.isfinite(value) and abs(value) < MAX_NUMBER else None


def size_of(value: object) -> tuple[int, int] | None:
    """Read ``832x1216`` and ``(832, 1216)``."""
    found = _SIZE.fullmatch(value.strip(" ()")) if isinstance(value, str) else None
    return (int(found[1]), int(found[2])) if found else None


def sides(width: object, height: object) -> tuple[int, int] | None:
    wide, high = whole(width), whole(height)
    within = wide is not None and high is not None and 0 < wide < 100_000 and 0 < high < 100_000  # noqa: PLR2004
    return (wide, high) if wide is not None and high is not None and within else None


def file_name(path: str) -> str:
    """Give a model's name without folders and the ending of its file."""
    name = re.split(r"[\\/]", path.strip())[-1]
    return re.sub(r"\.(?:safetensors|ckpt|pt|sft|gguf)$", "", name, flags=re.IGNORECASE)[:NAME_CHARS]


def hash_of(value: str) -> str:
    """Give the digits of a hash; "": it is none of a SHA-256."""
    found = _HASH.fullmatch(value.strip())
    return found[1].lower() if found else ""


def made(
    program: str,
    *,
    dialect: WeightSyntax = "webui",
    prompt: str = "",
    negative: str = "",
    steps: object = None,
    sampler: str = "",
    schedule: str = "",
    scale: object = None,
    seed: object = None,
    variation: tuple[int, float] | None = None,
    size: tuple[int, int] | None = None,
    model: str = "",
    model_hash: str = "",
    resources: Iterable[Resource] = (),
    places: Iterable[str] = (),
    other: Mapping[str, str] | None = None,
) -> Recipe:
    """Make a recipe of what was found, within all bounds; what is no number where one belongs stays a pair.

    Raises:
        InvalidRequest: Its words are longer than what is read.
    """
    if (chars := len(prompt) + len(negative)) > MAX_CHARS:
        raise InvalidRequest(says.recipe_too_long(chars, MAX_CHARS))
    kept = dict(other or {})
    step_number, scale_number, seed_number = whole(steps), fraction(scale), whole(seed)
    for name, raw, number in (
        ("Steps", steps, step_number),
        ("CFG scale", scale, scale_number),
        ("Seed", seed, seed_number),
    ):
        if number is None and isinstance(raw, str | int):
            kept[name] = str(raw)[:OTHER_CHARS]
    return Recipe(
        program=program,
        dialect=dialect,
        prompt=visible(prompt).strip(),
        negative_prompt=visible(negative).strip(),
        steps=step_number,
        sampler=visible(sampler)[:NAME_CHARS].strip(),
        schedule=visible(schedule)[:NAME_CHARS].strip(),
        guidance=scale_number,
        seed=seed_number,
        variation_seed=variation[0] if variation else None,
        variation_strength=variation[1] if variation else None,
        size=size,
        model=visible(model)[:NAME_CHARS].strip(),
        model_hash=hash_of(model_hash),
        resources=tuple(dict.fromkeys(resources))[:MAX_RESOURCES],
        places=tuple(places)[:MAX_RESOURCES],
        other={
            visible(name)[:NAME_CHARS]: visible(value)[:OTHER_CHARS]
            for name, value in list(kept.items())[:MAX_OTHER]
            if value
        },
    )


def visible(text: str) -> str:
    """Write a text so that it can be sent: half a character has no bytes."""
    return text.encode("utf-8", "replace").decode()
