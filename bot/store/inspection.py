"""Looks a database over for damage: a small one before it is used, a large one beside its use."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

log = logging.getLogger(__name__)

PATIENCE_S = 1.0
"""A look takes a second or more for each gigabyte, and people wait for the bot meanwhile."""

_FINDINGS = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR}


class Inspection:
    """What was found so far."""

    def __init__(self) -> None:
        self.damage: str | None = None
        """One line for the operator; None while there is nothing wrong, as far as is known."""

    def require_sound(self) -> None:
        """Let nothing more be recorded where it may be lost.

        Raises:
            StoreError: The file is damaged.
        """
        if self.damage is not None:
            raise StoreError(self.damage)


@asynccontextmanager
async def inspected(path: Path, *, patience_s: float = PATIENCE_S) -> AsyncGenerator[Inspection]:
    """Look a database over, and let it be used meanwhile if that takes long; at the end a look under way is broken off.

    Raises:
        StoreError: It is damaged, and that was found at once.
    """
    inspection = Inspection()
    connection = _opened(path)
    look = asyncio.create_task(asyncio.to_thread(_look, path, connection, inspection), name="inspection")
    try:
        await asyncio.wait([look], timeout=patience_s)
        inspection.require_sound()
        yield inspection
    finally:
        connection.interrupt()
        await look
        connection.close()


def _opened(path: Path) -> sqlite3.Connection:
    """Open the file a second time, and only to read: whoever writes is not held up."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)


def _look(path: Path, connection: sqlite3.Connection, inspection: Inspection) -> None:
    try:
        [(verdict,)] = connection.execute("PRAGMA quick_check(1)")
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _FINDINGS:
            return  # broken off
        verdict = str(error)
    if verdict != "ok":
        found = verdict.splitlines()[-1]  # the lines before name the database within the connection
        inspection.damage = f"{path}: damaged ({found}); restore a copy, or move the file away to start afresh"
        log.critical("%s", inspection.damage)
