"""What a member reads about an engine that does not draw yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine import wire

if TYPE_CHECKING:
    from bot.engine.drawing_engine import Status

STARTING = "importing torch", "starting"
"""Stages that say nothing to anybody but an operator."""

RESTARTING = "I am restarting; this goes on by itself after that."


def sentence(status: Status) -> str:
    """Say what everybody waits for; "" where the engine is ready."""
    match status:
        case wire.Ready():
            return ""
        case wire.Loading(stage=stage) if stage not in STARTING:
            return f"The engine is still starting: {stage}."
        case wire.Loading():
            return "The engine is still starting."
        case _:
            return "The engine is not running just now. This is kept, and drawn when it is back."
