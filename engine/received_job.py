"""A job as it came to the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.wire import Event, Generate


@dataclass(frozen=True, eq=False, slots=True)
class ReceivedJob:
    """A request, and where its events go; the callback is called in the worker's thread and must not block."""

    request: Generate
    emit: Callable[[Event], None]
