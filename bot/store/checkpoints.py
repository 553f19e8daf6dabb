"""Writes SQLite's log back into the file beside everybody's statements, so that nobody waits for the disk's syncs."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NoReturn

import aiosqlite

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from pathlib import Path

log = logging.getLogger(__name__)

EVERY_S = 1.0

CHANGES = 100
"""So many rows must have changed to be worth two syncs: a megabyte or two of the log."""

PASSES = 2
"""The second takes what came during the first: only a log that is written back whole is begun anew."""


@asynccontextmanager
async def checkpointed(path: Path, changes: Callable[[], int], *, every_s: float = EVERY_S) -> AsyncGenerator[None]:
    """Write the log back now and then, over a connection of its own.

    Left to SQLite, whoever fills the log waits until it is written back, with everybody behind them: 20 ms, and 200 on
    a disk that others use.

    Args:
        path: The database, in WAL mode.
        changes: How many rows were changed, ever.
        every_s: Between two looks.
    """
    # Opened here and not in the task: aiosqlite leaves a thread behind where it is cancelled while it opens.
    async with aiosqlite.connect(path, isolation_level=None) as connection:
        task = asyncio.create_task(_keep(path, connection, changes, every_s), name="checkpoints")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])


async def _keep(path: Path, connection: aiosqlite.Connection, changes: Callable[[], int], every_s: float) -> NoReturn:
    written = 0
    while True:
        await asyncio.sleep(every_s)
        if changes() - written < CHANGES:
            continue
        written = changes()
        try:
            for _ in range(PASSES):
                # "Passive" waits for nobody, and whoever writes meanwhile waits for nothing (sqlite.org/wal.html).
                await connection.execute_fetchall("PRAGMA wal_checkpoint(PASSIVE)")
        except sqlite3.Error as error:
            log.warning("%s: its log cannot be written back just now: %s", path, error)
