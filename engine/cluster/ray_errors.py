"""What an error of Ray's means, in a line."""

from __future__ import annotations

import re

from ray.exceptions import RayActorError, RayError

from engine.clients import DETAIL_CHARS


def sentence(error: RayError) -> str:
    """Say in a line what Ray says in a page."""
    said = str(error)
    if missing := re.search(r"ModuleNotFoundError: No module named '[\w.]+'", said):
        return f"its node lacks what the engine needs ({missing[0]})"
    if isinstance(error, RayActorError):
        return "its process ended"
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1][:DETAIL_CHARS] if lines else type(error).__name__
