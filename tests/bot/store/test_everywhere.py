"""What the operator does to the database beside the bot, and what is no database for that."""

import sqlite3

import pytest

from bot.errors import StoreError
from bot.store import Store
from bot.store.everywhere import lift_everywhere


def test_without_a_database_there_is_nothing_to_lift(tmp_path):
    """None is made, of data or of a key."""
    with pytest.raises(StoreError, match="the bot makes it when it starts"):
        lift_everywhere(tmp_path, 5, now=1.0)
    assert [*tmp_path.iterdir()] == []


async def test_an_older_database_is_left_as_it_is(tmp_path):
    """The bot brings it up to date when it starts; until then its tables may be others."""
    async with Store.open(tmp_path) as store:
        await store.strikes.give(5, now=1.0)
    with sqlite3.connect(tmp_path / "eshi.sqlite3") as database:
        [(newest,)] = database.execute("PRAGMA user_version")
        database.execute(f"PRAGMA user_version = {newest - 1}")
    database.close()
    with pytest.raises(StoreError, match=f"has schema {newest - 1}, and this version needs {newest}"):
        lift_everywhere(tmp_path, 5, now=1.0)


async def test_a_database_that_is_none_is_named(tmp_path):
    async with Store.open(tmp_path):
        pass
    (tmp_path / "eshi.sqlite3").write_bytes(b"not a database" * 100)
    with pytest.raises(StoreError, match=r"eshi\.sqlite3"):
        lift_everywhere(tmp_path, 5, now=1.0)
