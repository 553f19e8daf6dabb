"""The plain list of English words: what the gate lets pass without a tag, and what is not called unknown."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "english.txt"

_LATIN = re.compile("[\u0000-\u024f\u1e00-\u1eff\u2019]+")
"""Up to Latin Extended-B, and Latin Extended Additional: what tags are written in."""


@cache
def english() -> frozenset[str]:
    """Read the plain list of English words."""
    lines = _FILE.read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def is_latin(word: str) -> bool:
    """Tell whether a word is in the script of the tags: one in another is not misspelt but not understood."""
    return _LATIN.fullmatch(word) is not None
