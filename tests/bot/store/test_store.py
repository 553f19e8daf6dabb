"""The data folder: who may open it, and what it says when it cannot be used."""

import asyncio
import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec
import pytest

from bot.errors import StoreError
from bot.job import Job, State
from bot.sentences.joined import as_written
from bot.store import Store
from bot.store.inspection import inspected

ROOT = Path(__file__).parents[3]


async def fails(folder, **options):
    """The sentence with which a folder refuses to open."""
    with pytest.raises(StoreError) as caught:
        async with Store.open(folder, **options):
            pass
    message = str(caught.value)
    assert "\n" not in message
    assert str(folder) in message
    return message


async def test_a_new_folder_is_its_owners_alone(tmp_path):
    """It holds what people asked for."""
    folder = tmp_path / "new" / "data"
    async with Store.open(folder):
        assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in folder.iterdir()} >= {"eshi.sqlite3", "spool"}


async def test_the_settings_are_on(tmp_path):
    """WAL keeps a commit through any death of the process, NORMAL makes it quick, foreign keys are kept."""
    async with Store.open(tmp_path) as store:
        database = store.jobs._database
        assert [(await database.fetch(f"PRAGMA {name}"))[0][0] for name in ("synchronous", "foreign_keys")] == [1, 1]
        assert (await database.fetch("PRAGMA journal_mode"))[0][0] == "wal"


async def test_a_second_bot_on_the_same_folder_is_refused(tmp_path):
    """Two bots would answer everything twice."""
    async with Store.open(tmp_path):
        assert "in use by another bot" in await fails(tmp_path)
    async with Store.open(tmp_path):
        pass


async def test_a_file_that_is_no_database_is_named(tmp_path):
    (tmp_path / "eshi.sqlite3").write_bytes(b"not a database, by any means" * 100)
    assert "not a database, or damaged" in await fails(tmp_path)


async def test_a_damaged_database_is_refused_at_the_start(tmp_path, new_job):
    """Not in the middle of somebody's job."""
    path = tmp_path / "eshi.sqlite3"
    async with Store.open(tmp_path) as store:
        for _ in range(50):
            await store.jobs.submit(new_job(prompt="x" * 3000), now=1.0)
    content = bytearray(path.read_bytes())
    content[20 * 4096 : 30 * 4096] = b"\xaa" * 10 * 4096
    path.write_bytes(content)
    assert "damaged" in await fails(tmp_path)


async def test_damage_that_is_found_later_ends_every_use(tmp_path):
    """A large database is looked over while the bot already runs; then nothing more is recorded in it."""
    async with Store.open(tmp_path) as store:
        assert await store.jobs.get("000001") is None
        store.jobs._database._inspection.damage = "damaged"
        with pytest.raises(StoreError, match="damaged"):
            await store.jobs.get("000001")


async def test_nobody_waits_for_a_long_look(tmp_path):
    """It goes on beside the first requests, and an end breaks it off."""
    async with Store.open(tmp_path):
        pass
    with contextlib.closing(sqlite3.connect(tmp_path / "eshi.sqlite3")) as connection:
        connection.executescript(
            "CREATE TABLE large (x); WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200000)"
            "INSERT INTO large SELECT randomblob(200) FROM n;"
        )
    async with inspected(tmp_path / "eshi.sqlite3", patience_s=0.0) as inspection:
        inspection.require_sound()


async def test_a_database_from_the_future_is_refused(tmp_path):
    """An older program must not write into what it does not understand."""
    async with Store.open(tmp_path):
        pass
    with contextlib.closing(sqlite3.connect(tmp_path / "eshi.sqlite3")) as connection:
        [(newest,)] = connection.execute("PRAGMA user_version")
        connection.execute("PRAGMA user_version = 99")
    assert f"made by a newer version of Eshi (schema 99, this one knows {newest})" in await fails(tmp_path)


async def test_a_database_that_another_program_holds_is_refused(tmp_path):
    async with Store.open(tmp_path):
        pass
    with contextlib.closing(sqlite3.connect(tmp_path / "eshi.sqlite3")) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        assert "locked by another program" in await fails(tmp_path, busy_timeout_s=0.01)


async def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "data").write_text("")
    assert "cannot be made" in await fails(tmp_path / "data")


@pytest.mark.parametrize("name", ["data", "data/spool"])
async def test_a_link_that_leads_nowhere_is_called_one(tmp_path, name):
    """Its disk may not be mounted; a folder made in its place would begin afresh."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).symlink_to(tmp_path / "unmounted")
    assert "a link that leads nowhere" in await fails(tmp_path / "data")
    assert not (tmp_path / "unmounted").exists()


@contextlib.contextmanager
def nobody():
    """Be somebody to whom read-only means read-only; root is not."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.fixture
def shared_folder():
    """A folder that others can reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "spool").mkdir()
        yield folder
        folder.chmod(0o755)


async def test_a_folder_that_cannot_be_written_is_refused(shared_folder):
    shared_folder.chmod(0o555)
    with nobody():
        assert "cannot be written" in await fails(shared_folder)


async def test_a_database_that_can_only_be_read_is_refused(shared_folder):
    """At the start, not when the first job comes."""
    async with Store.open(shared_folder):
        pass
    shared_folder.chmod(0o777)
    (shared_folder / "eshi.lock").unlink(missing_ok=True)
    (shared_folder / "eshi.sqlite3").chmod(0o444)
    with nobody():
        assert "read-only" in await fails(shared_folder)


async def test_a_full_disk_is_one_sentence_and_changes_nothing(tmp_path, new_job):
    """What cannot be recorded is not accepted, and what was accepted stays."""
    async with Store.open(tmp_path) as store:
        kept = await store.jobs.submit(new_job(), now=1.0)
        [[pages]] = await store.jobs._database.fetch("PRAGMA page_count")
        await store.jobs._database.fetch(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreError, match="the disk is full"):
            await store.jobs.submit(new_job(prompt="x" * 20_000), now=2.0)
        assert await store.jobs.recent(kept.user_id, most=9) == [kept]


SUBMITTER = """
import asyncio, sys
from pathlib import Path
import msgspec
from bot.job import NewJob
from bot.store import Store

async def main():
    new = msgspec.json.decode(sys.argv[2], type=NewJob)
    async with Store.open(Path(sys.argv[1])) as store:
        while True:
            job = await store.jobs.submit(new, now=1.0)
            print(job.id, flush=True)

asyncio.run(main())
"""


async def test_what_was_committed_survives_the_death_of_the_process(tmp_path, new_job):
    """A job that was committed is there after SIGKILL, once, and the folder can be opened at once."""
    new = new_job()
    seen = []
    for lines in (1, 7, 40):
        process = subprocess.Popen(  # noqa: ASYNC220, S603 - our own program, and the test does nothing else meanwhile
            [sys.executable, "-c", SUBMITTER, tmp_path, msgspec.json.encode(new)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        with process:
            seen += [process.stdout.readline().strip() for _ in range(lines)]
            process.send_signal(signal.SIGKILL)
            seen += process.stdout.read().split()
        async with Store.open(tmp_path) as store:
            waiting = [job.id for job in await store.jobs.recent(new.user_id, most=10_000)]
        assert len(waiting) == len(set(waiting))
        assert set(seen) <= set(waiting)
        assert len(set(waiting) - set(seen)) <= 3  # at most the one of each life that was not told any more


async def test_many_writers_at_once_get_a_job_each(tmp_path, new_job):
    """Coroutines share the connection; none finds itself in another's transaction."""
    async with Store.open(tmp_path) as store:
        jobs = await asyncio.gather(*(store.jobs.submit(new_job(user_id=user), now=1.0) for user in range(200)))
        assert len({job.id for job in jobs}) == 200
        assert [job.user_id for job in jobs] == list(range(200))
        ends = await asyncio.gather(
            store.jobs.start(jobs[0].id, now=2.0),
            store.jobs.cancel(jobs[0].id, as_written("Cancelled."), now=2.0),
            return_exceptions=True,
        )
        assert any(isinstance(end, Job) and end.state is State.CANCELLED for end in ends)
        assert (await store.jobs.get(jobs[0].id)).state is State.CANCELLED


async def test_a_database_that_was_emptied_is_not_begun_afresh(tmp_path):
    """Every picture in the spool would be nobody's; a file that was only just made is empty too, and may be."""
    (tmp_path / "eshi.sqlite3").touch()
    async with Store.open(tmp_path):
        pass
    (tmp_path / "eshi.sqlite3").write_bytes(b"")
    assert "empty, and was not" in await fails(tmp_path)
