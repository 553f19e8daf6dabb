"""What an engine does before it can draw, and how long each part of that takes."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)


class Stages:
    """Tells what is being done, and at the end what each part of it took."""

    def __init__(self, report: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        """Start the clock.

        Args:
            report: Told each stage, in words for an operator.
            clock: Gives seconds.
        """
        self._report = report
        self._clock = clock
        self._began: list[tuple[str, float]] = []

    def begin(self, stage: str) -> None:
        """Say what comes now; what came before it is over."""
        self._began.append((stage, self._clock()))
        self._report(stage)

    def end(self) -> None:
        """Write all of it into the log."""
        times = [*(began_s for _, began_s in self._began), self._clock()]
        took = (f"{stage} {end - start:.1f} s" for (stage, start), end in zip(self._began, times[1:], strict=True))
        log.info("ready to draw in %.1f s: %s", times[-1] - times[0], ", ".join(took))
