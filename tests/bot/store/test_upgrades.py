"""Every older database, with something in each of its tables, is brought up to date; killed at each script, too."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot.store import Store
from bot.store.migration import read_migrations
from tests.bot.store.killed_upgrades import upgrade
from tests.bot.store.test_migration import TODAY, schema_of
from tests.documents import ROOT

DUMP = Path(__file__).with_name("version_0_1_0.sql")
SCRIPTS = read_migrations()
OLDER = range(1, len(SCRIPTS))

FILLED_IN = {
    "always_told": {"user_id": 101},
    "lines": {"guild_id": 7, "paused": 1, "closed": 0},
    "paces": {"width": 832, "height": 1216, "guided": 1, "at_once": 2, "step_s": 0.1, "measured": 5},
    "pictures": {"job": 3, "number": 0, "seed": 5, "file": "000003-0.png", "size_bytes": 7},
    "lifts": {"person": "somebody", "guild_id": 7, "at": 1000.0},
    "blocked_servers": {"guild_id": 7, "at": 1000.0},
    "operation": {"only_row": 1, "paused": 1, "closed": 0},
    "inputs": {"user_id": 101, "sha256": "ab", "width": 64, "height": 96, "brought_at": 1000.0},
}
"""What the dump has nothing of."""


def tables(database):
    rows = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return sorted(name for (name,) in rows)


def columns(database, table):
    return [name for (name,) in database.execute("SELECT name FROM pragma_table_info(?)", (table,))]


def fill(database, dump):
    """Put something into every table that is new."""
    for table in tables(database):
        if database.execute(f"SELECT 1 FROM {table}").fetchone():  # noqa: S608
            continue
        there = columns(database, table)
        known = columns(dump, table)
        rows = [dict(zip(known, row, strict=True)) for row in dump.execute(f"SELECT * FROM {table}")] if known else []  # noqa: S608
        for row in rows or [FILLED_IN[table]]:
            kept = {name: value for name, value in row.items() if name in there}
            names = ", ".join(kept)
            database.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(kept))})", [*kept.values()])  # noqa: S608


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory):
    """A folder for each older version with its database, and how many rows each of its tables has."""
    folder = tmp_path_factory.mktemp("versions")
    counts = {}
    with closing(sqlite3.connect(":memory:")) as dump, closing(sqlite3.connect(":memory:")) as database:
        dump.executescript(DUMP.read_text())
        for number, script in SCRIPTS[:-1]:
            database.executescript(script)
            fill(database, dump)
            database.execute(f"PRAGMA user_version = {number}")
            database.commit()
            counts[number] = counted(database)
            (folder / f"{number:02}").mkdir()
            with closing(sqlite3.connect(folder / f"{number:02}" / "eshi.sqlite3")) as copy:
                database.backup(copy)
    return folder, counts


def counted(database):
    return {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables(database)}  # noqa: S608


@pytest.fixture(scope="module")
def killed(snapshots):
    """The same, brought up to date by a process that was killed at each script."""
    folder, counts = snapshots
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-m", "tests.bot.store.killed_upgrades", str(folder)],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder, counts


def test_there_is_something_in_every_table(snapshots):
    _, counts = snapshots
    assert all(all(one.values()) for one in counts.values())


@pytest.mark.parametrize("version", OLDER)
async def test_an_older_database_is_whole_after_an_upgrade_that_was_killed_at_each_script(killed, version):
    """The same tables and indexes as a new one, every row, and each of them can be read."""
    folder, counts = killed
    data = folder / f"{version:02}"
    assert schema_of(data) == TODAY
    with closing(sqlite3.connect(data / "eshi.sqlite3")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert {table: counted(database)[table] for table in counts[version]} == counts[version]
    await upgrade(data / "eshi.sqlite3")  # and it is not brought up to date again
    async with Store.open(data) as store:
        jobs = [await store.jobs.get(f"{number:06}") for number in range(1, 7)]
        assert {job.request.sampling.num_inference_steps for job in jobs} == {20}
        assert {(job.request.sampling.width, job.request.sampling.height) for job in jobs} == {(1216, 832)}
        [ticket] = [ticket async for page in store.queue.waiting() for ticket in page]
        assert (ticket.width, ticket.height, ticket.pictures, ticket.guided) == (1216, 832, 2, True)
        assert [draft.sampling.width for draft in await store.drafts.of(101)] in ([], [1216])
