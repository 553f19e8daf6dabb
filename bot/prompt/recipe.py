"""A recipe as a value: what a picture or a text says of how a picture was made, whichever program wrote it."""

from __future__ import annotations

from msgspec import Struct


class Recipe(Struct, frozen=True, kw_only=True):
    """What the text says, nothing judged; None or "": it does not say."""

    prompt: str = ""
    negative_prompt: str = ""
    steps: int | None = None
    sampler: str = ""
    guidance: float | None = None
    seed: int | None = None
    size: tuple[int, int] | None = None
    """Width and height in pixels."""
    model: str = ""
    other: dict[str, str] = {}
    """Every other pair, in the text's order."""
