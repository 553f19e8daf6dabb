"""The public files of tags and characters: which of the three formats a file has, and what its lines say.

* A tag list: ``name,category,posts,"aliases"``, the categories 0 general, 1 artist, 3 series, 4 character, 5 meta.
* Animagine's character list: ``1girl, name, series``, brackets escaped as in a prompt.
* Characters by gender: a header ``name,gender,post_count``, then female, male or indeterminate.

A line that cannot be meant is refused with its number; the others are read.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec import Struct

from bot.prompt.vocabulary.entry import COUNTS, Count, Kind
from bot.prompt.vocabulary.spelling import spell

if TYPE_CHECKING:
    from collections.abc import Callable

Format = Literal["tag list", "Animagine characters", "characters by gender"]

MAX_POSTS = 2**32 - 1
"""Stored in four bytes; no board is near it."""

_CATEGORIES: dict[str, Kind] = {"0": "general", "1": "artist", "3": "series", "4": "character", "5": "meta"}
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_GENDERS: dict[str, Count] = {"female": "1girl", "male": "1boy", "indeterminate": ""}


class TagRow(Struct, frozen=True, array_like=True):
    kind: Kind
    posts: int
    aliases: tuple[str, ...] = ()


class CharacterRow(Struct, frozen=True, array_like=True):
    count: Count
    series: str


class GenderRow(Struct, frozen=True, array_like=True):
    count: Count
    posts: int


class Imported(Struct):
    """Everything that was ever imported, by name as spelled; a later row of a name takes the place of the earlier."""

    tags: dict[str, TagRow] = msgspec.field(default_factory=dict[str, TagRow])
    characters: dict[str, CharacterRow] = msgspec.field(default_factory=dict[str, CharacterRow])
    genders: dict[str, GenderRow] = msgspec.field(default_factory=dict[str, GenderRow])

    def merge(self, other: Imported) -> None:
        self.tags |= other.tags
        self.characters |= other.characters
        self.genders |= other.genders


class RefusedLine(Struct, frozen=True):
    line: int
    reason: str


class Parsed(Struct):
    """What one file holds."""

    format: Format
    rows: Imported = msgspec.field(default_factory=Imported)
    read: int = 0
    merged: int = 0
    refused: list[RefusedLine] = msgspec.field(default_factory=list[RefusedLine])


class _RefusedRow(Exception):
    """This line cannot be meant; the message is the reason."""


def parse(data: bytes) -> Parsed | None:
    """Read a file.

    Returns:
        None where no line fits any of the formats.
    """
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    known = _recognise(lines)
    if known is None:
        return None
    parsed = Parsed(known)
    for number, line in enumerate(lines, start=1):
        if not line.strip() or (number == 1 and _is_header(line)):
            continue
        parsed.read += 1
        try:
            _READERS[known](_text(line), parsed.rows)
            parsed.merged += 1
        except _RefusedRow as refused:
            parsed.refused.append(RefusedLine(number, str(refused)))
    return parsed if parsed.merged else None


def _recognise(lines: list[bytes]) -> Format | None:
    first = lines[0].decode(errors="replace").strip().lower()
    if first.startswith("name,gender,"):
        return "characters by gender"
    for line in lines[:100]:
        for known in ("tag list", "Animagine characters"):
            try:
                _READERS[known](_text(line), Imported())
            except _RefusedRow:
                continue
            return known
    return None


def _is_header(line: bytes) -> bool:
    return re.match(rb"name,[a-z]", line, re.IGNORECASE) is not None


def _text(line: bytes) -> str:
    try:
        text = line.decode().removesuffix("\r")
    except UnicodeDecodeError as error:
        raise _RefusedRow("not UTF-8") from error
    if _CONTROL.search(text):
        raise _RefusedRow("control character")
    return text


def _fields(text: str, *counts: int) -> list[str]:
    try:
        fields = next(csv.reader([text], strict=True))
    except csv.Error as error:
        raise _RefusedRow("broken quotes") from error
    if len(fields) not in counts:
        raise _RefusedRow(f"{len(fields)} column{'s' * (len(fields) != 1)} instead of {counts[-1]}")
    return fields


def _name(text: str) -> str:
    if not (name := spell(text)):
        raise _RefusedRow("empty name")
    return name


def _posts(text: str) -> int:
    if not re.fullmatch("[0-9]{1,10}", text) or int(text) > MAX_POSTS:
        raise _RefusedRow("the number of posts is no number")
    return int(text)


def _read_tag(text: str, rows: Imported) -> None:
    name, category, posts, *aliases = _fields(text, 3, 4)
    if category not in _CATEGORIES:
        raise _RefusedRow(f"unknown category {category!r}")
    spelled = dict.fromkeys(spell(alias) for alias in aliases[0].split(",")) if aliases else {}
    name = _name(name)
    spelled.pop("", None)
    spelled.pop(name, None)
    rows.tags[name] = TagRow(_CATEGORIES[category], _posts(posts), tuple(spelled))


def _read_character(text: str, rows: Imported) -> None:
    count, _, rest = text.partition(",")
    name, comma, series = rest.rpartition(",")
    if not comma:
        raise _RefusedRow("not of the form: count, name, series")
    if (count := count.strip()) not in COUNTS[1:]:
        raise _RefusedRow(f"unknown count tag {count!r}")
    rows.characters[_name(name)] = CharacterRow(count, _name(series))


def _read_gender(text: str, rows: Imported) -> None:
    name, gender, posts = _fields(text, 3)
    if gender not in _GENDERS:
        raise _RefusedRow(f"unknown gender {gender!r}")
    rows.genders[_name(name)] = GenderRow(_GENDERS[gender], _posts(posts))


_READERS: dict[Format, Callable[[str, Imported], None]] = {
    "tag list": _read_tag,
    "Animagine characters": _read_character,
    "characters by gender": _read_gender,
}
