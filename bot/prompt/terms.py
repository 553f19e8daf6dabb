"""The words of the model card that have a place of their own in a prompt, and how a tag is recognised."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias, get_args

from bot.config import Rating
from engine.grammar import plain_text

if TYPE_CHECKING:
    from collections.abc import Callable

Kind: TypeAlias = "Callable[[str], str | None]"
"""What the vocabulary says a tag is ("general", "character", "series" …); None: it does not know the tag."""

RATINGS: tuple[Rating, ...] = get_args(Rating)
"""Lowest first."""

COUNT_TAGS: tuple[str, ...] = (
    *("1girl", "1boy", "1other"),
    *(f"{how_many}{who}" for who in ("girls", "boys", "others") for how_many in ("2", "3", "4", "5", "6+")),
    *(f"multiple {who}" for who in ("girls", "boys", "others")),
    "no humans",
)
"""The count tags as the tag list has them; a prompt opens with them."""

QUALITY_TAGS: tuple[str, ...] = (
    "masterpiece",
    "best quality",
    "low quality",
    "worst quality",
    "high score",
    "great score",
    "good score",
    "average score",
    "bad score",
    "low score",
    "absurdres",
)
"""The card's quality and score tags, and the fourth of its enhancement line; a prompt ends with them."""

FIRST_YEAR, LAST_YEAR = 2005, 2025
"""``year 2005`` to ``year 2025``: the temporal tags of the model card."""

_RATING = re.compile(r"(?:rating ?: ?)?(safe|sensitive|nsfw|explicit)")
_BOARD_RATING = re.compile(r"rating ?: ?(general|questionable)")
_BOARD_RATINGS: dict[str, Rating] = {"general": "safe", "questionable": "nsfw"}
"""How Danbooru and the lab's 3.0 name the two that 4.0 named anew."""
_YEAR = re.compile(r"year (20\d\d)")


def unknown(_tag: str) -> None:
    """Answer for every tag as a vocabulary does that does not know it."""


@lru_cache(maxsize=8_192)
def key(item: str) -> str:
    """Give what makes two tags the same one: the words that the model reads, whatever the weights and the case."""
    return " ".join(plain_text(item).casefold().split())


def rating(tag: str) -> Rating | None:
    """Tell which rating a tag (as `key` gives it) asks for."""
    if found := _RATING.fullmatch(tag):
        return next(known for known in RATINGS if known == found[1])
    if found := _BOARD_RATING.fullmatch(tag):
        return _BOARD_RATINGS[found[1]]
    return None


def year(tag: str) -> int | None:
    """Tell which of the card's years a tag (as `key` gives it) asks for; any other year is an ordinary tag."""
    found = _YEAR.fullmatch(tag)
    return int(found[1]) if found and FIRST_YEAR <= int(found[1]) <= LAST_YEAR else None


def is_count(tag: str) -> bool:
    return tag in COUNT_TAGS


def is_quality(tag: str) -> bool:
    return tag in QUALITY_TAGS


def has_place(tag: str) -> bool:
    """Tell whether this tag has a place of its own, wherever it was typed."""
    return is_count(tag) or is_quality(tag) or rating(tag) is not None or year(tag) is not None
