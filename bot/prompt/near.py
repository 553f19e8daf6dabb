"""Which name was perhaps meant by one that nobody knows."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from bot.sentences import prompt as says

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.sentences.sentence import Sentence

LISTED = 20
"""More names would hide the sentence."""


def near(name: str, names: Iterable[str]) -> Sentence:
    """End a sentence about an unknown name: at most three that look alike, or all of them where none does."""
    names = list(names)
    if close := get_close_matches(name[:100].casefold(), names, n=3, cutoff=0.6):
        return says.did_you_mean(tuple(close))
    return says.choose_one(tuple(names[:LISTED]), max(0, len(names) - LISTED))
