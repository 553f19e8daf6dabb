"""Migrations make the database that schema.sql shows, from every version there was, and none runs twice."""

import contextlib
import re
import sqlite3
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.store import Store
from bot.store.database import open_database
from bot.store.migration import Migration, read_migrations
from tests.documents import ROOT

FOLDER = ROOT / "bot" / "store"
DUMP = Path(__file__).with_name("version_0_1_0.sql")
DUMPED = 13
"""The last migration of version 0.1.0."""

NEWEST = len(read_migrations())


def schema(connection):
    """Every table and index by its name: how it was made, whatever the comments and the spaces."""
    made = connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
    return {name: normalised(sql) for name, sql in made}


def normalised(sql):
    """Leave the words: `ALTER TABLE` writes its columns behind the others, with other spaces and no comments."""
    return re.sub(r"\s*([(),])\s*", r"\1", " ".join(re.sub(r"--.*", "", sql).split()))


def made_by(script):
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(script)
        return schema(connection)


def schema_of(folder):
    with contextlib.closing(sqlite3.connect(folder / "eshi.sqlite3")) as connection:
        return schema(connection)


TODAY = made_by((FOLDER / "schema.sql").read_text())


async def test_a_new_database_is_the_one_in_schema_sql(tmp_path):
    """Whoever writes a migration writes there what it makes, and whoever reads it there can rely on it."""
    async with Store.open(tmp_path):
        pass
    assert schema_of(tmp_path) == TODAY


@pytest.mark.parametrize("version", range(1, NEWEST + 1))
async def test_every_older_database_becomes_the_one_in_schema_sql(tmp_path, older, version):
    """Wherever its last bot stopped."""
    with older(version):
        pass
    async with Store.open(tmp_path):
        pass
    assert schema_of(tmp_path) == TODAY


async def test_the_last_version_s_database_becomes_the_one_in_schema_sql(tmp_path):
    """The file that 0.1.0 left, and not what its migrations would make today."""
    with contextlib.closing(sqlite3.connect(tmp_path / "eshi.sqlite3")) as connection:
        connection.executescript(DUMP.read_text())
    async with Store.open(tmp_path):
        pass
    assert schema_of(tmp_path) == TODAY


def test_what_was_released_never_changes():
    """The migrations of 0.1.0 still make its database, to the last comma: the next one can rely on what it finds."""
    scripts = [script for number, script in read_migrations() if number <= DUMPED]
    assert made_by("".join(scripts)) == made_by(DUMP.read_text())


def test_the_numbers_have_no_gap():
    """Two of the same number come of two branches; the second to be merged takes the next."""
    assert [number for number, _ in read_migrations()] == [*range(1, NEWEST + 1)]


@pytest.mark.parametrize("file", sorted(FOLDER.glob("migrations/*.sql")), ids=lambda file: file.stem)
def test_a_migration_leaves_its_transaction_alone(file):
    """It begins and ends with the number that says that it ran; a pragma may have no effect within."""
    assert re.fullmatch(r"\d{4}_[a-z0-9_]+", file.stem)
    statements = re.sub(r"--.*", "", file.read_text()).split(";")
    first = {words[0].upper() for statement in statements if (words := statement.split())}
    assert not first & {"BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA", "VACUUM", "ATTACH"}


BEGUN = "CREATE TABLE runs (number INTEGER); CREATE TABLE jobs (interaction_token TEXT);"
COUNTED = tuple(
    Migration(number, (BEGUN if number == 1 else "") + f"INSERT INTO runs SELECT {number};") for number in range(1, 5)
)
"""Each leaves its number every time it runs."""


async def runs(folder, migrations):
    """Which migrations ran so far, in their order."""
    async with open_database(folder / "eshi.sqlite3", busy_timeout_s=1.0, migrations=migrations) as database:
        return [number for (number,) in await database.fetch("SELECT number FROM runs ORDER BY rowid")]


async def test_no_migration_runs_twice(tmp_path):
    """Opened again, nothing runs; opened by a newer version, what is new does, in its order."""
    assert await runs(tmp_path, COUNTED[:2]) == [1, 2]
    assert await runs(tmp_path, COUNTED[:2]) == [1, 2]
    assert await runs(tmp_path, COUNTED) == [1, 2, 3, 4]
    assert await runs(tmp_path, COUNTED) == [1, 2, 3, 4]


async def test_an_upgrade_that_was_killed_half_way_starts_again(tmp_path):
    """Script and number are one transaction; those before it stay."""
    wrong = Migration(3, "CREATE TABLE half (x INTEGER); INSERT INTO runs VALUES (3); CREATE TABLE wrong (;")
    with pytest.raises(StoreError, match="syntax error"):
        await runs(tmp_path, (*COUNTED[:2], wrong))
    assert await runs(tmp_path, COUNTED[:2]) == [1, 2]
    assert "half" not in schema_of(tmp_path)
    assert await runs(tmp_path, COUNTED[:3]) == [1, 2, 3]
