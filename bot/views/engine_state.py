"""What a member reads about an engine that does not draw yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.engine.drawing_engine import Away
from bot.sentences import queue as says
from engine import wire

if TYPE_CHECKING:
    from bot.engine.drawing_engine import Status
    from bot.sentences.sentence import Sentence

STARTING = "importing torch", "starting"
"""Stages that say nothing to anybody but an operator."""


def sentence(status: Status) -> Sentence | None:
    """Say what everybody waits for; None where the engine is ready."""
    match status:
        case wire.Ready():
            return None
        case wire.Loading(stage=stage) if stage not in STARTING:
            return says.engine_at(stage)
        case wire.Loading():
            return says.ENGINE_STARTING
        case Away(unusable=True):
            return says.ENGINE_UNUSABLE
        case _:
            return says.ENGINE_AWAY
