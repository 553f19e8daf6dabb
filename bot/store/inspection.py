"""Looks a database over for damage before anything is written to it: a small one whole, a large one beside its use."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import stat
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING

from bot.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

log = logging.getLogger(__name__)

PATIENCE_S = 1.0
"""A look takes a second or more for each gigabyte, and people wait for the bot meanwhile."""

NAMED_TABLES = 3
"""Of another program's, so that an operator knows whose it is."""


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


async def looked_over(path: Path, *, patience_s: float = PATIENCE_S) -> bool:
    """Look at a file that nobody uses yet, without changing it or any other.

    Returns:
        Whether all of it was seen in time, or there is nothing to see; the rest is for `inspected`.

    Raises:
        StoreError: It is damaged, or it is no database of this program.
    """
    unfinished = _left_unfinished(path)
    match _size(path):
        case None:
            return True
        case 0 if unfinished:  # which SQLite would delete
            raise StoreError(f"{path}: empty, although changes lie beside it; restore a copy")
        case 0:
            return True
        case _:
            pass
    index = path.with_name(f"{path.name}-shm")
    had_index = index.exists()
    try:
        return await _looked_over(path, immutable=not unfinished, patience_s=patience_s)
    finally:
        if unfinished and not had_index:
            index.unlink(missing_ok=True)  # SQLite made it for the look, and makes it again at any time


async def _looked_over(path: Path, *, immutable: bool, patience_s: float) -> bool:
    inspection = Inspection()
    with closing(_opened(path, immutable=immutable)) as connection:
        look = asyncio.create_task(asyncio.to_thread(_recognise_and_look, path, connection, inspection), name="look")
        try:
            done, _ = await asyncio.wait([look], timeout=patience_s)
        finally:
            connection.interrupt()
            await asyncio.wait([look])
    inspection.require_sound()
    look.result()
    return bool(done)


def _size(path: Path) -> int | None:
    """Give the bytes of a file; None where there is none, or whoever opens it says why it cannot be opened.

    Raises:
        StoreError: It is something else, for which SQLite would wait.
    """
    try:
        status = path.stat()
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        raise StoreError(f"{path}: is no file, and the database is to be there; move it away")
    return status.st_size


def _left_unfinished(path: Path) -> bool:
    """Whether changes lie beside the file that belong to it: its last user did not come to the end.

    Without any, the file can be taken as it is, and SQLite need not lay anything beside it (sqlite.org/wal.html,
    section 5).
    """
    beside = (path.with_name(path.name + suffix) for suffix in ("-wal", "-journal"))
    return any(file.exists() and file.stat().st_size for file in beside)


@asynccontextmanager
async def inspected(path: Path, *, seen: bool = False, patience_s: float = PATIENCE_S) -> AsyncGenerator[Inspection]:
    """Look a database over, and let it be used meanwhile if that takes long; at the end a look under way is broken off.

    Args:
        path: The database.
        seen: `looked_over` saw all of it.
        patience_s: How long its use may wait.

    Raises:
        StoreError: It is damaged, and that was found at once.
    """
    inspection = Inspection()
    if seen:
        yield inspection
        return
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


def _opened(path: Path, *, immutable: bool = False) -> sqlite3.Connection:
    """Open the file a second time, and only to read: whoever writes is not held up."""
    mode = "mode=ro&immutable=1" if immutable else "mode=ro"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, check_same_thread=False)


def _recognise_and_look(path: Path, connection: sqlite3.Connection, inspection: Inspection) -> None:
    """Look at whose it is, and then for damage.

    Raises:
        StoreError: It is another program's.
    """
    try:
        [(version,)] = connection.execute("PRAGMA user_version")
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        ours = {name for _, name, *_ in connection.execute("PRAGMA table_info(jobs)")}
    except sqlite3.DatabaseError as error:
        _find(path, error, inspection)
        return
    if "interaction_token" not in ours if version else tables:
        raise StoreError(
            f"{path}: the database of another program ({_named(tables)}); set bot.data_dir to a folder of its own, or "
            "move the file away"
        )
    _look(path, connection, inspection)


def _named(tables: list[str]) -> str:
    if not tables:
        return "it has no tables"
    named = [name[:40] for name in sorted(tables) if name.isprintable()]
    more = ", …" if len(tables) > NAMED_TABLES else ""
    return f"its tables are {', '.join(named[:NAMED_TABLES])}{more}"


def _look(path: Path, connection: sqlite3.Connection, inspection: Inspection) -> None:
    try:
        [(verdict,)] = connection.execute("PRAGMA quick_check(1)")
    except sqlite3.DatabaseError as error:
        _find(path, error, inspection)
        return
    if verdict != "ok":
        found = verdict.splitlines()[-1]  # the lines before name the database within the connection
        _note(_damage(path, sqlite3.SQLITE_CORRUPT, found), inspection)


def _find(path: Path, error: sqlite3.DatabaseError, inspection: Inspection) -> None:
    """Note what an error says about the file."""
    _note(_damage(path, getattr(error, "sqlite_errorcode", 0) & 0xFF, str(error)), inspection)


def _damage(path: Path, code: int, found: str) -> str | None:
    """Word what is wrong with the file itself; None: whatever else stops a look is said when it is opened for use."""
    match code:
        case sqlite3.SQLITE_CORRUPT:
            return f"{path}: damaged ({found}); restore a copy, or move the file away to start afresh"
        case sqlite3.SQLITE_NOTADB:
            return (
                f"{path}: not a database, or damaged ({found}); restore a copy, or move the file away to start afresh"
            )
        case sqlite3.SQLITE_IOERR:
            return f"{path}: damaged, or its disk ({found}); restore a copy, or move the file away to start afresh"
        case _:
            return None


def _note(damage: str | None, inspection: Inspection) -> None:
    if damage is not None:
        inspection.damage = damage
        log.critical("%s", damage)
