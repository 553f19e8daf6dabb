"""SQLite's log is written back beside everybody's statements."""

import asyncio
import contextlib
import itertools
import threading

import aiosqlite

from bot.store.checkpoints import CHANGES, checkpointed
from tests.patience import until


@contextlib.asynccontextmanager
async def database(path):
    async with aiosqlite.connect(path, isolation_level=None) as connection:
        await connection.executescript("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0")
        await connection.execute_fetchall("CREATE TABLE notes (x)")
        yield connection


async def write(connection, rows):
    for row in range(rows):
        await connection.execute_fetchall("INSERT INTO notes VALUES (?)", (f"{row:1000}",))


async def test_what_was_written_comes_into_the_file_while_others_write(tmp_path):
    """Nobody asked for it, and the next statement is not held up by it."""
    path = tmp_path / "notes.sqlite3"
    async with database(path) as connection, checkpointed(path, lambda: connection.total_changes, every_s=0.01):
        size = path.stat().st_size
        await write(connection, CHANGES)
        await until(lambda: path.stat().st_size > size)
        await write(connection, 1)
        assert len(list(await connection.execute_fetchall("SELECT * FROM notes"))) == CHANGES + 1


async def test_little_is_left_where_it_is(tmp_path):
    """A sync of the disk for every row would cost more than it saves."""
    path = tmp_path / "notes.sqlite3"
    async with database(path) as connection, checkpointed(path, lambda: connection.total_changes, every_s=0.01):
        size = path.stat().st_size
        await write(connection, CHANGES - 1)
        await asyncio.sleep(0.1)
        assert path.stat().st_size == size


async def test_a_file_that_takes_nothing_is_tried_again(tmp_path, caplog):
    """What could not be written back is in the log, and safe there."""
    path = tmp_path / "notes.sqlite3"
    path.write_bytes(b"not a database, by any means" * 100)
    async with checkpointed(path, itertools.count(0, CHANGES).__next__, every_s=0.01):
        await until(lambda: caplog.text.count("its log cannot be written back just now") > 1)


def test_a_bot_that_ends_as_soon_as_it_began_leaves_no_thread(tmp_path):
    """One that was still opening its connection would find its event loop gone."""

    async def begin_and_end():
        async with checkpointed(tmp_path / "notes.sqlite3", lambda: 0):
            await asyncio.sleep(0)

    for _ in range(20):
        asyncio.run(begin_and_end())
        for thread in threading.enumerate():
            if "_connection_worker" in thread.name:
                thread.join(30)  # a thread's traceback fails the test
                assert not thread.is_alive()
