"""A database is looked at before anything is written to it, and what is refused is left as it was."""

import contextlib
import os
import shutil
import sqlite3

import pytest

from bot.errors import StoreError
from bot.store import Store
from bot.store.inspection import looked_over

PAGE = 4096


def files(folder):
    """Everything in a folder that belongs to the database, byte for byte."""
    return {path.name: path.read_bytes() for path in folder.glob("eshi.sqlite3*")}


async def refused(folder):
    """The sentence with which a folder is refused; nothing in it has changed after that."""
    before = files(folder)
    with pytest.raises(StoreError) as caught:
        async with Store.open(folder):
            pass
    after = files(folder)
    # SQLite's index of the log says nothing of its own: it is made anew whenever it is needed.
    assert {**after, "eshi.sqlite3-shm": b""} == {**before, "eshi.sqlite3-shm": b""}
    assert after.keys() == before.keys()
    said = str(caught.value)
    assert said.startswith(f"{folder}/eshi.sqlite3: ")
    assert "\n" not in said
    return said


@pytest.fixture(params=["stopped", "killed", "killed, and copied without its index"])
async def used(request, tmp_path, new_job):
    """A folder that a bot has used, with what a stop in order or a kill leaves."""
    folder = tmp_path / "used"
    async with Store.open(folder) as store:
        for _ in range(60):
            await store.jobs.submit(new_job(prompt="x" * 3000), now=1.0)
        if request.param != "stopped":
            await store._database.fetch("PRAGMA wal_checkpoint(TRUNCATE)")
            await store.acceptances.add(5, "the last change", now=2.0)
            shutil.copytree(folder, tmp_path / "killed")
            folder = tmp_path / "killed"
    if "without" in request.param:
        (folder / "eshi.sqlite3-shm").unlink()
    return folder


def overwrite(folder, start, length, data=b"\xaa"):
    with (folder / "eshi.sqlite3").open("r+b") as file:
        file.seek(start, os.SEEK_END if start < 0 else os.SEEK_SET)
        file.write(data * length)


DAMAGE = {
    "header": lambda folder: overwrite(folder, 0, 100),
    "first page": lambda folder: overwrite(folder, 0, PAGE, b"\0"),
    "page 2": lambda folder: overwrite(folder, PAGE, PAGE),
    "last page": lambda folder: overwrite(folder, -PAGE, PAGE),
    "half the file": lambda folder: os.truncate(folder / "eshi.sqlite3", (folder / "eshi.sqlite3").stat().st_size // 2),
    "text": lambda folder: (folder / "eshi.sqlite3").write_text("hello"),
    "emptied": lambda folder: os.truncate(folder / "eshi.sqlite3", 0),
}


@pytest.mark.parametrize("damage", DAMAGE)
async def test_a_damaged_database_is_refused_as_it_is(used, damage):
    """Whoever restores from it finds no second change in it."""
    DAMAGE[damage](used)
    said = await refused(used)
    assert "restore a copy" in said
    assert "damaged" in said or damage == "emptied"


async def test_what_a_killed_bot_left_beside_the_file_is_part_of_it(used):
    """The look neither overlooks it nor takes it away."""
    before = files(used)
    assert await looked_over(used / "eshi.sqlite3")
    after = files(used)
    assert (after.keys(), after["eshi.sqlite3"]) == (before.keys(), before["eshi.sqlite3"])
    async with Store.open(used) as store:
        left = await store.acceptances.of(5)
    assert list(left) == (["the last change"] if "eshi.sqlite3-wal" in before else [])


@pytest.mark.parametrize("version", [0, 5])
@pytest.mark.parametrize("mode", ["delete", "wal"])
async def test_another_program_s_database_is_named_and_left_alone(tmp_path, version, mode):
    """Also one with a table of the same name."""
    with contextlib.closing(sqlite3.connect(tmp_path / "eshi.sqlite3")) as connection:
        connection.executescript(
            f"PRAGMA journal_mode = {mode}; PRAGMA user_version = {version}; CREATE TABLE jobs (title TEXT);"
            "CREATE TABLE photos (x); CREATE TABLE albums (x); CREATE TABLE tags (x);"
        )
    said = await refused(tmp_path)
    assert "the database of another program (its tables are albums, jobs, photos, …); set bot.data_dir to" in said


async def test_a_pipe_in_its_place_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "eshi.sqlite3")
    with pytest.raises(StoreError, match="is no file, and the database is to be there"):
        async with Store.open(tmp_path):
            pass


async def test_a_large_one_is_looked_over_beside_its_use(used):
    """A look that takes too long is broken off, and says so."""
    with contextlib.closing(sqlite3.connect(used / "eshi.sqlite3")) as connection:
        connection.executescript(
            "CREATE TABLE large (x); WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000)"
            "INSERT INTO large SELECT randomblob(200) FROM n;"
        )
    assert not await looked_over(used / "eshi.sqlite3", patience_s=0.0)
    async with Store.open(used) as store:
        assert await store.jobs.recent(1, most=1) == []
