"""The vocabulary that ships with the program: three tables and two lists of names, read once.

Written for this project from general knowledge. ``posts`` is an estimate of how many pictures carry a tag, to one
digit; it only has to rank. ``child`` marks characters written or drawn as children of about fifteen or younger.
Aliases are separated by ``|``.
"""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path
from typing import cast

from msgspec import Struct

from bot.prompt.vocabulary.entry import Count

FOLDER = Path(__file__).parent


class StarterTag(Struct, frozen=True):
    name: str
    posts: int
    aliases: tuple[str, ...]
    group: str


class StarterSeries(Struct, frozen=True):
    name: str
    posts: int
    aliases: tuple[str, ...]
    umbrella: str
    """The series that this one belongs to, whose tag comes before it in a prompt; "" is none."""


class StarterCharacter(Struct, frozen=True):
    name: str
    posts: int
    aliases: tuple[str, ...]
    series: str
    count: Count
    child: bool


class Starter(Struct, frozen=True):
    tags: tuple[StarterTag, ...]
    series: tuple[StarterSeries, ...]
    characters: tuple[StarterCharacter, ...]
    people: frozenset[str]
    """Real people, who are never suggested."""
    children: frozenset[str]
    """Characters who are children, besides those whose rows say so; most of them come with an import."""
    fingerprint: str
    """Changes with any byte of the files: what was built from others is stale."""

    @property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """The tags of each group, in the order of the file."""
        groups: dict[str, list[str]] = {}
        for tag in self.tags:
            groups.setdefault(tag.group, []).append(tag.name)
        return {group: tuple(names) for group, names in groups.items()}


def read(folder: Path = FOLDER) -> Starter:
    """Read the shipped tables."""
    files = {
        name: (folder / name).read_bytes()
        for name in ("characters.csv", "series.csv", "tags.csv", "people.txt", "children.txt")
    }
    return Starter(
        tags=tuple(
            StarterTag(row["name"], int(row["posts"]), _aliases(row), row["group"]) for row in _rows(files["tags.csv"])
        ),
        series=tuple(
            StarterSeries(row["name"], int(row["posts"]), _aliases(row), row["umbrella"])
            for row in _rows(files["series.csv"])
        ),
        characters=tuple(
            StarterCharacter(
                row["name"],
                int(row["posts"]),
                _aliases(row),
                row["series"],
                cast("Count", row["count"]),
                row["child"] == "child",
            )
            for row in _rows(files["characters.csv"])
        ),
        people=_lines(files["people.txt"]),
        children=_lines(files["children.txt"]),
        fingerprint=hashlib.sha256(b"\0".join(files.values())).hexdigest(),
    )


def _lines(data: bytes) -> frozenset[str]:
    return frozenset(line for line in data.decode().splitlines() if line and line[0] != "#")


def _rows(data: bytes) -> csv.DictReader[str]:
    return csv.DictReader(io.StringIO(data.decode(), newline=""), strict=True)


def _aliases(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(filter(None, row["aliases"].split("|")))
