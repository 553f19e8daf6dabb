"""The operator's wildcard files, as packs of sd-dynamic-prompts have them: groups by their path in a folder.

``.txt`` is one group, one choice a line; ``.yaml`` and ``.json`` hold groups in groups. Whatever of them cannot be used
is a line of the operator's log at start-up, and the rest is read.
"""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import yaml

from bot.errors import ConfigError
from bot.prompt.dynamic import Group, group_key, problem
from bot.sentences.rendering import plain
from engine import textfile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MAX_BYTES = 8 * 1024 * 1024
"""Of one file: a hundred thousand choices and more."""
MAX_FILES = 20_000
MAX_DEPTH = 30
"""Of folders, and of groups in groups."""
CHOICE_CHARS = 5_000
"""Of one choice: no prompt is longer."""
MAX_WARNINGS = 100
"""At one start; a pack that is no pack has thousands."""

_COMMENT = re.compile(r"(?<!\s)\s+#\s.*\Z", re.DOTALL)
_STRUCTURED = frozenset({".yaml", ".yml", ".json"})

log = logging.getLogger(__name__)


class _Line(NamedTuple):
    where: str
    """File and line, or file and the group's path in it."""
    text: str


def load(folder: Path, known: Mapping[str, Sequence[str]] | None = None) -> dict[str, Group]:
    """Read every file of a folder and of the folders in it.

    Args:
        folder: The operator's.
        known: Groups that lines may name besides those that are read here.

    Raises:
        ConfigError: The folder cannot be read.
    """
    warnings: list[str] = []
    found: dict[str, dict[str, list[_Line]]] = {}
    for path in _files(folder):
        for name, lines in _groups_of(path, folder, warnings):
            if not (key := group_key(name)):
                warnings.append(f"{path}: nobody can name this group; its file needs a letter or a digit")
            elif lines:
                found.setdefault(key, {})[f"{path}" if path.suffix.casefold() == ".txt" else f"{path}: {name}"] = lines
            else:
                warnings.append(f"{path}: {name}: holds no choice")
    for key, sources in found.items():
        if len(sources) > 1:
            warnings.append(f"{' and '.join(sources)} are one group, __{key}__: their names differ in no letter")
    names = {**(known or {}), **dict.fromkeys(found, ())}
    groups = {key: _group(lines, names, warnings) for key, sources in found.items() for lines in [_joined(sources)]}
    for warning in warnings[:MAX_WARNINGS]:
        log.warning("%s", warning)
    if len(warnings) > MAX_WARNINGS:
        log.warning("%s: %d more of this kind", folder, len(warnings) - MAX_WARNINGS)
    return {key: group for key, group in groups.items() if group}


def _joined(sources: Mapping[str, list[_Line]]) -> list[_Line]:
    return [line for lines in sources.values() for line in lines]


def _files(folder: Path) -> list[Path]:
    try:
        waiting, found = [(folder, 0)], list[Path]()
        while waiting and len(found) < MAX_FILES:
            place, depth = waiting.pop()
            for path in sorted(place.iterdir()):
                if path.is_dir() and depth < MAX_DEPTH:
                    waiting.append((path, depth + 1))
                elif path.suffix.casefold() in {".txt", *_STRUCTURED}:
                    found.append(path)
        return sorted(found)
    except OSError as error:
        raise ConfigError(f"{error.filename}: cannot be read: {error.strerror}") from error


def _groups_of(path: Path, folder: Path, warnings: list[str]) -> Iterator[tuple[str, list[_Line]]]:
    """Give the groups of one file by their names."""
    try:
        text = textfile.read(path, max_bytes=MAX_BYTES)
        if path.suffix.casefold() == ".txt":
            yield path.relative_to(folder).with_suffix("").as_posix(), list(_lines(path, text))
        else:
            yield from _structured(path, _parsed(path, text), "", 0)
    except textfile.TextFileError as error:
        warnings.append(f"{error}; the file was left out")
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        warnings.append(f"{path}: {' '.join(str(error).split())[:300] or 'cannot be read'}; the file was left out")


def _lines(path: Path, text: str) -> Iterator[_Line]:
    for number, line in enumerate(text.splitlines(), start=1):
        choice = _COMMENT.sub("", line.strip())
        if choice and not choice.startswith("#"):
            yield _Line(f"{path}:{number}", choice)


_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Makes texts, lists and tables, and nothing else; in C where it is there, which reads a megabyte in a moment."""


def _parsed(path: Path, text: str) -> object:
    """Read YAML or JSON.

    Raises:
        yaml.YAMLError: It is none, has aliases (which make a gigabyte of a line), or is nested too deeply.
        ValueError: It is no JSON.
    """
    if path.suffix.casefold() == ".json":
        return cast("object", json.loads(text))
    depth = 0
    for event in _events(text):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError(f"line {event.start_mark.line + 1}: an alias (*{event.anchor}) is not read here")
        if depth > MAX_DEPTH:
            raise yaml.YAMLError("groups are nested too deeply")
    return cast("object", yaml.load(text, Loader=_LOADER))  # noqa: S506  one that makes no objects


def _events(text: str) -> Iterator[yaml.Event]:
    return yaml.parse(text, Loader=_LOADER)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  its stubs say nothing


def _structured(path: Path, value: object, name: str, depth: int) -> Iterator[tuple[str, list[_Line]]]:
    """Give the lists in a tree, each under its keys; what is neither list nor tree is no group."""
    if depth > MAX_DEPTH:
        raise ValueError("groups are nested too deeply")
    if isinstance(value, dict):
        for key, inner in cast("dict[object, object]", value).items():
            yield from _structured(path, inner, f"{name}/{key}" if name else str(key), depth + 1)
    elif isinstance(value, list):
        if not name:
            name = path.stem
        items = cast("list[object]", value)
        choices = [_flat(str(item)) for item in items if isinstance(item, str | int | float)]
        yield name, [_Line(f"{path}: {name}, choice {number}", one) for number, one in enumerate(choices, 1) if one]


def _flat(text: str) -> str:
    """Write a choice of several lines as one, without its comments."""
    lines = (_COMMENT.sub("", line.strip()) for line in text.splitlines())
    return " ".join(line for line in lines if line and not line.startswith("#"))


def _group(lines: Sequence[_Line], names: Mapping[str, Sequence[str]], warnings: list[str]) -> Group:
    """Keep the choices that can be drawn; the others are the operator's business, not that of who draws them."""
    kept: list[str] = []
    for line in lines:
        wrong = f"it has more than {CHOICE_CHARS:,} characters" if len(line.text) > CHOICE_CHARS else None
        if wrong is None and (found := problem(line.text, names)) is not None:
            wrong = plain(found)
        if wrong is not None:
            warnings.append(f"{line.where}: this choice was left out: {wrong}")
        else:
            kept.append(line.text)
    return Group.of_lines(kept)
