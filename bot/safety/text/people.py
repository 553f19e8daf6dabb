"""Names of real people: those of the vocabulary in both orders, and as they are written in other scripts."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from bot.prompt.vocabulary.starter import FOLDER
from bot.safety.text.forms import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

LANGUAGES = ("ja", "zh", "ko", "ru")


class PersonName(NamedTuple):
    """A name as somebody may write it."""

    text: str
    """Its parts with spaces between."""
    language: str
    """Of `LANGUAGES`; "" is in Latin letters."""


@cache
def names() -> tuple[PersonName, ...]:
    """Read every name, in every order and case.

    Raises:
        ValueError: A line is none of the list's.
    """
    latin = [PersonName(name, "") for name in _lines((FOLDER / "people.txt").read_text("utf-8"))]
    entries = [PersonName(text, entry.language) for entry in in_scripts() for text in _cases(entry.text)]
    both = (order for name in (*latin, *entries) for order in _orders(name))
    return tuple(dict.fromkeys(both))


@cache
def in_scripts() -> tuple[PersonName, ...]:
    """Read the names in other scripts as they stand in the list.

    Raises:
        ValueError: A line is none of the list's.
    """
    language = ""
    found: list[PersonName] = []
    for line in _lines((WORDS / "people_in_scripts.txt").read_text("utf-8")):
        if line.startswith("["):
            language = line.strip("[]")
            continue
        if language not in LANGUAGES:
            raise ValueError(f"people_in_scripts.txt: {line[:20]!r} is in no language")
        found += [PersonName(name, language) for name in line.split(", ")]
    return tuple(found)


def _orders(name: PersonName) -> Iterator[PersonName]:
    yield name
    parts = name.text.split()
    turned = " ".join(reversed(parts))
    if len(parts) == 2 and turned not in _somebody_else():  # noqa: PLR2004  of more nobody says which is whose
        yield name._replace(text=turned)


@cache
def _somebody_else() -> frozenset[str]:
    """Give what a name must not be turned into: black jack is a game, and a character."""
    return frozenset(_lines((WORDS / "harmless.txt").read_text("utf-8")))


def _cases(name: str) -> Iterator[str]:
    """Write a name with its endings, part by part the same case: ``иван(|а) ургант(|а)``."""
    parts = [_endings(part) for part in name.split()]
    cases = max(map(len, parts))
    if any(len(part) not in (1, cases) for part in parts):
        raise ValueError(f"people_in_scripts.txt: the parts of {name!r} have not the same cases")
    for number in range(cases):
        yield " ".join(part[min(number, len(part) - 1)] for part in parts)


def _endings(part: str) -> list[str]:
    found = re.fullmatch(r"(\w+)\(([\w|]*)\)", part)
    return [found[1] + ending for ending in found[2].split("|")] if found else [part]


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]
