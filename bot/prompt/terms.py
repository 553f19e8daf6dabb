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

_RATING_WORDS: dict[str, Rating] = {
    **dict.fromkeys(("safe", "general", "g", "sfw", "pg"), "safe"),
    **dict.fromkeys(("sensitive", "s"), "sensitive"),
    **dict.fromkeys(("nsfw", "questionable", "q"), "nsfw"),
    **dict.fromkeys(("explicit", "e", "x", "xxx", "r18", "r-18", "r 18"), "explicit"),
}
"""What follows ``rating:`` anywhere: the model card's words, Danbooru's and its letters, the lab's 3.0, Pony's."""
_BARE_RATINGS = frozenset((*RATINGS, "questionable"))
"""Those that are ratings by themselves; "general" is an officer, too."""
_RATING = re.compile(r"(?:(?P<named>rat(?:ing|ed)) ?[:=]? ?)?(?P<word>[a-z][a-z0-9 -]{0,12})")
_YEAR = re.compile(r"year (20\d\d)")


def unknown(_tag: str) -> None:
    """Answer for every tag as a vocabulary does that does not know it."""


@lru_cache(maxsize=8_192)
def key(item: str) -> str:
    """Give what makes two tags the same one: the words that the model reads, whatever the weights and the case."""
    return " ".join(plain_text(item).casefold().split())


def rating(tag: str) -> Rating | None:
    """Tell which rating a tag (as `key` gives it) asks for."""
    found = _RATING.fullmatch(tag.replace("_", " "))
    if found is None or not (found["named"] or found["word"] in _BARE_RATINGS):
        return None
    return _RATING_WORDS.get(found["word"])


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
