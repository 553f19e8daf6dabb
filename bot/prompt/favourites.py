"""Fragments of tags that a person gave a name: ``@name`` in the tags stands for the text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from bot.prompt.tags import close

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST = 25
"""One person's: as many as Discord shows choices."""
NAME_CHARS = 32
TEXT_CHARS = 500

NAME = re.compile(rf"[^\W_][\w-]{{0,{NAME_CHARS - 1}}}")
"""Begins with a letter or a digit: ``@_@`` is a face."""

_USED = re.compile(rf"(?<![^\s,(\[{{|])@(?P<name>{NAME.pattern})(?![\w-])")
"""At the start of a tag: ``<@123>`` is a person, and a backslash before it keeps it as it is."""
_BEGUN = re.compile(r"(?<![^\s,(\[{|])@(?P<name>[\w-]*)\Z")


class Expanded(NamedTuple):
    """A text with every favourite written out, and the names that are none."""

    text: str
    unknown: tuple[str, ...]


class Suggested(NamedTuple):
    """A choice: what is shown, and the whole line that it makes."""

    shown: str
    line: str


def key(name: str) -> str | None:
    """Give the form in which a name is kept; None where it cannot be one."""
    bare = name.strip().removeprefix("@").casefold()
    return bare if NAME.fullmatch(bare) else None


def expand(text: str, favourites: Mapping[str, str]) -> Expanded:
    """Write favourites out, once: what stands in one is not looked up again.

    Each is closed alone, so no bracket in it reaches what stands beside it. The caller bounds what comes out.
    """
    unknown: list[str] = []
    closed: dict[str, str] = {}

    def written(found: re.Match[str]) -> str:
        name = found["name"].casefold()
        if name not in favourites:
            unknown.append(found["name"])
            return found[0]
        if name not in closed:
            closed[name] = close(favourites[name])
        return closed[name]

    return Expanded(_USED.sub(written, text), tuple(unknown))


def suggest(typed: str, favourites: Mapping[str, str], max_chars: int) -> list[Suggested]:
    """Complete a name that was just begun: names that begin so, then names that hold it.

    Args:
        typed: The line so far.
        favourites: Text by name.
        max_chars: Of what is shown, and of the line; a line that would be longer is not offered.
    """
    if (begun := _BEGUN.search(typed)) is None:
        return []
    part = begun["name"].casefold()
    names = sorted((name for name in favourites if part in name), key=lambda name: (not name.startswith(part), name))
    found = [Suggested(f"@{name} · {favourites[name]}", f"{typed[: begun.start()]}@{name}") for name in names]
    return [
        Suggested(shown if len(shown) <= max_chars else f"{shown[: max_chars - 1].rstrip(' ,')}…", line)
        for shown, line in found
        if len(line) <= max_chars
    ]
