"""The four ratings, in the model's own words and in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from bot.config import Rating

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeGuard

ORDER: tuple[Rating, ...] = get_args(Rating)
"""From what anybody may see to what few may."""


def is_rating(text: str) -> TypeGuard[Rating]:
    return text in ORDER


def lowest(*ratings: Rating) -> Rating:
    """Give the strictest of several limits."""
    return min(ratings, key=ORDER.index)


def highest(*ratings: Rating) -> Rating:
    """Give the most daring of several ratings."""
    return max(ratings, key=ORDER.index)


def together(asked: Rating, measured: Iterable[Rating | None]) -> Rating:
    """Give the most daring of what was asked for and what pictures show; None of one that is not rated."""
    seen: list[Rating] = [rating for rating in measured if rating is not None]
    return highest(asked, *seen)


def exceeds(rating: Rating, limit: Rating) -> bool:
    return ORDER.index(rating) > ORDER.index(limit)


def spoilered(rating: Rating) -> bool:
    """Tell whether a picture is shown only to those who click: a channel's label does not warn who scrolls by."""
    return exceeds(rating, "sensitive")
