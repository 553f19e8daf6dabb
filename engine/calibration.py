"""How many pictures should share a UNet call on this machine: measured, never assumed.

A large card works on one picture at a time as fast as on four, a larger one does not, and no table knows which is which
with the torch of the day. Here is what follows from the seconds that a call took; `engine.timing` measures them.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

BATCHES = (1, 2, 4)
"""What is timed; in a chat, more pictures at once would make everybody wait."""

TOLERANCE = 0.05
"""A batch whose rate is this close to the best one's is as good: what it costs is everybody's latency."""


class Calibration:
    """What was measured so far, shape by shape; a shape that was not goes by the one that was measured first."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.batches = [size for size in BATCHES if size <= limit]
        self._clock = clock
        self._sizes: dict[Hashable, tuple[int, int]] = {}
        self._again_s: dict[Hashable, float] = {}
        """When those shapes are to be measured again that were not to the end."""
        self._wanted: dict[Hashable, None] = {}

    @property
    def wanted(self) -> Hashable | None:
        """The shape that somebody asked for first and that was not measured yet; None where there is none."""
        return next(iter(self._wanted), None)

    def doubt(self) -> None:
        """Measure everything again, because a call takes another time from now on."""
        self._wanted |= dict.fromkeys(self._sizes)

    def learn(self, key: Hashable, seconds: Mapping[int, float], *, good_for_s: float = math.inf) -> None:
        """Take the seconds of one call for every batch size that was timed.

        Args:
            key: The shape.
            seconds: By size.
            good_for_s: After so long it is measured again, where somebody still asks for it.
        """
        self._wanted.pop(key, None)
        self._sizes[key] = good_sizes(seconds)
        self._again_s[key] = self._clock() + good_for_s

    def joining(self, key: Hashable) -> int:
        return self._known(key)[0]

    def together(self, key: Hashable) -> int:
        return self._known(key)[1]

    def _known(self, key: Hashable) -> tuple[int, int]:
        if self._again_s.get(key, -math.inf) <= self._clock() and len(self.batches) > 1:
            self._wanted[key] = None
        return self._sizes.get(key) or next(iter(self._sizes.values()), (1, self.batches[-1]))


def good_sizes(seconds: Mapping[int, float]) -> tuple[int, int]:
    """Find the smallest and the largest batch whose rate is about the best.

    Args:
        seconds: Of one call, for every batch size.
    """
    rates = {size: size / took if took > 0 else math.inf for size, took in seconds.items()}
    best = max(rates.values())
    good = [size for size, rate in rates.items() if rate >= (1 - TOLERANCE) * best]
    return min(good), max(good)
