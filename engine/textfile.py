"""Reads text files that people wrote, whatever their editor made of them; what they say is for others to know."""

from __future__ import annotations

import codecs
import contextlib
import re
import stat
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar, cast

import msgspec
from msgspec import inspect

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 1024 * 1024
"""Of a file that somebody types: a novel; whatever is larger was named by mistake."""

SAID_CHARS = 300
"""Of what is wrong with a file: a name in it may be as long as the file."""

NAMED_CHARS = 80
"""Of a path that is none, or of a name that nobody knows."""

FEW_NAMES = 4
"""So many are all named, where one of them was meant."""

_PART = r"""(?:(?<![\w-])[\w-]++|"[^"\n]*+"|'[^'\n]*+')"""
_DEEP_KEY = re.compile(rf"{_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{24}}")
"""A key of so many parts, for each of which `tomllib` copies all those before: 64 KiB of them take 13 seconds."""

_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",  # before UTF-16's, which begins alike
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
"""What editors, mostly on Windows, write in front of a text (Unicode Standard, section 2.13)."""

_NO_FILES = {
    stat.S_IFDIR: "is a folder, where a file is expected",
    stat.S_IFIFO: "is a pipe, where a file is expected",
    stat.S_IFSOCK: "is a socket, where a file is expected",
}

_TOO_DEEP = "is nested too deeply to be read"

_UNKNOWN_KEY = re.compile(r"Object contains unknown field `(?P<name>.+?)`(?: - at `(?P<place>.+)`)?", re.DOTALL)
_UNKNOWN_VALUE = re.compile(r"Invalid enum value '(?P<name>.*?)'(?: - at `(?P<place>.+)`)?", re.DOTALL)
"""What msgspec says of a name that it does not know (its source, `_core.c`)."""

_Decoded = TypeVar("_Decoded")


class Slip(NamedTuple):
    """A name in a file that nobody knows."""

    kind: Literal["key", "value"]
    name: str
    place: str
    """Where it stands, as msgspec writes it, such as ``$.open_limit``; of a key: in which table."""
    known: tuple[str, ...]
    """All names that there are."""
    near: tuple[str, ...]
    """Of many those that look alike."""


class TextFileError(Exception):
    """A file cannot be used; the message names it and is one clear line."""

    def __init__(self, path: Path, reason: str, *, is_text: bool = True, slip: Slip | None = None) -> None:
        """Say which file and why.

        Args:
            path: Of the file.
            reason: What is wrong with it, to be read after its name.
            is_text: It is one, as far as it was read.
            slip: What it is in particular, where it is that.
        """
        self.reason = _one_line(reason)
        self.is_text = is_text
        self.slip = slip
        super().__init__(f"{_one_line(str(path))}: {self.reason}")


def read(path: Path, *, max_bytes: int = MAX_BYTES) -> str:
    """Read a text in UTF-8, or in UTF-16 or UTF-32 with a byte-order mark.

    Raises:
        TextFileError: It cannot be read, is no file or too large, or is no text.
    """
    return decode(path, read_bytes(path, max_bytes=max_bytes))


def read_bytes(path: Path, *, max_bytes: int = MAX_BYTES) -> bytes:
    """Read a file, and never wait for one that nobody writes.

    Raises:
        TextFileError: It cannot be read, is no file or too large.
    """
    try:
        if (wrong := _NO_FILES.get(stat.S_IFMT(path.stat().st_mode))) is not None:
            raise TextFileError(path, wrong)
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise TextFileError(path, f"cannot be read: {error.strerror or error}") from error
    except ValueError as error:  # a NUL in its name
        raise TextFileError(path, f"cannot be read: {error}") from error
    if len(data) > max_bytes:
        raise TextFileError(path, f"cannot be read: larger than {max_bytes / 1024**2:g} MiB, so hardly what was meant")
    return data


def decode(path: Path, data: bytes) -> str:
    """Make text of what a file holds.

    Raises:
        TextFileError: It is no text.
    """
    encoding = next((encoding for mark, encoding in _MARKS.items() if data.startswith(mark)), None)
    try:
        text = data.decode(encoding or "utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        if encoding is None:
            line = data.count(b"\n", 0, error.start) + 1
            reason = f"is not UTF-8 (line {line} holds the byte 0x{data[error.start]:02x}); save it as UTF-8"
        else:
            reason = f"begins as {encoding.upper()} and does not go on so; save it as UTF-8"
        raise TextFileError(path, reason, is_text=False) from error
    if "\0" in text:
        reason = "is no text, or none in UTF-8: it holds NUL bytes; save it as UTF-8"
        raise TextFileError(path, reason, is_text=False)
    return text


def encode_like(before: bytes, text: str) -> bytes:
    """Write a text in the encoding of what was read, with its mark; UTF-8 where that had none."""
    mark, encoding = next(((mark, one) for mark, one in _MARKS.items() if before.startswith(mark)), (b"", "utf-8"))
    return mark + text.encode(encoding)


def read_toml(path: Path, form: type[_Decoded]) -> _Decoded:
    """Read a TOML file into a type.

    Raises:
        TextFileError: As `read` and `parse_toml`.
    """
    return parse_toml(path, read_bytes(path), form)


def parse_toml(path: Path, data: bytes, form: type[_Decoded]) -> _Decoded:
    """Make of what a TOML file holds a value of this type.

    Raises:
        TextFileError: It is no text or no TOML, or holds what the type does not allow, which is named by its path.
    """
    text = decode(path, data)
    if _DEEP_KEY.search(text):
        raise TextFileError(path, _TOO_DEEP)
    try:
        table = msgspec.toml.decode(text)
        for place, value in _texts(table, "$"):
            if "\0" in value:
                raise TextFileError(path, f"{place}: holds a NUL character, which nothing here may")
        return msgspec.convert(table, form, builtin_types=(), str_keys=True)
    except RecursionError as error:
        raise TextFileError(path, _TOO_DEEP) from error
    except msgspec.ValidationError as error:
        slip = _slip(str(error), form)
        reason = str(error) if slip is None else _one_line(str(error)) + _meant(slip)
        raise TextFileError(path, reason, slip=slip) from error
    except (msgspec.MsgspecError, ValueError, OverflowError) as error:  # a number of 5,000 digits is none of the first
        raise TextFileError(path, str(error)) from error


def beside(folder: Path, name: str) -> Path:
    """Give a path that is written in a file of this folder: relative to it, or with ``~`` for somebody's home.

    Raises:
        TextFileError: No file can have such a name, or nobody is called so.
    """
    try:
        found = folder / Path(name).expanduser()
        with contextlib.suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            found.stat()
    except (OSError, RuntimeError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else error
        raise TextFileError(Path(name[:NAMED_CHARS]), f"cannot be a path: {said}") from error
    return found


def _texts(value: object, place: str) -> Iterator[tuple[str, str]]:
    """Give every text in a table, keys included, with its path."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, one in cast("dict[str, Any]", value).items():
            yield place, key
            yield from _texts(one, f"{place}.{key}")
    elif isinstance(value, list):
        for number, one in enumerate(cast("list[Any]", value)):
            yield from _texts(one, f"{place}[{number}]")


def _slip(said: str, form: Any) -> Slip | None:
    """Read what msgspec says of an unknown name, and find those that there are; None of anything else that is wrong."""
    if found := _UNKNOWN_KEY.fullmatch(said):
        known = _type_at(form, found["place"])
        names = [field.encode_name for field in known.fields] if isinstance(known, inspect.StructType) else []
        kind: Literal["key", "value"] = "key"
    elif found := _UNKNOWN_VALUE.fullmatch(said):
        known = _type_at(form, found["place"])
        names = [str(value) for value in known.values if value] if isinstance(known, inspect.LiteralType) else []
        kind = "value"
    else:
        return None
    name = found["name"][:NAMED_CHARS]
    near = get_close_matches(name.casefold(), names, n=2) if len(names) > FEW_NAMES else []
    return Slip(kind, name, found["place"] or "$", tuple(names), tuple(near))


def _meant(slip: Slip) -> str:
    """Name all of a few, and of many those that look alike."""
    if slip.near:
        return f"; did you mean {' or '.join(slip.near)}?"
    return f"; choose one of {', '.join(slip.known)}" if slip.known else ""


def _type_at(form: Any, place: str | None) -> inspect.Type:
    """Follow a path as msgspec writes it, such as ``$.bot.limits.samplers[...]``, through the types."""
    found = inspect.type_info(form)
    for part in re.findall(r"\.(\w+)|\[", place or ""):
        if isinstance(found, inspect.StructType):
            found = next((field.type for field in found.fields if field.encode_name == part), inspect.AnyType())
        elif isinstance(found, inspect.DictType):
            found = found.value_type
        elif isinstance(found, inspect.VarTupleType | inspect.ListType):
            found = found.item_type
        if isinstance(found, inspect.UnionType):
            literals = [one for one in found.types if isinstance(one, inspect.LiteralType)]
            some = (one for one in found.types if not isinstance(one, inspect.NoneType))
            found = inspect.LiteralType(sum((one.values for one in literals), ())) if literals else next(some, found)
    return found


def _one_line(text: str) -> str:
    """Write what is no letter as its escape, and cut what is too long."""
    said = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text[: SAID_CHARS + 1])
    return said if len(said) <= SAID_CHARS else said[:SAID_CHARS] + "…"
