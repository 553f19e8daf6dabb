"""A restore leads back to one moment, and does nothing a second time that was done since."""

import asyncio
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.errors import StoreError
from bot.job import State, row_key
from bot.store import Store
from bot.store.backup import take
from bot.store.manifest import read_manifest
from bot.store.restore import RESTORING, SKIPPED_IDS, restore

NOW = 1_800_000_000.0
DAY_S = 86_400.0
MARK = "umbrella-of-chalk"


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def filled(data):
    """Do something in the data folder, as a bot that runs; what it gives."""

    def fill(work):
        async def run():
            async with Store.open(data) as store:
                return await work(store)

        return asyncio.run(run())

    return fill


@pytest.fixture
def jobs(new_job):
    """Make a job in each of its unfinished states, and one that was delivered; their ids by state."""

    async def make(store):
        made = {}
        for state in ("queued", "running", "rendered", "delivered"):
            job = await store.jobs.submit(new_job(user_id=len(made) + 1), now=NOW)
            await store.jobs.set_message(job.id, 5)
            await store.jobs.want_told(job.id, wanted=True)
            if state != "queued":
                await store.jobs.start(job.id, now=NOW)
            if state in {"rendered", "delivered"}:
                await store.pictures.save(job.id, number=0, seed=1, png=b"picture")
                await store.jobs.rendered(job.id, engine_s=1.0)
            if state == "delivered":
                await store.jobs.delivered(job.id, now=NOW)
            made[state] = job.id
        return made

    return make


@pytest.fixture
def again(data):
    """Take a backup, or put one back, as the terminal does."""

    class Again:
        def __init__(self):
            self.data = data

        def backup(self, at=NOW):
            return take(data, data / "backups", now=at).path

        def restore(self, source, *, now=NOW + DAY_S, **options):
            return restore(data, source, now=now, days=7.0, **options)

    return Again()


def test_what_was_not_at_its_end_waits_on_hold(filled, jobs, again):
    """It may have been delivered since: nothing is drawn or told before somebody wants it."""
    made = filled(jobs)
    done = again.restore(again.backup())

    async def look(store):
        found = {state: await store.jobs.get(job_id) for state, job_id in made.items()}
        return found, [job.id for job in await store.jobs.restored()], await store.jobs.to_tell()

    found, restored, to_tell = filled(look)
    unfinished = ["queued", "running", "rendered"]
    assert restored == [made[state] for state in unfinished]
    assert [(found[state].state, found[state].held) for state in unfinished] == [(State.QUEUED, True)] * 3
    assert (found["delivered"].state, found["delivered"].held) == (State.DELIVERED, False)
    assert to_tell == []
    assert (done.jobs, done.on_hold, done.forgotten, done.lost) == (4, 3, 0, 0)


def test_what_is_resumed_is_like_any_other(filled, jobs, again):
    made = filled(jobs)
    again.restore(again.backup())

    async def resume(store):
        await store.queue.hold(made["queued"], held=False)
        return await store.jobs.get(made["queued"]), [job.id for job in await store.jobs.restored()]

    job, restored = filled(resume)
    assert (job.held, job.restored) == (False, False)
    assert made["queued"] not in restored


def test_an_id_that_was_given_since_is_never_given_again(data, filled, jobs, again, new_job):
    """An old button must not find somebody else's job, also where the newer database cannot be read any more."""
    made = filled(jobs)
    source = again.backup()

    async def more(store):
        return [await store.jobs.submit(new_job(), now=NOW) for _ in range(3)][-1].id

    last = filled(more)
    again.restore(source)
    assert row_key(filled(more)) == row_key(last) + SKIPPED_IDS + 3
    (data / "eshi.sqlite3").write_bytes(b"damaged")
    again.restore(source)
    assert row_key(filled(more)) == row_key(made["delivered"]) + SKIPPED_IDS + 3


def test_who_asked_to_be_forgotten_since_is_forgotten_again(data, filled, again, new_job):
    """By the list beside the database, or by that of a newer backup where the data folder is gone."""

    async def ask(store):
        job = await store.jobs.submit(new_job(user_id=1, prompt=MARK), now=NOW)
        await store.jobs.start(job.id, now=NOW)
        await store.pictures.save(job.id, number=0, seed=1, png=MARK.encode())
        await store.jobs.submit(new_job(user_id=2), now=NOW)

    filled(ask)
    source = again.backup()
    filled(lambda store: store.forgotten.note(1, now=NOW + 10))
    again.backup(NOW + 20)
    for data_folder_is_lost in (False, True):
        if data_folder_is_lost:
            shutil.copytree(data / "backups", data.with_name("elsewhere"))
            shutil.rmtree(data)
            source = data.with_name("elsewhere") / source.name
        assert again.restore(source).forgotten == 1
        held = [
            path
            for path in data.rglob("*")
            if path.is_file() and MARK.encode() in path.read_bytes() and "backups" not in path.parts
        ]
        assert [path for path in held if "replaced-" not in str(path)] == []

        async def others(store):
            return [job async for job in store.jobs.of(1)], [job async for job in store.jobs.of(2)]

        mine, theirs = filled(others)
        assert (mine, len(theirs)) == ([], 1)


def test_a_bot_that_runs_is_left_alone(data, filled, jobs, again):
    filled(jobs)
    source = again.backup()

    async def meanwhile(_store):
        with pytest.raises(StoreError, match="in use by another bot"):
            await asyncio.to_thread(again.restore, source)

    filled(meanwhile)
    assert not (data / RESTORING).exists()


def changed(source, **changes):
    replace(read_manifest(source), **changes).write(source)


def flipped(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def linked(source):
    (source / "hash.key").rename(source.parent / "elsewhere.key")
    (source / "hash.key").symlink_to(source.parent / "elsewhere.key")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda source: flipped(source / "eshi.sqlite3"), "damaged: its checksum is another"),
        (lambda source: (source / "hash.key").unlink(), "cannot be read"),
        (linked, "hash.key: cannot be read: is no file"),
        (lambda source: (source / "manifest.json").unlink(), "no backup, or not a whole one"),
        (lambda source: (source / "manifest.json").write_text("{}"), "not one that this version reads"),
        (lambda source: changed(source, schema=999), "of a newer version of Eshi"),
        (lambda source: changed(source, taken_at=NOW - 8 * DAY_S), "9 days old"),
        (lambda source: changed(source, spool={"../hash.key": "0" * 64}), "a file that no spool has"),
        (lambda source: changed(source, spool={"/etc/passwd.png": "0" * 64}), "a file that no spool has"),
        (lambda source: changed(source, spool={"A\0.png": "0" * 64}), "a file that no spool has"),
        (lambda source: changed(source, spool={"..\\A.png": "0" * 64}), "a file that no spool has"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_trusted_is_refused_and_changes_nothing(filled, jobs, again, spoil, said):
    made = filled(jobs)
    source = again.backup()
    spoil(source)
    database = again.data / "eshi.sqlite3"
    before = database.read_bytes()
    with pytest.raises(StoreError, match=said):
        again.restore(source)
    assert database.read_bytes() == before
    assert not (again.data / RESTORING).exists()
    assert filled(lambda store: store.jobs.get(made["queued"])) is not None


def test_an_old_one_can_be_asked_for(filled, jobs, again):
    filled(jobs)
    assert again.restore(again.backup(), now=NOW + 30 * DAY_S, old=True).jobs == 4


def test_a_damaged_picture_is_left_out(data, filled, jobs, again):
    """It is no reason to restore nothing: it is drawn again, or the member is told which one is gone."""
    made = filled(jobs)
    source = again.backup()
    shutil.copy(source / "spool" / f"{made['rendered']}-0.png", source / "copy")
    (source / "copy").replace(source / "spool" / f"{made['rendered']}-0.png")  # its own, and no second name
    flipped(source / "spool" / f"{made['rendered']}-0.png")
    assert again.restore(source).lost == 1
    assert [path.name for path in (data / "spool").iterdir()] == [f"{made['delivered']}-0.png"]


def test_what_was_there_is_laid_aside(filled, jobs, again, new_job):
    filled(jobs)
    source = again.backup()
    filled(lambda store: store.jobs.submit(new_job(prompt="after the backup"), now=NOW))
    aside = again.restore(source).replaced
    with closing(sqlite3.connect(aside / "eshi.sqlite3")) as database:
        assert ("after the backup",) in database.execute("SELECT prompt FROM jobs").fetchall()
    assert {path.name for path in aside.iterdir()} >= {"eshi.sqlite3", "hash.key", "spool"}


def test_one_that_was_killed_is_run_again(data, filled, jobs, again, monkeypatch):
    """Between any two renames: no bot begins afresh meanwhile, and what was there first is still laid aside."""
    filled(jobs)
    source = again.backup()
    for survived in range(6):
        with monkeypatch.context() as patch:
            real, calls = type(data).rename, iter(range(9))

            def dying(path, target, real=real, calls=calls, survived=survived):
                if next(calls) == survived:
                    raise SystemExit
                return real(path, target)

            patch.setattr(type(data), "rename", dying)
            with pytest.raises(SystemExit):
                again.restore(source, now=NOW + DAY_S + survived)
        with pytest.raises(StoreError, match="a restore was broken off; run it again"):
            filled(jobs)
    assert again.restore(source, now=NOW + 2 * DAY_S).on_hold == 3
    filled(jobs)
    assert len([*data.glob("replaced-*/eshi.sqlite3")]) >= 1
    assert os.listdir(data).count(RESTORING) == 0  # noqa: PTH208


def test_an_older_version_s_backup_is_brought_up_to_date(data, filled, again):
    """And stays as it was itself, for whoever goes back to that version."""
    data.mkdir()
    with closing(sqlite3.connect(data / "eshi.sqlite3")) as database:
        database.executescript(Path(__file__).with_name("version_0_1_0.sql").read_text())
    source = again.backup()
    assert again.restore(source).on_hold == 3
    assert read_manifest(source).schema == 13
    assert filled(lambda store: store.jobs.get("000001")).held
