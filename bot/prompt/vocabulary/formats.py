"""The public files of tags and characters: which of the three formats a file has, and what its lines say.

* A tag list: ``name,category,posts,"aliases"``, of Danbooru, e621 or both, in any order of columns that a header names.
* Animagine's character list: ``1girl, name, series``, brackets escaped as in a prompt.
* Characters by gender: a header ``name,gender,post_count``, then female, male or indeterminate.

A line that cannot be meant is refused with its number; the others are read.
"""

from __future__ import annotations

import codecs
import csv
import re
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec
from msgspec import Struct

from bot.prompt.vocabulary.entry import COUNTS, Count, Kind
from bot.prompt.vocabulary.spelling import spell

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Format = Literal["tag list", "Animagine characters", "characters by gender"]
Board = Literal["Danbooru", "e621", "Danbooru and e621"]

MAX_POSTS = 2**32 - 1
"""Stored in four bytes; no board is near it."""

_DANBOORU: dict[int, Kind] = {0: "general", 1: "artist", 3: "series", 4: "character", 5: "meta", 9: "meta"}
"""9 is what taggers of pictures call a rating."""
_E621: dict[int, Kind] = {
    -1: "meta",
    0: "general",
    1: "artist",
    2: "artist",
    3: "series",
    4: "character",
    5: "species",
    6: "meta",
    7: "meta",
    8: "meta",
}
"""6 is invalid, 8 is lore: neither is anything to draw."""
_E621_LAST, _RATING = 8, 9
_MERGED_FROM = 7
"""In a list of both boards e621's categories begin here; Danbooru's own end before."""
_WORDS: dict[str, int] = {
    "general": 0,
    "artist": 1,
    "copyright": 3,
    "series": 3,
    "character": 4,
    "meta": 5,
}
"""Categories in words, as Danbooru's numbers; e621's species is told by its name."""
_ONLY_ON_E621 = frozenset({"mammal", "canid", "canine", "anthro", "hi res", "felid", "avian", "reptile", "canis"})
"""Names at the top of e621's list that Danbooru has not, or not as what they are there."""

_ONLY_ON_DANBOORU = frozenset({"1girl", "1boy", "1other", "2girls", "2boys", "multiple girls", "multiple boys"})
"""On e621 these are aliases of other names."""

_COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("name", "tag", "tag_name", "tagname", "tags"),
    "category": ("category", "type", "tag_type", "tag_category", "cat"),
    "posts": ("post_count", "posts", "count", "postcount", "post count", "tag_count"),
    "aliases": ("aliases", "alias", "other_names", "antecedents"),
}
"""What headers call the columns."""
_LOOKED_AT = 100
"""Lines in which the format has to show."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_GENDERS: dict[str, Count] = {"female": "1girl", "male": "1boy", "indeterminate": ""}


class TagRow(Struct, frozen=True, array_like=True):
    kind: Kind
    posts: int
    aliases: tuple[str, ...] = ()
    elsewhere: bool = False
    """Of a board whose tags the model was not trained with: it never takes a name from one that is."""


class CharacterRow(Struct, frozen=True, array_like=True):
    count: Count
    series: str


class GenderRow(Struct, frozen=True, array_like=True):
    count: Count
    posts: int


class Imported(Struct):
    """Everything that was ever imported, by name as spelled.

    A later row of a name takes the place of the earlier, but for one of another board: that never replaces Danbooru's.
    """

    tags: dict[str, TagRow] = msgspec.field(default_factory=dict[str, TagRow])
    characters: dict[str, CharacterRow] = msgspec.field(default_factory=dict[str, CharacterRow])
    genders: dict[str, GenderRow] = msgspec.field(default_factory=dict[str, GenderRow])

    def merge(self, other: Imported) -> None:
        for name, row in other.tags.items():
            self.add(name, row)
        self.characters |= other.characters
        self.genders |= other.genders

    def add(self, name: str, row: TagRow) -> None:
        known = self.tags.get(name)
        if known is None or known.elsewhere or not row.elsewhere:
            self.tags[name] = row


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
    board: Board | None = None
    """Whose tags a tag list holds."""


class _RefusedRow(Exception):
    """This line cannot be meant; the message is the reason."""


class _Layout(NamedTuple):
    """In which columns of a tag list what stands; None: it has no such column."""

    name: int = 0
    category: int = 1
    posts: int = 2
    aliases: int | None = 3
    columns: int = 4
    headed: bool = False


def parse(data: bytes) -> Parsed | None:
    """Read a file.

    Returns:
        None where no line fits any of the formats.
    """
    lines = _utf_8(data).split(b"\n")
    layout = _layout(lines[0])
    known = _recognise(lines, layout)
    if known is None:
        return None
    parsed = Parsed(known)
    if known == "tag list":
        parsed.board = _board(lines, layout)
        read = _Board(parsed.board, layout).read
    else:
        read = _READERS[known]
    for number, line in enumerate(lines, start=1):
        if not line.strip() or (number == 1 and (layout.headed or _is_header(line))):
            continue
        parsed.read += 1
        try:
            read(_text(line), parsed.rows)
            parsed.merged += 1
        except _RefusedRow as refused:
            parsed.refused.append(RefusedLine(number, str(refused)))
    return parsed if parsed.merged else None


def first_line(data: bytes) -> str:
    """Give the first line of a file, for a sentence about one in no known format."""
    return _utf_8(data).split(b"\n")[0].decode("utf-8", "replace").strip()


def _utf_8(data: bytes) -> bytes:
    """Take the mark off, and write what Windows saves as Unicode as everybody else does."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = data.decode("utf-16", "replace").encode()
    return data.removeprefix(codecs.BOM_UTF8)


def _layout(first: bytes) -> _Layout:
    """Read the header of a tag list, where there is one."""
    names = [field.strip().strip('"').casefold() for field in first.decode("utf-8", "replace").split(",")]
    places = {
        what: next((names.index(name) for name in called if name in names), None) for what, called in _COLUMNS.items()
    }
    name, category, posts = places["name"], places["category"], places["posts"]
    if name is None or category is None or posts is None or "gender" in names:
        return _Layout()
    return _Layout(name, category, posts, places["aliases"], len(names), headed=True)


def _recognise(lines: list[bytes], layout: _Layout) -> Format | None:
    first = lines[0].decode(errors="replace").strip().lower()
    if first.startswith("name,gender,"):
        return "characters by gender"
    tags = _Board("Danbooru and e621", layout)
    readers: dict[Format, Callable[[str, Imported], None]] = {
        "tag list": tags.read,
        "Animagine characters": _read_character,
    }
    for line in lines[layout.headed : _LOOKED_AT]:
        for known, read in readers.items():
            try:
                read(_text(line), Imported())
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


def _csv(text: str) -> list[str]:
    try:
        return next(csv.reader([text], strict=True))
    except StopIteration:
        return []
    except csv.Error as error:
        raise _RefusedRow("broken quotes") from error


def _fields(text: str, *counts: int) -> list[str]:
    fields = _csv(text)
    if len(fields) not in counts:
        raise _RefusedRow(f"{len(fields)} column{'s' * (len(fields) != 1)} instead of {counts[-1]}")
    return fields


def _name(text: str) -> str:
    if not (name := spell(text)):
        raise _RefusedRow("empty name")
    return name


def _posts(text: str) -> int:
    text = text.strip().removesuffix(".0")
    if not re.fullmatch("[0-9]{1,10}", text) or int(text) > MAX_POSTS:
        raise _RefusedRow("the number of posts is no number")
    return int(text)


def _board(lines: list[bytes], layout: _Layout) -> Board:
    """Tell whose list it is: by categories that only one board has, else by the names at its top."""
    categories: set[int] = set()
    names: set[str] = set()
    for line in lines[layout.headed :]:
        try:
            fields = _columns(_text(line), layout)
            categories.add(_category(fields[layout.category]))
        except _RefusedRow:
            continue
        if len(names) < 2 * _LOOKED_AT:
            names.add(spell(fields[layout.name]))
        if "species" in fields[layout.category].casefold():
            return "e621"
    if categories & {7, 8} and names & _ONLY_ON_DANBOORU:
        return "Danbooru and e621"
    if any(category > _E621_LAST and category != _RATING for category in categories):
        return "Danbooru and e621"
    if categories & {-1, 2, 6, 7, 8} or names & _ONLY_ON_E621:
        return "e621"
    return "Danbooru"


def _columns(text: str, layout: _Layout) -> list[str]:
    """Cut a line; what stands behind the last known column has to be empty where no header says what it is."""
    fields = _csv(text)
    while len(fields) > layout.columns and not fields[-1].strip():
        fields.pop()
    least = layout.columns if layout.headed else layout.columns - 1
    if not least <= len(fields) <= layout.columns:
        raise _RefusedRow(f"{len(fields)} column{'s' * (len(fields) != 1)} instead of {layout.columns}")
    return fields


def _category(text: str) -> int:
    text = text.strip().casefold()
    if text in _WORDS:
        return _WORDS[text]
    if text == "species":
        return 5
    if not re.fullmatch(r"-?[0-9]{1,2}(?:\.0)?", text):
        raise _RefusedRow(f"unknown category {text[:40]!r}")
    return int(text.removesuffix(".0"))


class _Board:
    """Reads the rows of a tag list as its board means them."""

    def __init__(self, board: Board, layout: _Layout) -> None:
        self._board = board
        self._layout = layout

    def read(self, text: str, rows: Imported) -> None:
        layout = self._layout
        fields = _columns(text, layout)
        kind, elsewhere = self._kind(fields[layout.category])
        at = layout.aliases
        aliases = fields[at].split(",") if at is not None and at < len(fields) else []
        spelled = dict.fromkeys(map(spell, aliases))
        name = _name(fields[layout.name])
        spelled.pop("", None)
        spelled.pop(name, None)
        rows.add(name, TagRow(kind, _posts(fields[layout.posts]), tuple(spelled), elsewhere))

    def _kind(self, category: str) -> tuple[Kind, bool]:
        number = _category(category)
        merged = self._board == "Danbooru and e621"
        elsewhere = self._board == "e621" or (merged and number >= _MERGED_FROM)
        kinds: Mapping[int, Kind] = _E621 if elsewhere else _DANBOORU
        kind = kinds.get(number - _MERGED_FROM if merged and elsewhere else number)
        if kind is None:
            raise _RefusedRow(f"unknown category {category[:40]!r}")
        return kind, elsewhere


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
    "Animagine characters": _read_character,
    "characters by gender": _read_gender,
}
