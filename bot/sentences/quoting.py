"""How somebody's own words stand in an English sentence."""

from __future__ import annotations

QUOTED = 60
"""More characters than this would hide the sentence."""


def short(text: str) -> str:
    """Cut a text that is too long to be quoted."""
    return text if len(text) <= QUOTED else text[: QUOTED - 1] + "…"


def quoted(text: str) -> str:
    return f"“{short(text)}”"
