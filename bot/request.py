"""What was asked: a wish with every default filled, every limit checked and its seed drawn."""

from __future__ import annotations

from msgspec import Struct

from bot.config import Rating
from engine.wire import Sampler


class Request(Struct, frozen=True, kw_only=True):
    """A complete wish; stored as JSON with its job, so that a reroll years later can start from it.

    The text fields hold what the person wrote (dynamic prompts already drawn), not the composed prompt.
    """

    subject: str = ""
    """Count tags, several separated by ``;``."""
    character: str = ""
    """Several separated by ``;``."""
    series: str = ""
    """Several separated by ``;`` or a comma."""
    rating: Rating = "safe"
    tags: str = ""
    """The options ``tags`` and ``more_tags``, joined."""
    negative: str = ""
    """The person's own, besides the preset."""
    quality: str = "standard"
    negative_preset: str = "card"
    style: str = ""
    year: int | None = None
    width: int = 832
    height: int = 1216
    count: int = 1
    seed: int
    """Picture i uses (seed + i) mod 2³²."""
    steps: int = 28
    guidance: float = 5.0
    sampler: Sampler = "euler_a"
    private: bool = False
