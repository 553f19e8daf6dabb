"""How long, how many, how large and which of: the reader of the table in `bot.sandbox.rules.bounds_table`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.sandbox.rules.protocol import Json
    from bot.sandbox.rules.refusal import Path, Problems

_DEEPEST = 40
"""Steps from a body to its innermost field; the deepest that Discord has is a choice's name, some fifteen steps in."""
_SNOWFLAKE = re.compile("0|[1-9][0-9]{0,19}")
_INT64 = 1 << 63
_INT53 = (1 << 53) - 1


class Measure(Enum):
    """What is counted of a value, and so which type it must be."""

    TEXT = auto()
    """Characters that people read: one of blanks alone is empty."""
    TRIMMED = auto()
    """Characters without the blanks around them, which Discord takes off (documentation, "Embed Limits")."""
    KEY = auto()
    """Characters that programs read: a blank is as good as any."""
    ADDRESS = auto()
    """The same, and it begins with one of the schemes in `among`."""
    ITEMS = auto()
    """Entries of a list."""
    UNIQUE = auto()
    """The same, and none is there twice."""
    ENTRIES = auto()
    """Entries of an object that maps."""
    EMBED_TEXT = auto()
    """Characters of all embeds in a list together, trimmed."""
    NUMBER = auto()
    """A whole number itself."""
    DECIMAL = auto()
    """Any number itself."""
    BITS = auto()
    """A whole number, or its digits in a string."""
    CHOICE = auto()
    """One of `among`."""
    SNOWFLAKE = auto()
    """An id, as digits or as a number."""
    NONCE = auto()
    """Characters, or a whole number of 64 bits."""
    VALUE = auto()
    """What a suggestion stands for: characters, or a number that a double holds exactly."""
    PART = auto()
    """An object with bounds of its own, those of the kind, or family of kinds, in `inside`."""


@dataclass(frozen=True, slots=True)
class Bound:
    """One row of the table; every bound is inclusive.

    Characters are Unicode's code points, as in the JSON Schema that Discord publishes its own limits in.
    """

    kinds: tuple[str, ...]
    """The objects that have this field."""
    field: str
    """Its name; ``name[]`` is each entry of a list, ``name.*`` each value of a mapping, no name at all the body."""
    measure: Measure
    least: int | None = None
    most: int | None = None
    among: tuple[int | str, ...] = ()
    required: bool = False
    inside: str = ""
    code: str = ""
    """Discord's, where it is not the usual one of the measure."""
    why: str = ""
    """Where the bound is from if Discord's OpenAPI description has another or none."""


class Table:
    """All rows, by the kind of object that they are about."""

    def __init__(self, rows: tuple[Bound, ...], families: Mapping[str, Mapping[int, str]]) -> None:
        self.rows = rows
        self.families = families
        self._of_kind: dict[str, list[Bound]] = {}
        for row in rows:
            for kind in row.kinds:
                self._of_kind.setdefault(kind, []).append(row)

    def of(self, kind: str) -> list[Bound]:
        return self._of_kind.get(kind, [])

    def check(self, body: Any, kind: str, problems: Problems, path: Path = ()) -> None:
        """Find every value in `body`, an object of this kind, that is out of its bounds."""
        if len(path) > _DEEPEST:
            problems.add(path, "BASE_TYPE_BAD_TYPE", "This is nested too deeply.")
            return
        for row in self.of(kind):
            for place, value in _values(body, row.field):
                here = (*path, *place)
                if value is None:
                    if row.required:
                        problems.add(here, "BASE_TYPE_REQUIRED", "This field is required")
                elif row.measure != Measure.PART:
                    _judge(row, value, here, problems)
                elif not isinstance(value, dict):
                    problems.add(here, "BASE_TYPE_BAD_TYPE", "This value is of another type.")
                else:
                    self._check_part(row, cast("Json", value), here, problems)

    def _check_part(self, row: Bound, part: Json, path: Path, problems: Problems) -> None:
        kind = self._kind(row, part)
        if kind is None:
            allowed = ", ".join(map(str, sorted(self.families[row.inside])))
            problems.add((*path, "type"), "UNION_TYPE_CHOICES", f'Value of field "type" must be one of ({allowed}).')
        else:
            self.check(part, kind, problems, path)

    def _kind(self, row: Bound, part: Json) -> str | None:
        """Tell which kind a part is, None if its family has none of this type."""
        family = self.families.get(row.inside)
        if family is None:
            return row.inside
        type_ = part.get("type")
        return family.get(type_) if isinstance(type_, int) else None

    def trimmed(self, body: Any, kind: str | None) -> Any:
        """Copy what was found in its bounds as Discord keeps it, without the blanks around its trimmed texts."""
        if not isinstance(body, dict) or kind is None:
            return cast("Any", body)
        found: Json = dict(cast("Json", body))
        for row in self.of(kind):
            name = row.field.removesuffix("[]")
            if row.measure == Measure.PART and not name:
                found = self.trimmed(found, self._kind(row, found))
            elif row.measure == Measure.PART and isinstance(found.get(name), dict):
                found[name] = self.trimmed(found[name], self._kind(row, found[name]))
            elif row.measure == Measure.PART and isinstance(found.get(name), list):
                found[name] = [self.trimmed(one, self._kind(row, one)) for one in found[name]]
            elif row.measure == Measure.TRIMMED and found.get(name):
                found[name] = found[name].strip()
        return found


def _values(body: Any, field: str) -> Iterator[tuple[Path, Any]]:
    """Give what a field's pattern means in a body, with the place of each."""
    name = field.removesuffix("[]").removesuffix(".*")
    value: Any = body
    if name:
        value = cast("Json", body).get(name) if isinstance(body, dict) else None
    start: Path = (name,) if name else ()
    if field.endswith("[]"):
        if isinstance(value, list):
            for index, one in enumerate(cast("list[Any]", value)):
                yield (*start, index), one
    elif field.endswith(".*"):
        if isinstance(value, dict):
            for key, one in cast("Json", value).items():
                yield (*start, key), one
    else:
        yield start, value


def _judge(row: Bound, value: Any, path: Path, problems: Problems) -> None:
    """Measure one value and say what is wrong with it."""
    size = _size(row, value)
    if size is None:
        code, words = _WRONG.get(row.measure, ("BASE_TYPE_BAD_TYPE", "This value is of another type."))
        problems.add(path, row.code or code, words.format(among=", ".join(map(str, row.among))))
        return
    too_small = row.least is not None and size < row.least
    too_large = row.most is not None and size > row.most
    if too_small or too_large:
        code, words = _out_of_bounds(row, value, too_large=too_large)
        problems.add(path, row.code or code, words)
    elif row.measure == Measure.UNIQUE and len({str(one) for one in value}) < len(value):
        problems.add(path, "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
    elif (
        row.measure == Measure.ADDRESS
        and value
        and not value.lower().startswith(tuple(f"{one}://" for one in row.among))
    ):
        schemes = ", ".join(f"'{one}'" for one in row.among)
        problems.add(path, "URL_TYPE_INVALID_SCHEME", f"Scheme must be one of ({schemes}).")


_WRONG = {
    Measure.CHOICE: ("BASE_TYPE_CHOICES", "Value must be one of ({among})."),
    Measure.SNOWFLAKE: ("NUMBER_TYPE_COERCE", "This value is not snowflake."),
    Measure.NUMBER: ("NUMBER_TYPE_COERCE", "This value is not int."),
    Measure.DECIMAL: ("NUMBER_TYPE_COERCE", "This value is not float."),
    Measure.BITS: ("NUMBER_TYPE_COERCE", "This value is not int."),
}
_OF_STRING = {Measure.KEY, Measure.ADDRESS, Measure.NONCE, Measure.VALUE}
_OF_LIST = {Measure.ITEMS, Measure.UNIQUE}
_OF_NUMBER = {Measure.NUMBER, Measure.DECIMAL, Measure.BITS}


def _size(row: Bound, value: Any) -> float | None:
    """Measure a value; None if it is not of the measure's type."""
    match value:
        case bool():
            return None
        case int() | float():
            return _size_of_number(row.measure, value) if row.measure != Measure.CHOICE else _place(row, value)
        case str():
            return _size_of_string(row, value)
        case list():
            entries = cast("list[Any]", value)
            if row.measure == Measure.EMBED_TEXT:
                return sum(map(_embed_text, entries))
            return len(entries) if row.measure in _OF_LIST else None
        case dict():
            return len(cast("Json", value)) if row.measure == Measure.ENTRIES else None
        case _:
            return None


def _size_of_number(measure: Measure, value: float) -> float | None:
    whole = isinstance(value, int)
    match measure:
        case Measure.NUMBER | Measure.BITS:
            return value if whole else None
        case Measure.DECIMAL:
            return value
        case Measure.SNOWFLAKE:
            return 0 if whole and value >= 0 else None
        case Measure.NONCE:
            return 0 if whole and -_INT64 <= value < _INT64 else None
        case Measure.VALUE:
            return 0 if abs(value) <= _INT53 else None
        case _:
            return None


def _size_of_string(row: Bound, value: str) -> int | None:
    match row.measure:
        case Measure.TEXT:
            return len(value) if value.strip() else 0
        case Measure.TRIMMED:
            return len(value.strip())
        case Measure.CHOICE:
            return _place(row, value)
        case Measure.SNOWFLAKE:
            return 0 if _SNOWFLAKE.fullmatch(value) else None
        case Measure.BITS:
            return int(value) if _SNOWFLAKE.fullmatch(value) else None
        case measure:
            return len(value) if measure in _OF_STRING else None


def _place(row: Bound, value: float | str) -> int | None:
    return row.among.index(value) if value in row.among else None


def _out_of_bounds(row: Bound, value: Any, *, too_large: bool) -> tuple[str, str]:
    """Give Discord's code and words for a value of the right type and the wrong size."""
    if row.measure in _OF_NUMBER:
        if too_large:
            return "NUMBER_TYPE_MAX", f"int value should be less than or equal to {row.most}."
        return "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {row.least}."
    if row.measure == Measure.EMBED_TEXT:
        return "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {row.most}"
    if row.required and not too_large and isinstance(value, str):
        return "BASE_TYPE_REQUIRED", "This field is required"
    if not row.least:
        return "BASE_TYPE_MAX_LENGTH", f"Must be {row.most} or fewer in length."
    if row.most is None:
        return "BASE_TYPE_MIN_LENGTH", f"Must be {row.least} or more in length."
    return "BASE_TYPE_BAD_LENGTH", f"Must be between {row.least} and {row.most} in length."


def _embed_text(embed: Any) -> int:
    def of(owner: Any, *names: str) -> int:
        body = cast("Json", owner) if isinstance(owner, dict) else {}
        return sum(len(body[name].strip()) for name in names if isinstance(body.get(name), str))

    if not isinstance(embed, dict):
        return 0
    body = cast("Json", embed)
    fields: Any = body.get("fields")
    listed = cast("list[Any]", fields) if isinstance(fields, list) else []
    return (
        of(body, "title", "description")
        + of(body.get("footer"), "text")
        + of(body.get("author"), "name")
        + sum(of(one, "name", "value") for one in listed)
    )
