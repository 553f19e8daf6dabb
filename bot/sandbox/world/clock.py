"""The stand-in's clock: real time plus what it was moved by, and timers that follow such a move."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Timer:
    """A callback that waits for its moment; `cancel` may be called at any time."""

    def __init__(self, clock: Clock, when: float, callback: Callable[[], None]) -> None:
        self.when = when
        self._clock = clock
        self._callback = callback
        self._handle: asyncio.TimerHandle | None = None

    def arm(self) -> None:
        """Ask the event loop for a call once the remaining time has really passed."""
        if self._handle is not None:
            self._handle.cancel()
        left_s = max(0.0, self.when - self._clock.now())
        self._handle = asyncio.get_running_loop().call_later(left_s, self.check)

    def check(self) -> None:
        if self._clock.now() < self.when:  # the time source stands still or was moved back
            self.arm()
            return
        self.cancel()
        self._callback()

    def cancel(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        self._clock.timers.discard(self)


class Clock:
    """Seconds since 1970, as moved."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self.advanced_s = 0.0
        self.timers: set[Timer] = set()

    def now(self) -> float:
        return self._source() + self.advanced_s

    def iso(self, at: float | None = None) -> str:
        """Write a moment, by default the present one, as Discord does."""
        moment = datetime.fromtimestamp(self.now() if at is None else at, UTC)
        return moment.isoformat(timespec="microseconds")

    def call_in(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        timer = Timer(self, self.now() + delay_s, callback)
        self.timers.add(timer)
        timer.arm()
        return timer

    def advance(self, seconds: float) -> None:
        """Move the clock; what falls due by it happens before this returns, in its order."""
        self.advanced_s += seconds
        for timer in sorted(self.timers, key=lambda timer: timer.when):
            if timer.when <= self.now():
                timer.check()
            else:
                timer.arm()

    def close(self) -> None:
        for timer in list(self.timers):
            timer.cancel()
