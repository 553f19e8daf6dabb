"""What signals do: SIGINT and SIGTERM let the bot end in order, a second one ends it at once; SIGHUP reads again."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

log = logging.getLogger(__name__)


class Stop:
    """Told to a task: it is cancelled at once, unless it is inside `in_order`."""

    def __init__(self, task: asyncio.Task[object]) -> None:
        self._task = task
        self._asked = asyncio.Event()
        self._ends_in_order = False
        self.hangup = asyncio.Event()
        """Set by SIGHUP where there is no terminal; whoever heeds it clears it."""

    def on_signals(self) -> None:
        """Have the signals mean this."""
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self.ask)
        # At a terminal it says that the window was closed, and ends the bot as any other program
        if sys.platform != "win32" and not any(map(os.isatty, (0, 1, 2))):
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self.hangup.set)

    def ask(self) -> None:
        if self._ends_in_order and not self._asked.is_set():
            self._asked.set()
        else:
            self._task.cancel()

    @contextmanager
    def in_order(self) -> Generator[None]:
        """Let the first signal only wake `asked` while this is open."""
        self._ends_in_order = True
        try:
            yield
        finally:
            self._ends_in_order = False

    async def asked(self) -> None:
        """Wait for the first signal."""
        await self._asked.wait()
        log.info("stopping in order; a second signal stops at once")
