"""Waits until what was committed is on the disk: one sync for all who wait, beside everybody's statements.

In WAL mode a commit is in SQLite's log, and with `synchronous = NORMAL` the log is synced only when it is written back
(sqlite.org/pragma.html, synchronous). `FULL` would sync it at every commit, one after the other. The same sync of the
same file does it here, in a thread, for everybody whose commit came before it: what is written back into the database
meanwhile was synced before.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class LogSync:
    """Of one database's log."""

    def __init__(self, path: Path) -> None:
        """Prepare to sync.

        Args:
            path: The database, in WAL mode, open.
        """
        self._log = path.with_name(f"{path.name}-wal")
        self._waiting: list[asyncio.Future[None]] = []  # who came too late for the one under way
        self._task: asyncio.Task[None] | None = None
        self.syncs = 0
        """So many there were."""

    async def wait(self) -> None:
        """Return once all is on the disk that was committed before this was called.

        Raises:
            OSError: The disk does not take it.
        """
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        if self._task is None:
            self._task = asyncio.create_task(self._work(), name="sync of the log")
        await waiting

    async def _work(self) -> None:
        try:
            while self._waiting:
                served, self._waiting = self._waiting, []
                failure: OSError | None = None
                try:
                    await asyncio.to_thread(_sync, self._log)
                except OSError as error:
                    failure = error
                self.syncs += 1
                for one in served:
                    if one.done():  # whoever waited is gone
                        continue
                    if failure is None:
                        one.set_result(None)
                    else:
                        one.set_exception(failure)
        finally:
            self._task = None


def _sync(log: Path) -> None:
    file = os.open(log, os.O_RDWR)
    try:
        # The times of the file need not be on the disk, its bytes and length do: so SQLite does it, where it can.
        getattr(os, "fdatasync", os.fsync)(file)
    finally:
        os.close(file)
