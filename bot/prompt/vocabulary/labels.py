"""A tag as a person reads it: Firefly · Honkai: Star Rail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.prompt.vocabulary.spelling import read_aloud, split_qualifiers

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.prompt.vocabulary.entry import Entry

DOT = " · "


def label(entry: Entry, canonical: Callable[[str], str | None]) -> str:
    """Write a character's or a series' name as a person would, a count tag or any other tag as it is.

    A qualifier that only says the series is left out, since the series stands behind the dot; that of a costume stays.
    """
    if entry.kind == "series":
        return read_aloud(entry.name)
    if entry.kind != "character":
        return entry.name
    base, qualifiers = split_qualifiers(entry.name)
    series = {name for full in entry.series for name in (full, split_qualifiers(full)[0])}
    kept = [name for name in qualifiers if name not in series and canonical(name) not in series]
    read = read_aloud(base + "".join(f" ({name})" for name in kept))
    if not entry.series:
        return read
    return read + DOT + read_aloud(entry.series[-1].removesuffix(" (series)"))
