"""Notices when the event loop is held up, and says where: nobody is answered meanwhile.

A tick every few milliseconds should come on time. One that comes late was held up by this program, by a computation or
a call that blocks, unless the machine let the program wait for a processor; that time is known and left out.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import NoReturn

log = logging.getLogger(__name__)

LIMIT_S = 0.05
"""Longer than this, and people notice."""

TICK_S = 0.01

SETTLED_TICKS = 25
"""Ticks between two readings of how long the machine let us wait; a late tick is judged by what came since."""

FRAMES = 4
"""Of the innermost calls, that are named."""

_ROOT = Path(__file__).parents[1]


class Watchdog:
    """Ticks in the event loop, and looks from a thread at what the loop does when a tick is late."""

    def __init__(self, *, limit_s: float = LIMIT_S, waited_s: Callable[[], float] | None = None) -> None:
        """Prepare to watch.

        Args:
            limit_s: What is longer is told.
            waited_s: How long this program has waited for a processor, ever; None: what the system says.
        """
        self._limit_s = limit_s
        self._waited_s = waited_s or (_waited_for_processor_s if _SCHEDSTAT.exists() else None)
        self._ticked = time.monotonic()
        self._thread = threading.get_ident()
        self._place = ""
        self._stopped = threading.Event()

    async def run(self) -> NoReturn:
        """Watch until cancelled."""
        self._thread = threading.get_ident()
        looking = threading.Thread(target=self._look, name="watchdog", daemon=True)
        looking.start()
        try:
            while True:
                await self._watch()
        finally:
            self._stopped.set()
            looking.join()

    async def _watch(self) -> None:
        """Watch for a few ticks."""
        waited_s = self._waited_s() if self._waited_s else 0.0
        for _ in range(SETTLED_TICKS):
            self._ticked, burned_s = time.monotonic(), time.thread_time()
            await asyncio.sleep(TICK_S)
            held_s = time.monotonic() - self._ticked - TICK_S
            if held_s <= self._limit_s:
                continue
            # Where the system does not tell how long we waited, only what was computed is certain.
            cause_s = held_s - (self._waited_s() - waited_s) if self._waited_s else time.thread_time() - burned_s
            if min(held_s, cause_s) > self._limit_s:
                place = self._place or "an unknown place"
                log.warning("The event loop was held up for %.0f ms, in %s.", 1000 * min(held_s, cause_s), place)
            self._place = ""
            return

    def _look(self) -> None:
        """Note what the loop does when it should have ticked."""
        while not self._stopped.wait(TICK_S):
            frame = sys._current_frames().get(self._thread)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  no other way
            if time.monotonic() - self._ticked > self._limit_s / 2 + TICK_S:
                self._place = _describe(frame)


def _describe(frame: FrameType | None) -> str:
    """Name the innermost calls, the innermost first."""
    calls = traceback.extract_stack(frame, limit=FRAMES)[::-1]
    return " from ".join(f"{_short(call.filename)}:{call.lineno} ({call.name})" for call in calls)


def _short(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(_ROOT)) if path.is_relative_to(_ROOT) else "/".join(path.parts[-2:])


_SCHEDSTAT = Path("/proc/thread-self/schedstat")
"""On Linux: nanoseconds run, nanoseconds waited for a processor, slices (kernel: scheduler/sched-stats.rst)."""


def _waited_for_processor_s() -> float:
    """Add up over all threads: one that waits may hold what the loop needs."""
    waited_ns = 0
    for thread in Path("/proc/self/task").iterdir():
        try:
            waited_ns += int((thread / "schedstat").read_bytes().split()[1])
        except (OSError, IndexError):  # it ended meanwhile
            continue
    return waited_ns / 1e9 + _stolen_s()


def _stolen_s() -> float:
    """Give what a hypervisor took from this machine's processors, in all."""
    steal = Path("/proc/stat").read_bytes().split(maxsplit=9)[8]  # cpu user nice system idle iowait irq softirq steal
    return int(steal) / os.sysconf("SC_CLK_TCK")
