"""A line of tags to the places of the model card's order.

The card: count tags, character, series, rating, everything else, and at the end the quality tags; the year stands
before those (dataset builder of the same lab).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bot.prompt import terms
from bot.prompt.tags import inner_breaks, opened
from bot.prompt.terms import key, unknown
from engine.grammar import BREAK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.config import Rating
    from bot.prompt.terms import Kind


class OrderedLine(NamedTuple):
    """The items of one line by place, each in the order in which they were typed."""

    counts: tuple[str, ...]
    names: tuple[str, ...]
    """Characters and series that open the line."""
    ratings: tuple[Rating, ...]
    others: tuple[str, ...]
    """With the BREAKs between them (`bot.prompt.tags.inner_breaks`)."""
    years: tuple[int, ...]
    quality: tuple[str, ...]
    moved: tuple[str, ...]
    """Those that stand elsewhere than they were typed."""
    breaks_dropped: int


def place(items: Sequence[str], kind: Kind = unknown, *, named: bool = False, composed: bool = False) -> OrderedLine:
    """Sort the items of a line into the card's places.

    Args:
        items: As `bot.prompt.tags.read` gives them.
        kind: What the vocabulary knows.
        named: The characters and series were given elsewhere, so that no tag here is taken for one: the character of
            a costume follows the one who wears it.
        composed: The line was written by `bot.prompt.compose`: what stands before its rating are counts and names.

    A group that holds a tag with a place is opened, so that none hides in brackets. After a BREAK a count tag stays
    where it is: there it describes the person of that chunk.
    """
    items = [piece for item in items for piece in _opened_for_places(item)]
    opening = range(0) if named else _names(items, kind, composed)
    counts: list[str] = []
    ratings: list[tuple[str, Rating]] = []
    others: list[str] = []
    years: list[tuple[str, int]] = []
    quality: list[str] = []
    for position, item in enumerate(items):
        tag = key(item)
        if position in opening:
            continue
        if terms.is_count(tag) and BREAK not in inner_breaks((*others, tag)):
            counts.append(item)
        elif (rating := terms.rating(tag)) is not None:
            ratings.append((item, rating))
        elif (year := terms.year(tag)) is not None:
            years.append((item, year))
        elif terms.is_quality(tag):
            quality.append(item)
        else:
            others.append(item)
    names = [items[position] for position in opening]
    ordered = [*counts, *names, *(i for i, _ in ratings), *others, *(i for i, _ in years), *quality]
    placed = {*counts, *(i for i, _ in ratings), *(i for i, _ in years), *quality}
    return OrderedLine(
        counts=tuple(counts),
        names=tuple(names),
        ratings=tuple(rating for _, rating in ratings),
        others=inner_breaks(others),
        years=tuple(year for _, year in years),
        quality=tuple(quality),
        moved=tuple(now for was, now in zip(items, ordered, strict=True) if was != now and now in placed),
        breaks_dropped=others.count(BREAK) - inner_breaks(others).count(BREAK),
    )


def _opened_for_places(item: str) -> tuple[str, ...]:
    pieces = opened(item)
    if len(pieces) > 1 and any(terms.has_place(key(piece)) for piece in pieces):
        return pieces
    return (item,)


def _names(items: Sequence[str], kind: Kind, composed: bool) -> range:
    """Find where the line names its characters and series: right after its count tags.

    Known names are taken as far as they go. A line that is a whole prompt in the card's order (it opens with a count
    tag, ends with a quality tag and has a rating between) names in that stretch what the vocabulary need not know.
    """
    tags = [key(item) for item in items]
    start = next((position for position, tag in enumerate(tags) if not terms.is_count(tag)), len(tags))
    rated = next((position for position, tag in enumerate(tags) if terms.rating(tag) is not None), 0)
    whole = rated > 0 and start > 0 and terms.is_quality(tags[-1])
    stop = start
    while stop < len(items) and items[stop] != BREAK and not terms.has_place(tags[stop]):
        known = kind(tags[stop])
        expected = stop < rated and (composed or (whole and known is None))
        if known not in {"character", "series"} and not expected:
            break
        stop += 1
    return range(start, stop)
