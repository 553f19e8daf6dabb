"""What the negative prompt must hold at each rating: it stands first and nothing drops it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.config import Rating

REQUIRED: Mapping[Rating, tuple[str, ...]] = {"safe": (), "sensitive": (), "nsfw": (), "explicit": ()}
"""The card's negative prompt is the default as it stands, so nothing is required yet."""
