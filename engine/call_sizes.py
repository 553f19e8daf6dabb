"""How many samples of a shape go into one call: as many as pay, and for a while no more than there was room for."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from engine import admission, memory
from engine.tiles import Tiling

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.admission import Sizes
    from engine.denoise import Key

DEFAULT_TILING = Tiling()


class CallSizes:
    """Belongs to one batch; what it has learnt of memory is about one device."""

    def __init__(
        self, paying: Sizes, *, tiling: Tiling = DEFAULT_TILING, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Know of no shape that it has no room.

        Args:
            paying: How many should share a call, where memory is not short.
            tiling: Of pictures that have no room as a whole.
            clock: Seconds.
        """
        self.paying = admission.OfShapes(paying)
        self.tiling = tiling
        self._clock = clock
        self._room: dict[Key, memory.Limit] = {}  # by shape; 0: a picture is tiled

    def most(self, key: Key) -> float:
        """Say how many of a shape may step together, as far as failures have shown it lately."""
        room = self._room.get(key.shape)
        return math.inf if room is None else room.most

    def lower(self, key: Key, most: int) -> None:
        """Note that there was room for no more."""
        self._room.setdefault(key.shape, memory.Limit(self._clock)).lower(most)

    def forget(self) -> None:
        """Forget what had no room."""
        self._room.clear()
