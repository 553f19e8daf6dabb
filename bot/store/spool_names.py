"""How the files of the spool are named."""

from __future__ import annotations

import re

from bot.job import ID_PATTERN

SPOOLED = re.compile(rf"{ID_PATTERN}-[0-9]{{1,4}}\.(?:png|latents)|input-[0-9]{{1,20}}-[0-9a-f]{{32}}\.png")
"""A file of the spool: a picture of a job, its latents, or what somebody brought. None leads out of its folder, or is a
device's name."""


def input_file(user_id: int, sha256: str) -> str:
    """Name the file of what somebody brought in the spool."""
    return f"input-{user_id}-{sha256[:32]}.png"
