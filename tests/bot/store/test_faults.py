"""What happens when the disk or the database stops taking things while the bot runs."""

import asyncio
import contextlib
import sqlite3

import pytest

from bot.errors import StoreError, StoreUnavailable
from bot.job import State
from bot.sentences.joined import as_written
from bot.store import Store
from tests.patience import PATIENCE_S

SOON = (0.01,)


@contextlib.contextmanager
def another_writer(folder):
    """Another program that holds the database's write lock, for longer than anybody waits."""
    with contextlib.closing(sqlite3.connect(folder / "eshi.sqlite3", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


@contextlib.asynccontextmanager
async def opened(folder):
    async with Store.open(folder, busy_timeout_s=0.01) as store:
        yield store, store.patient(SOON)


async def tried(caplog, times=2):
    """Wait until somebody found the store unavailable so often."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if caplog.text.count("trying again") >= times:
                return
            await asyncio.sleep(0.005)  # a log that another task writes: nothing to be woken by


async def fill(store):
    """Leave the database no room, as a full disk does; gives the page count that it had."""
    [[pages]] = await store._database.fetch("PRAGMA page_count")
    await store._database.fetch(f"PRAGMA max_page_count = {pages}")
    return pages


async def test_who_waits_for_an_answer_is_told_that_the_database_is_locked(tmp_path, new_job):
    """Within the time of an answer, in one line for the operator."""
    async with opened(tmp_path) as (store, _):
        with another_writer(tmp_path), pytest.raises(StoreUnavailable) as caught:
            await store.jobs.submit(new_job(), now=1.0)
        assert "locked by another program" in str(caught.value)
        assert "\n" not in str(caught.value)
        assert await store.jobs.recent(new_job().user_id, most=1) == []


async def test_a_job_under_way_waits_for_the_lock_and_goes_on(tmp_path, new_job, caplog):
    async with opened(tmp_path) as (store, lasting):
        job = await store.jobs.submit(new_job(), now=1.0)
        with another_writer(tmp_path):
            starting = asyncio.create_task(lasting.jobs.start(job.id, now=2.0))
            await tried(caplog)
            assert (await store.jobs.get(job.id)).state is State.QUEUED
        assert (await starting).state is State.RUNNING


async def test_a_full_database_refuses_what_is_new_and_keeps_what_there_is(tmp_path, new_job, caplog):
    """What is under way goes on when the disk has room again."""
    async with opened(tmp_path) as (store, lasting):
        jobs = [await store.jobs.submit(new_job(), now=1.0) for _ in range(3)]
        await fill(store)
        with pytest.raises(StoreUnavailable, match="the disk is full"):
            await store.jobs.submit(new_job(prompt="x" * 20_000), now=2.0)
        ending = asyncio.create_task(lasting.jobs.fail(jobs[0].id, as_written("x" * 20_000), now=3.0))
        await tried(caplog)
        assert await store.jobs.recent(new_job().user_id, most=9) == jobs[::-1]
        await store._database.fetch("PRAGMA max_page_count = 1000000")
        assert (await ending).state is State.FAILED


async def test_a_picture_waits_for_room_on_the_disk(tmp_path, new_job, caplog):
    """Neither half a file nor a row without one, at any time."""
    async with opened(tmp_path) as (store, lasting):
        job = await store.jobs.submit(new_job(), now=1.0)
        await store.jobs.start(job.id, now=2.0)
        half = tmp_path / "spool" / f"{job.id}-0.png.half"
        half.symlink_to("/dev/full")  # writing there is what writing to a full disk is; a failed write removes it
        saved = await lasting.pictures.save(job.id, number=0, seed=7, png=b"png")
        assert "cannot be written: No space left on device; trying again" in caplog.text
        assert await store.pictures.read(saved) == b"png"
        assert [path.name for path in (tmp_path / "spool").iterdir()] == [saved.file]


async def test_a_picture_whose_row_finds_no_room_leaves_no_file(tmp_path, new_job, caplog):
    """A cancel while it waits ends it at once."""
    async with opened(tmp_path) as (store, lasting):
        job = await store.jobs.submit(new_job(), now=1.0)
        await store.jobs.start(job.id, now=2.0)
        with another_writer(tmp_path):
            saving = asyncio.create_task(lasting.pictures.save(job.id, number=0, seed=7, png=b"png"))
            await tried(caplog)
            saving.cancel()
            await asyncio.wait([saving])
        assert saving.cancelled()
        assert not list((tmp_path / "spool").iterdir())
        assert await store.pictures.of(job.id) == ()


async def test_files_that_could_not_be_removed_are_removed_later(tmp_path, new_job, caplog):
    """Their rows say so already; the files follow."""
    async with opened(tmp_path) as (store, lasting):
        job = await store.jobs.submit(new_job(), now=1.0)
        await store.jobs.start(job.id, now=2.0)
        picture = await store.pictures.save(job.id, number=0, seed=7, png=b"png")
        path = tmp_path / "spool" / picture.file
        path.unlink()
        path.mkdir()  # what cannot be unlinked
        dropping = asyncio.create_task(lasting.pictures.drop(job.id))
        await tried(caplog)
        path.rmdir()
        await dropping


async def test_a_file_that_is_gone_is_not_waited_for(tmp_path, new_job):
    """Somebody removed it by hand; it will not come back."""
    async with opened(tmp_path) as (store, lasting):
        job = await store.jobs.submit(new_job(), now=1.0)
        await store.jobs.start(job.id, now=2.0)
        picture = await store.pictures.save(job.id, number=0, seed=7, png=b"png")
        (tmp_path / "spool" / picture.file).unlink()
        with pytest.raises(StoreError, match="No such file"):
            await lasting.pictures.read(picture)


async def test_a_database_that_is_damaged_under_way_says_so(tmp_path, new_job):
    """Nothing is made up from what can still be read."""
    async with opened(tmp_path) as (store, _):
        for _ in range(200):
            await store.jobs.submit(new_job(prompt="x" * 3000), now=1.0)
        await store._database.fetch("PRAGMA wal_checkpoint(TRUNCATE)")
        await store._database.fetch("PRAGMA shrink_memory")
        with (tmp_path / "eshi.sqlite3").open("r+b") as file:
            file.seek(8 * 4096)
            file.write(b"\xaa" * 4096 * 60)
        with pytest.raises(StoreUnavailable, match="damaged"):
            await store.jobs.recent(new_job().user_id, most=200)
