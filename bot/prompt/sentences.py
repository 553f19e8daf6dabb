"""Pieces of the sentences that people read: a word in quotation marks, and which name was perhaps meant."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

QUOTED = 60
"""More characters than this would hide the sentence."""
LISTED = 20
"""So would more names."""


def quoted(text: str) -> str:
    return f"“{text if len(text) <= QUOTED else text[: QUOTED - 1] + '…'}”"


def near(name: str, names: Iterable[str]) -> str:
    """End a sentence about an unknown name: at most three that look alike, or all of them where none does."""
    names = list(names)
    if close := get_close_matches(name[:100].casefold(), names, n=3, cutoff=0.6):
        return "did you mean " + " or ".join(f"“{found}”" for found in close) + "?"
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return "choose one of " + ", ".join(f"“{found}”" for found in names[:LISTED]) + more + "."
