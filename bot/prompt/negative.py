"""What the negative prompt must hold at each rating: it stands first, at full weight, and nothing drops it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.config import Rating

_CHILDREN = ("child", "aged down")
"""Above safe everybody is an adult. The model's own tags and no coarser words: every picture carries its recipe."""

REQUIRED: Mapping[Rating, tuple[str, ...]] = {
    "safe": ("nsfw", "explicit", "nude", "nipples", "underwear", "cleavage"),
    "sensitive": ("explicit", "nude", "nipples", *_CHILDREN),
    "nsfw": _CHILDREN,
    "explicit": _CHILDREN,
}
"""Words in front count most. They are ours: the gate holds them against nobody, and a remix leaves them out."""


def own_words(negative: Sequence[str]) -> int:
    """Count the tags that a negative prompt of ours begins with because some rating required them."""
    return max(len(terms) for terms in ((), *REQUIRED.values()) if tuple(negative[: len(terms)]) == terms)
