"""What somebody was told outlives a power cut: it is on the disk before they are told."""

import asyncio
import shutil
import threading

import pytest

from bot.errors import StoreUnavailable
from bot.job import State
from bot.sentences import ends
from bot.store import Store, durability
from bot.store.durability import LogSync

NOW = 1_800_000_000.0


@pytest.fixture
def cut(tmp_path, monkeypatch):
    """Give the folder as a power cut would leave it: with what was synced, and nothing that was only written."""
    real = durability._sync

    def sync(log):
        real(log)
        shutil.rmtree(tmp_path / "cut", ignore_errors=True)
        (tmp_path / "cut").mkdir()
        for path in (tmp_path / "data").glob("eshi.sqlite3*"):
            if not path.name.endswith("-shm"):
                shutil.copy(path, tmp_path / "cut")

    monkeypatch.setattr(durability, "_sync", sync)
    return tmp_path / "cut"


async def test_what_was_accepted_or_confirmed_is_there_after_a_power_cut(tmp_path, new_job, cut):
    """And what was only on its way is not, so that the test would see if nothing were waited for."""
    async with Store.open(tmp_path / "data") as store:
        accepted, cancelled = [await store.jobs.submit(new_job(), now=NOW) for _ in range(2)]
        await store.jobs.cancel(cancelled.id, ends.CANCELLED, now=NOW)
        await store.acceptances.add(7, "1", now=NOW)
        await store.jobs.start(accepted.id, now=NOW)
        async with Store.open(cut) as after:
            assert (await after.jobs.get(accepted.id)).state is State.QUEUED
            assert (await after.jobs.get(cancelled.id)).state is State.CANCELLED
            assert await after.acceptances.of(7) == {"1": NOW}


async def test_a_look_at_the_database_waits_for_no_disk(store, new_job, monkeypatch):
    job = await store.jobs.submit(new_job(), now=NOW)
    monkeypatch.setattr(durability, "_sync", _never)
    assert await store.jobs.get(job.id)
    assert await store.jobs.chain(job.id) == ()
    assert [found.id async for found in store.jobs.of(job.user_id)] == [job.id]


def _never(_log):
    raise AssertionError


async def test_a_disk_that_takes_nothing_is_said(store, new_job, monkeypatch):
    """Nobody is told that something was accepted."""

    def fails(_log):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(durability, "_sync", fails)
    with pytest.raises(StoreUnavailable, match="the disk fails"):
        await store.jobs.submit(new_job(), now=NOW)


async def test_a_sync_that_began_before_is_not_enough(tmp_path, monkeypatch):
    """Whoever comes while one is under way waits for the next, with all the others who do."""
    begun, going_on = threading.Semaphore(0), threading.Semaphore(0)

    def slow(_log):
        begun.release()
        going_on.acquire()

    monkeypatch.setattr(durability, "_sync", slow)
    syncs = LogSync(tmp_path / "eshi.sqlite3")
    first = asyncio.create_task(syncs.wait())
    await asyncio.to_thread(begun.acquire)
    later = [asyncio.create_task(syncs.wait()) for _ in range(50)]
    going_on.release()
    await first
    await asyncio.to_thread(begun.acquire)
    assert not any(one.done() for one in later)
    going_on.release()
    await asyncio.gather(*later)
    assert syncs.syncs == 2


async def test_whoever_no_longer_waits_takes_nobody_along(tmp_path, monkeypatch):
    going_on = threading.Semaphore(0)
    monkeypatch.setattr(durability, "_sync", lambda _log: going_on.acquire())
    syncs = LogSync(tmp_path / "eshi.sqlite3")
    gone, stays = (asyncio.create_task(syncs.wait()) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    going_on.release(2)
    await stays
    assert gone.cancelled()
