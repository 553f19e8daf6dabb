"""The SQLite file: opened by one process at a time, brought up to date, one statement a transaction."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import time
from contextlib import asynccontextmanager, closing, contextmanager
from typing import TYPE_CHECKING

import aiosqlite
import filelock

from bot.errors import StoreError, StoreUnavailable
from bot.store.backup import take
from bot.store.checkpoints import checkpointed
from bot.store.durability import LogSync
from bot.store.inspection import inspected, looked_over
from bot.store.log_length import lengthen
from bot.store.migration import migrate, read_migrations
from bot.store.patience import patiently

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
    from pathlib import Path

    from bot.store.inspection import Inspection
    from bot.store.migration import Migration

log = logging.getLogger(__name__)

_SETTINGS = """
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL; -- `LogSync` waits for the disk, for all whose commits came before it
    PRAGMA foreign_keys = ON;
    PRAGMA secure_delete = ON; -- what was deleted is overwritten, and not only forgotten
    PRAGMA wal_autocheckpoint = 8000; -- pages; only where so much is written that `checkpointed` finds no end of it
"""


_READING = ("SELECT", "WITH", "PRAGMA")
"""How statements begin that change nothing."""

SCRUB_WAITS_S = (0.05, 0.1, 0.2, 0.4)
"""Between two tries to empty the log."""

LOCK_WAIT_S = 0.5
"""For another program's lock, once the bot runs: whoever waits for an answer has three seconds in all."""


class Database:
    """One connection and so one writer; calls wait for each other in the order in which they were made."""

    def __init__(
        self,
        path: Path,
        connection: aiosqlite.Connection,
        inspection: Inspection,
        log_sync: LogSync,
        *,
        waits_s: Sequence[float] = (),
    ) -> None:
        self._path = path
        self._inspection = inspection
        self._connection = connection
        self._log_sync = log_sync
        self._waits_s = waits_s

    def patient(self, waits_s: Sequence[float]) -> Database:
        """Give the same database for those whom nobody waits for: it tries until it can be used."""
        return Database(self._path, self._connection, self._inspection, self._log_sync, waits_s=waits_s)

    async def fetch(
        self, sql: str, values: Mapping[str, object] | None = None, *, durable: bool = True
    ) -> list[sqlite3.Row]:
        """Run one statement; what it changed is committed when this returns, and survives any death of the process.

        Args:
            sql: The statement.
            values: By name.
            durable: It also survives a power cut. False for what is worked out again after one: how far a job is.

        Raises:
            StoreUnavailable: The file is full, read-only, locked by another program or damaged; nothing was changed. Or
                the disk did not take what was.
        """
        rows = await patiently(lambda: self._fetch(sql, values or {}), self._waits_s)
        if durable and not sql.lstrip().startswith(_READING):
            try:
                await self._log_sync.wait()
            except OSError as error:
                raise StoreUnavailable(f"{self._path}: the disk fails ({error.strerror})") from error
        return rows

    async def _fetch(self, sql: str, values: Mapping[str, object]) -> list[sqlite3.Row]:
        self._inspection.require_sound()
        try:
            # One call, so one visit to the connection's thread: no other coroutine's statement comes between.
            return list(await self._connection.execute_fetchall(sql, dict(values)))
        except sqlite3.Error as error:
            raise StoreUnavailable(_sentence(self._path, error)) from error

    async def lengthen_log(self) -> None:
        """Give the write-ahead log its length, before anybody waits; some tenths of a second."""
        await asyncio.to_thread(lengthen, self._path)
        with contextlib.suppress(OSError):  # whoever waits for the disk next is told
            await self._log_sync.wait()

    async def scrub(self) -> None:
        """Empty the write-ahead log, which still holds what was overwritten in the file.

        Where somebody reads the log or writes it back just then, it is tried again for a while.
        """
        for wait_s in SCRUB_WAITS_S:
            [outcome] = await self.fetch("PRAGMA wal_checkpoint(TRUNCATE)")
            if not outcome["busy"]:
                return
            await asyncio.sleep(wait_s)
        log.warning("%s: its log is in use and keeps what was deleted until it is full", self._path)


@asynccontextmanager
async def open_database(
    path: Path,
    *,
    busy_timeout_s: float,
    migrations: Sequence[Migration] | None = None,
    backups: Path | None = None,
) -> AsyncGenerator[Database]:
    """Open the file, or make it, and hold it against every other bot until the end.

    Args:
        path: Where it is, or will be.
        busy_timeout_s: How long it waits for another program's lock while it is opened.
        migrations: What brings it up to date; None: those of this version.
        backups: Where its data folder is copied before any of them runs; None: it is not.

    Raises:
        StoreError: It is in use, read-only, locked, damaged, another program's, or made by a newer version of this one.
    """
    with held(path):
        seen = await looked_over(path)  # before anything is written: whoever restores from it needs it as it is
        wanted = migrations or read_migrations()
        if backups is not None:
            await asyncio.to_thread(_copy_first, path, wanted[-1].number, backups)
        connection = await _connect(path, busy_timeout_s, wanted)
        try:
            async with inspected(path, seen=seen) as inspection, checkpointed(path, lambda: connection.total_changes):
                yield Database(path, connection, inspection, LogSync(path))
        finally:
            await connection.close()


def in_use(path: Path) -> bool:
    """Tell whether a bot runs on this database; nothing is made where there is none."""
    if not path.exists():
        return False
    try:
        with held(path):
            return False
    except StoreError:
        return True


@contextmanager
def held(path: Path) -> Generator[None]:
    """Hold a database against every bot.

    Raises:
        StoreError: One runs on it, or its folder cannot be written.
    """
    lock = filelock.FileLock(path.with_suffix(".lock"))  # the system lets go of it however the process ends
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout as error:
        raise StoreError(f"{path}: in use by another bot; two bots on one database would answer twice") from error
    except OSError as error:
        raise StoreError(f"{path.parent}: cannot be written: {error.strerror}") from error
    try:
        yield
    finally:
        lock.release()


def _copy_first(path: Path, newest: int, backups: Path) -> None:
    """Make a backup of a data folder whose database is about to be brought up to date: nothing else leads back.

    Raises:
        StoreError: It cannot be made, and then nothing is changed either.
    """
    if not path.exists() or not path.stat().st_size:
        return
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            [(version,)] = connection.execute("PRAGMA user_version")
    except sqlite3.Error as error:
        raise StoreError(_sentence(path, error)) from error
    if 0 < version < newest:
        # By its numbers: whoever starts it again and again must not fill the disk.
        made = take(path.parent, backups, now=time.time(), name=f"schema-{version}-before-{newest}")
        log.info("%s: a copy of what was there before it is brought up to date is in %s", path, made.path)


async def _connect(path: Path, busy_timeout_s: float, migrations: Sequence[Migration]) -> aiosqlite.Connection:
    try:
        # No isolation level: sqlite3 opens no transactions of its own, so a statement is one by itself.
        connection = await aiosqlite.connect(path, timeout=busy_timeout_s, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            await connection.executescript(_SETTINGS)
            await migrate(path, connection, migrations)
            await connection.execute_fetchall(f"PRAGMA busy_timeout = {min(busy_timeout_s, LOCK_WAIT_S) * 1000:.0f}")
        except BaseException:
            await connection.close()
            raise
    except sqlite3.Error as error:
        raise StoreError(_sentence(path, error)) from error
    return connection


_SENTENCES = {
    sqlite3.SQLITE_BUSY: "locked by another program",
    sqlite3.SQLITE_LOCKED: "locked by another program",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "read-only",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened",
    sqlite3.SQLITE_CORRUPT: "damaged; restore a copy, or move the file away to start afresh",
    sqlite3.SQLITE_NOTADB: "not a database, or damaged; restore a copy, or move the file away to start afresh",
    sqlite3.SQLITE_IOERR: "the disk fails",
}


def _sentence(path: Path, error: sqlite3.Error) -> str:
    # The low byte is the kind of error, the rest its detail (sqlite.org/rescode.html).
    sentence = _SENTENCES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    return f"{path}: {sentence} ({error})" if sentence else f"{path}: {error}"
