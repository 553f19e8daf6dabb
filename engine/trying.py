"""Tries what may fail, once more where there was no room; whatever goes wrong ends one job, and not the engine."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from engine import memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.model import Model

log = logging.getLogger(__name__)


def error_with_room(model: Model, action: Callable[[], None], tries: int = 2) -> Exception | None:
    """Run an action that can be repeated, again after giving memory back where it had no room.

    Raises:
        torch.AcceleratorError: As `error_of`.
    """
    while True:
        error = error_of(action)
        tries -= 1
        if error is None or not tries or not memory.may_be_out_of_memory(error):
            return error
        log.warning("no memory (%s); trying once more", memory.one_line(error))
        del error  # its traceback holds the tensors of the failed call
        model.cached_blocks.give_back()
        memory.release(model.device)


def error_of(action: Callable[[], None]) -> Exception | None:
    """Run an action and give the error that it ended with; only that of a lost device is everybody's.

    Raises:
        torch.AcceleratorError: Nothing more can be drawn by this process.
    """
    try:
        action()
    except Exception as error:  # the worker's loop: whatever went wrong ends one job, not the engine
        if memory.is_loss_of_device(error):
            raise
        return error
    return None
