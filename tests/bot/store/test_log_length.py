"""The log of a database that is at work does not grow: syncing it waits for nothing else."""

import sqlite3
from contextlib import closing

import pytest

from bot.store.database import open_database
from bot.store.log_length import LENGTH_BYTES, lengthen


def test_what_gives_the_log_its_length_counts_for_nothing(tmp_path):
    """Neither now nor after the process died with it; later rows are written over it."""
    path, log = tmp_path / "notes.sqlite3", tmp_path / "notes.sqlite3-wal"
    copy = tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript("PRAGMA journal_mode = WAL; CREATE TABLE notes (x); INSERT INTO notes VALUES (1)")
        lengthen(path)
        length = log.stat().st_size
        assert length >= LENGTH_BYTES
        connection.execute("INSERT INTO notes VALUES (2)")
        assert log.stat().st_size == length
        copy.write_bytes(path.read_bytes())
        copy.with_name("copy.sqlite3-wal").write_bytes(log.read_bytes())
        assert path.stat().st_size < LENGTH_BYTES
    for left in (path, copy):
        with closing(sqlite3.connect(left)) as connection:
            assert connection.execute("SELECT x FROM notes").fetchall() == [(1,), (2,)]
            assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("notes",)]
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize("trouble", ["a full disk", "another program that writes"])
async def test_a_log_that_cannot_be_made_longer_stays_as_it_is(tmp_path, monkeypatch, trouble):
    """The bot starts all the same."""
    path, connect = tmp_path / "eshi.sqlite3", sqlite3.connect

    def full(path, **options):
        connection = connect(path, **options, timeout=0)
        if trouble == "a full disk":
            connection.execute("PRAGMA max_page_count = 1")
        return connection

    async with open_database(path, busy_timeout_s=1.0) as database:
        with closing(connect(path, isolation_level=None)) as other:
            if trouble == "another program that writes":
                other.execute("BEGIN IMMEDIATE")
            monkeypatch.setattr("bot.store.log_length.sqlite3.connect", full)
            await database.lengthen_log()
        await database.fetch("INSERT INTO strikes (person, at) VALUES ('a', 1)")
        assert path.with_name(f"{path.name}-wal").stat().st_size < LENGTH_BYTES
