"""The reviewed table: which rating somebody gave to a public tag by reading it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from bot.safety.ratings import is_rating
from bot.safety.text.forms import WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

NEVER = "never"


class Reviewed(NamedTuple):
    """One tag as it was placed."""

    rating: str
    """Or `NEVER`."""
    whole: bool
    """Only where it is all of a tag: the same words are harmless in a sentence."""
    group: str


@cache
def reviewed() -> Mapping[str, Reviewed]:
    """Read the table by tag, spelled as the vocabulary spells.

    Raises:
        ValueError: A group has no rating, or a tag stands in two.
    """
    tags: dict[str, Reviewed] = {}
    head: Reviewed | None = None
    for line in (WORDS / "tags.txt").read_text("utf-8").splitlines():
        if not line or line.startswith("# ") or line == "#":
            continue
        if line.startswith("["):
            rating, _, group = line.removeprefix("[").partition("] ")
            head = Reviewed(rating.removesuffix(" ="), rating.endswith(" ="), group)
            if not (is_rating(head.rating) or head.rating == NEVER):
                raise ValueError(f"tags.txt: {line!r} is no rating")
            continue
        if head is None:
            raise ValueError(f"tags.txt: {line[:40]!r} stands before any group")
        for tag in filter(None, (part.strip() for part in line.removesuffix(",").split(", "))):
            if tag in tags:
                raise ValueError(f"tags.txt: {tag!r} stands twice")
            tags[tag] = head
    return tags
