"""Notices when the event loop is held up, and says where: nobody is answered meanwhile.

The loop waits in its selector for whatever comes, and works between two waits. Work that takes longer than `LIMIT_S`
held everybody up, by a computation, by a call that blocks, or because another thread kept the interpreter to itself.
Left out is the time in which the machine let the program wait for a processor, which is known, and a standstill in
which the thread that looks on could not look either and no other thread computed. A child process that is being started
counts as the program: its parent stands still until it has become another program (vfork(2)). While the loop waits in
its selector, that thread measures alone: where it comes too late by itself, the loop could not have come either.
Measured so, it costs a microsecond or two at every turn of the loop.
"""

from __future__ import annotations

import asyncio
import logging
import os
import selectors
import sys
import threading
import time
import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from types import FrameType

log = logging.getLogger(__name__)

LIMIT_S = 0.05
"""Longer than this, and people notice."""

SETTLED_S = 0.25
"""How old the last reading of the system's own account may be, from which a long work's waiting is reckoned."""

FRAMES = 4
"""Of the innermost calls, that are named."""

_TICK_S = 0.01
"""Linux tells a process's start in hundredths of a second."""

_ROOT = Path(__file__).parents[1]
_SCHEDSTAT = Path("/proc/thread-self/schedstat")
"""On Linux: nanoseconds run, nanoseconds waited for a processor, slices (kernel: scheduler/sched-stats.rst)."""


class Watchdog:
    """Watches one loop; `loop` makes it, and inside `watching` it is told when it was held up."""

    def __init__(
        self,
        *,
        limit_s: float = LIMIT_S,
        waited_s: Callable[[], float] | None = None,
        child_waited_s: Callable[[float], float] | None = None,
    ) -> None:
        """Prepare to watch.

        Args:
            limit_s: What is longer is told.
            waited_s: How long this program has waited for a processor, ever; None: what the system says.
            child_waited_s: How long child processes that are younger than so many seconds have; None: as above.
        """
        self._limit_s = limit_s
        self._waited_s = waited_s or (_waited_for_processor_s if _SCHEDSTAT.exists() else None)
        self._child_waited_s = child_waited_s or _children_waited_for_processor_s
        self._watching = False
        self._began = 0.0  # of the work under way; 0: the loop waits
        self._burned_s = 0.0  # by the loop's thread until then
        self._computed_s = 0.0  # by the whole program until then
        self._account = (0.0, 0.0)  # when it was read, and what it said
        self._looked = 0.0  # when the other thread did so last
        self._told = 0.0  # when something was said last
        self._missed_s = 0.0  # in this work, until then: how much too late it came to that
        self._place = ""

    def loop(self) -> asyncio.AbstractEventLoop:
        """Make the loop that is watched; on Windows, where child processes need another kind, the usual one."""
        if sys.platform == "win32":
            return asyncio.new_event_loop()
        return asyncio.SelectorEventLoop(_Selector(self))

    @contextmanager
    def watching(self) -> Generator[None]:
        """Tell what holds the loop up from here on: before the bot is at work, nobody waits for it."""
        ended = threading.Event()
        looking = threading.Thread(target=self._look, args=(threading.get_ident(), ended), name="watchdog", daemon=True)
        self._watching, self._began, self._told, self._looked = True, 0.0, 0.0, time.monotonic()
        looking.start()
        try:
            yield
        finally:
            self._watching = False
            ended.set()
            looking.join()

    def woke(self) -> None:
        """Note that the loop has something to do."""
        if not self._watching:
            return
        now = time.monotonic()
        if self._waited_s is not None and now - self._account[0] > SETTLED_S:
            self._account = (now, self._waited_s())  # first: what is waited for in this reading is in it, too
        self._burned_s, self._computed_s, self._missed_s = time.thread_time(), time.process_time(), 0.0
        self._began = time.monotonic()

    def waits(self) -> None:
        """Note that the loop has done what there was to do."""
        now, began = time.monotonic(), self._began
        held_s = now - began
        self._began = 0.0
        if not self._watching or not began or held_s <= self._limit_s:
            return
        computed_s = time.thread_time() - self._burned_s
        program_s = time.process_time() - self._computed_s
        if self._waited_s is None:  # only what was computed is certain
            held_s = min(held_s, program_s)
        else:
            wanted_s = held_s - (self._waited_s() - self._account[1])
            if wanted_s > self._limit_s:  # looking for children takes a while
                wanted_s -= self._child_waited_s(held_s)
            missed_s = self._missed_s + self._overdue_s(now, began)
            held_s = max(computed_s, wanted_s - missed_s, min(wanted_s, program_s))
        if held_s > self._limit_s:
            self._told = now
            log.warning(
                "The event loop was held up for %.0f ms (it computed for %.0f, other threads for %.0f), in %s.",
                1000 * held_s,
                1000 * computed_s,
                1000 * max(0.0, program_s - computed_s),
                self._place or "a place unknown",
            )
        self._place = ""

    def _look(self, thread: int, ended: threading.Event) -> None:
        """Note what the loop's thread does while its work takes long, and when nobody could do anything."""
        others_s = _computed_by_others_s(thread)
        before_s, account = others_s(), (0.0, 0.0)
        while not ended.wait(self._limit_s / 2):
            now, began, looked = time.monotonic(), self._began, self._looked
            self._missed_s += self._overdue_s(now, began)
            late_s = now - looked - self._limit_s / 2
            told = self._told >= looked or (began and began - looked < self._limit_s)
            if late_s > self._limit_s and not told:
                waited_s = 0.0 if self._waited_s is None else self._waited_s() - account[1]
                self._tell_of_standstill(min(late_s - waited_s, others_s() - before_s), thread)
            self._looked, before_s = now, others_s()
            if self._waited_s is not None and now - account[0] > SETTLED_S:
                account = (now, self._waited_s())
            if began and now - began > self._limit_s / 2:
                self._place = _describe(_frames().get(thread))

    def _tell_of_standstill(self, held_s: float, thread: int) -> None:
        """Tell that this thread, and so the loop's, could not do anything while others computed."""
        if held_s <= self._limit_s:
            return
        known = {thread, threading.get_ident()}
        places = [_describe(frame) for other, frame in _frames().items() if other not in known and not _idle(frame)]
        log.warning(
            "The event loop was held up for %.0f ms by another thread, which kept the interpreter to itself, in %s.",
            1000 * held_s,
            "; ".join(places) or "a place unknown",
        )

    def _overdue_s(self, now: float, began: float) -> float:
        """How much too late a look comes now, for a work that began then."""
        return max(0.0, now - max(self._looked, began) - self._limit_s / 2)


class _Selector(selectors.DefaultSelector):
    """The usual one, which says when it begins to wait and when it is done."""

    def __init__(self, watchdog: Watchdog) -> None:
        super().__init__()
        self._watchdog = watchdog

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._watchdog.waits()
        try:
            return super().select(timeout)
        finally:
            self._watchdog.woke()


def _computed_by_others_s(thread: int) -> Callable[[], float]:
    """Give a clock of what all threads but this one computed; where the system has none (macOS), of what all did.

    While the loop's thread computes piece by piece, a look may come late because it waits for the interpreter again and
    again: the loop came round meanwhile, so nobody was held up.
    """
    if not hasattr(time, "pthread_getcpuclockid"):
        return time.process_time
    clock = time.pthread_getcpuclockid(thread)
    return lambda: time.process_time() - time.clock_gettime(clock)


def _frames() -> Mapping[int, FrameType]:
    """Give what each thread is at, by its number."""
    return sys._current_frames()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  no other way


def _idle(frame: FrameType) -> bool:
    """Tell whether a thread waits for work, as far as its innermost call tells."""
    return Path(frame.f_code.co_filename).stem in {"queue", "thread", "threading"}


def _describe(frame: FrameType | None) -> str:
    """Name the innermost calls, the innermost first."""
    calls = traceback.extract_stack(frame, limit=FRAMES)[::-1]
    return " from ".join(f"{_short(call.filename)}:{call.lineno} ({call.name})" for call in calls)


def _short(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(_ROOT)) if path.is_relative_to(_ROOT) else "/".join(path.parts[-2:])


def _waited_for_processor_s() -> float:
    """Add up over all threads: one that waits may hold what the loop needs."""
    waited_ns = 0
    for thread in Path("/proc/self/task").iterdir():
        try:
            waited_ns += int((thread / "schedstat").read_bytes().split()[1])
        except (OSError, IndexError):  # it ended meanwhile
            continue
    return waited_ns / 1e9 + _stolen_s()


def _children_waited_for_processor_s(max_age_s: float) -> float:
    """Add up over the children that were started within so many seconds: none, nearly always."""
    waited_ns, earliest = 0, time.clock_gettime(time.CLOCK_BOOTTIME) - max_age_s - _TICK_S
    for child in psutil.Process().children():
        account = Path("/proc", str(child.pid))
        try:
            if _started_s(account) >= earliest:
                waited_ns += int((account / "schedstat").read_bytes().split()[1])
        except (OSError, IndexError):  # it ended meanwhile
            continue
    return waited_ns / 1e9


def _started_s(account: Path) -> float:
    """Give when a process was started, in seconds since the machine was: psutil's is up to a second off.

    It is field 22 of proc_pid_stat(5); the name, field 2, may hold blanks and brackets.
    """
    return int((account / "stat").read_bytes().rpartition(b")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")


def _stolen_s() -> float:
    """Give what a hypervisor took from this machine's processors, in all."""
    steal = Path("/proc/stat").read_bytes().split(maxsplit=9)[8]  # cpu user nice system idle iowait irq softirq steal
    return int(steal) / os.sysconf("SC_CLK_TCK")
