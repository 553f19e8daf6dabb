"""The end of a sentence about an unknown name: which one was perhaps meant."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LISTED = 20
"""More names than this would hide the sentence."""


def near(name: str, names: Iterable[str]) -> str:
    """Offer at most three names that look alike, or all of them where none does."""
    names = list(names)
    if close := get_close_matches(name[:100].casefold(), names, n=3, cutoff=0.6):
        return "did you mean " + " or ".join(f"“{found}”" for found in close) + "?"
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return "choose one of " + ", ".join(f"“{found}”" for found in names[:LISTED]) + more + "."
