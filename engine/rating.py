"""What a picture shows, as one of the four ratings, and whether somebody on it looks like a child.

A rater is a function from pixels to a `Rated`. It is called in one thread of its own, beside the GPU's work.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, get_args

from engine import wire
from engine.errors import RatingFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from engine import config

ORDER: tuple[wire.Rating, ...] = get_args(wire.Rating)
"""From what anybody may see to what few may."""


@dataclass(frozen=True, slots=True)
class Rated:
    """What a rater saw on one picture."""

    rating: wire.Rating
    minor_like: bool
    """Somebody looks like a child."""
    evidence: str
    """The shares and scores behind it, for the operator's log."""

    @property
    def withheld(self) -> bool:
        """Whether nobody may see this picture, whatever was asked for and wherever."""
        return self.minor_like and self.rating != ORDER[0]


Rate: TypeAlias = "Callable[[NDArray[np.uint8]], Rated]"
"""From pixels, (H, W, 3). Whatever it raises, the picture is not rated and nothing of it leaves."""


def weigh(shares: Mapping[wire.Rating, float], minor: Mapping[str, float], thresholds: config.PictureRating) -> Rated:
    """Decide by the thresholds.

    Args:
        shares: What a model gives for each rating, not negative; only their proportions count, and a rating that is
            not named has none.
        minor: A score of 0 … 1 for everything that a child would be recognised by.
        thresholds: The operator's.

    Raises:
        RatingFailed: The model gave no numbers to decide by.
    """
    total = sum(shares.values())
    if not math.isfinite(total) or total <= 0 or min(shares.values()) < 0 or any(map(math.isnan, minor.values())):
        raise RatingFailed(f"the model's output cannot be read as shares and scores: {dict(shares)}, {dict(minor)}")
    needed = dict(zip(ORDER, (0.0, thresholds.sensitive, thresholds.nsfw, thresholds.explicit), strict=True))
    rating, at_least = ORDER[0], 0.0
    for higher in reversed(ORDER):
        at_least += shares.get(higher, 0.0) / total
        if at_least >= needed[higher]:
            rating = higher
            break
    seen = {name: score for name, score in minor.items() if score >= thresholds.minor}
    shown = {name: share / total for name, share in shares.items()} | seen
    evidence = ", ".join(f"{name} {share:.2f}" for name, share in shown.items())
    return Rated(rating, minor_like=bool(seen), evidence=evidence)
