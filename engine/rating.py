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
    at_least: tuple[float, ...] = ()
    """What the model believes of each rating together with those above it, in their order; 0 … 1."""
    minor: float = 0.0
    """What was seen of a child, all together."""
    tags: tuple[wire.Tag, ...] | None = None
    """What else was seen, the surest first; None: it names nothing."""

    @property
    def withheld(self) -> bool:
        """Whether nobody may see this picture, whatever was asked for and wherever."""
        return self.minor_like and self.rating != ORDER[0]


NOISE = 0.1
"""Scores up to this say nothing: of sixteen tags for children some always have a little."""

Rate: TypeAlias = "Callable[[NDArray[np.uint8]], Rated]"
"""From pixels, (H, W, 3). Whatever it raises, the picture is not rated and nothing of it leaves."""


def weigh(shares: Mapping[wire.Rating, float], minor: Mapping[str, float], thresholds: config.PictureRating) -> Rated:
    """Decide by the thresholds and by the model's own answer; the higher of the two counts.

    The tags for children are many words for one thing: a model that cannot decide between them has seen a child. So
    what is more than noise is summed.

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
    believed = [shares.get(rating, 0.0) / total for rating in ORDER]
    at_least = tuple(sum(believed[number:]) for number in range(len(ORDER)))
    by_thresholds = max(number for number, rating in enumerate(ORDER) if at_least[number] >= needed[rating])
    own_answer = max(range(len(ORDER)), key=lambda number: (believed[number], number))
    seen = {name: score for name, score in minor.items() if score > NOISE}
    child = sum(seen.values())
    shown = {name: share / total for name, share in shares.items()}
    shown |= seen if child >= thresholds.minor else {}
    return Rated(
        ORDER[max(by_thresholds, own_answer)],
        minor_like=child >= thresholds.minor,
        evidence=", ".join(f"{name} {share:.2f}" for name, share in shown.items()),
        at_least=at_least,
        minor=child,
    )
