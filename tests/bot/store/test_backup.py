"""A backup is one moment of the data folder, whole or absent, and holds nobody for longer than they want."""

import asyncio
import os
import sqlite3
import stat
from contextlib import closing

import pytest

from bot.errors import StoreError
from bot.picture.brought import BroughtPicture
from bot.request import Options, Request
from bot.safety.audit import AuditRecord, pseudonym
from bot.store import Store
from bot.store.backup import take
from bot.store.erasing import erase, people_in
from bot.store.manifest import read_manifest, sum_of
from bot.store.migration import read_migrations
from bot.store.reports import ReportReason
from engine.wire import Latents

NOW = 1_800_000_000.0
MARK = "umbrella-of-chalk"
"""Stands in nothing but what one person wrote."""


@pytest.fixture
def drawn(store, new_job):
    """Make a delivered job with a picture and its latents."""

    async def make(user_id=101, said="1girl"):
        job = await store.jobs.submit(new_job(user_id=user_id, prompt=said), now=NOW)
        await store.jobs.set_message(job.id, 5)
        await store.jobs.start(job.id, now=NOW)
        latents = Latents(channels=1, height=1, width=1, values=b"latents " + said.encode())
        await store.pictures.save(job.id, number=0, seed=1, png=b"picture " + said.encode(), latents=latents)
        await store.jobs.rendered(job.id, engine_s=1.0)
        return await store.jobs.delivered(job.id, now=NOW)

    return make


def rows(backup, table="jobs"):
    with closing(sqlite3.connect(backup.path / read_manifest(backup.path).database)) as database:
        return database.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608


def holding(folder, mark=MARK):
    """Which files hold these bytes."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and mark.encode() in path.read_bytes()
    )


async def test_it_holds_all_that_must_not_be_lost_while_the_bot_writes(store, drawn, new_job, tmp_path):
    """Database, pictures, latents, key and configuration; what is committed when it begins is in it."""
    job = await drawn()
    (tmp_path / "config.toml").write_text("[bot]\n")
    writing = asyncio.create_task(_write_on(store, new_job))
    made = await asyncio.to_thread(take, tmp_path, tmp_path / "kept", now=NOW, config=tmp_path / "config.toml")
    writing.cancel()
    manifest = read_manifest(made.path)
    assert manifest == made.manifest
    assert set(manifest.spool) == {f"{job.id}-0.png", f"{job.id}-0.latents"}
    assert set(manifest.sums) == {"database", "hash.key", "config.toml"}
    assert manifest.schema == read_migrations()[-1].number
    assert manifest.jobs == len(rows(made)) >= 1
    assert sum_of(made.path / manifest.database) == manifest.sums["database"]
    for name, sha256 in manifest.spool.items():
        assert sum_of(made.path / "spool" / name) == sha256
    assert holding(made.path, "-wal") == []


async def _write_on(store, new_job):
    while True:
        await store.jobs.submit(new_job(), now=NOW)


async def test_only_its_owner_may_read_it(drawn, tmp_path):
    await drawn()
    made = take(tmp_path, tmp_path / "kept", now=NOW)
    paths = [made.path, *made.path.rglob("*")]
    assert [path for path in paths if path.stat().st_mode & 0o077] == []
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o700


async def test_a_picture_that_is_drawn_again_stays_in_it_as_it_was(store, drawn, tmp_path):
    """The spool's files are replaced and never written to, so a second name costs nothing and keeps what it was."""
    job = await drawn()
    made = take(tmp_path, tmp_path / "kept", now=NOW)
    await store.pictures.put_back(job.id, 0, b"another")
    assert (made.path / "spool" / f"{job.id}-0.png").read_bytes() == b"picture 1girl"


async def test_what_cannot_be_made_leaves_nothing_behind(tmp_path):
    with pytest.raises(StoreError, match=r"eshi\.sqlite3: there is none"):
        take(tmp_path, tmp_path / "kept", now=NOW)
    assert [*(tmp_path / "kept").iterdir()] == []


async def test_a_file_that_is_gone_by_then_is_counted(drawn, tmp_path):
    job = await drawn()
    (tmp_path / "spool" / f"{job.id}-0.latents").unlink()
    made = take(tmp_path, tmp_path / "kept", now=NOW)
    assert (set(made.manifest.spool), made.manifest.missing) == ({f"{job.id}-0.png"}, 1)


async def test_old_ones_go_by_themselves(store, drawn, tmp_path):
    """By when they were taken; what a process that died left goes too, and what a restore laid aside."""
    await drawn()
    old, new = (take(tmp_path, store.backups.folder, now=NOW + days * 86_400) for days in (0, 5))
    left, aside = store.backups.folder / "20261130-000000.new", tmp_path / "replaced-1"
    for path in (left, aside):
        path.mkdir()
        os.utime(path, (NOW, NOW))
    await store.backups.sweep(before=NOW + 86_400)
    assert [one.path for one in store.backups.whole()] == [new.path]
    assert not any(path.exists() for path in (old.path, left, aside))
    assert store.backups.newest() == NOW + 5 * 86_400


async def test_whoever_is_forgotten_is_taken_out_of_what_is_kept(store, drawn, tmp_path):
    """Every byte of theirs: rows, pictures and latents; others' stay, and it can still be restored."""
    theirs, others = await drawn(1, MARK), await drawn(2)
    await store.drafts.keep(1, Request(subject=MARK, seed=1), now=NOW)
    made = take(tmp_path, store.backups.folder, now=NOW)
    assert holding(made.path)
    await store.forgotten.note(1, now=NOW + 1)
    await store.backups.sweep(before=0.0)
    manifest = read_manifest(made.path)
    assert holding(made.path) == []
    assert set(manifest.spool) == {f"{others.id}-0.png", f"{others.id}-0.latents"}
    assert {path.name for path in (made.path / "spool").iterdir()} == set(manifest.spool)
    assert sum_of(made.path / manifest.database) == manifest.sums["database"]
    assert len(rows(made)) == 1
    assert theirs.id not in str(manifest.spool)


async def test_what_was_asked_for_after_being_forgotten_stays(store, drawn, tmp_path):
    """A later backup knows a person who came back."""
    await store.forgotten.note(1, now=NOW)
    await drawn(1, MARK)
    made = take(tmp_path, store.backups.folder, now=NOW + 1)
    await store.backups.sweep(before=0.0)
    assert len(rows(made)) == 1


async def test_a_clearing_that_was_killed_is_done_again(store, drawn, tmp_path, monkeypatch):
    """Before the manifest names the new database the old one counts, and after it whatever is left over goes."""
    await drawn(1, MARK)
    made = take(tmp_path, store.backups.folder, now=NOW)
    await store.forgotten.note(1, now=NOW + 1)
    for step in ("bot.store.kept_backups.erase", "bot.store.kept_backups.tidy"):
        with monkeypatch.context() as patch:
            patch.setattr(step, _dies)
            with pytest.raises(ZeroDivisionError):
                await store.backups.sweep(before=0.0)
        assert sum_of(made.path / read_manifest(made.path).database) == read_manifest(made.path).sums["database"]
    await store.backups.sweep(before=0.0)
    assert holding(made.path) == []


def _dies(*_arguments):
    raise ZeroDivisionError


async def test_an_old_copy_is_erased_as_the_store_forgets(store, drawn, tmp_path):
    """The same rows are left by both, in every table: whoever teaches one a new table teaches the other."""
    job = await drawn(1, MARK)
    await drawn(2)
    await store.drafts.keep(1, Request(subject="1girl", seed=1), now=NOW)
    await store.forms.keep(1, Options(tags="smile"), now=NOW)
    await store.people.change_defaults(1, {"steps": 20})
    await store.people.save_favourite(1, "mood", "night", most=9)
    await store.people.tell_always(1, wanted=True)
    await store.acceptances.add(1, "1", now=NOW)
    await store.records.keep(AuditRecord(event="refused", at=NOW, user_id=1, guild_id=7, channel_id=70, prompt="words"))
    await store.reports.add(job, 1, ReportReason("other", "mine"), hides=True, now=NOW)
    await store.reports.add(job, 2, ReportReason("other", "theirs"), hides=True, now=NOW)
    await store.reports.decide(job.id, "restored", 1, now=NOW)
    await store.strikes.give(1, now=NOW)
    brought = await store.inputs.keep(1, BroughtPicture(width=64, height=64, png=b"a picture"), now=NOW)
    made = take(tmp_path, tmp_path / "kept", now=NOW)
    assert (made.path / "spool" / brought.file).read_bytes() == b"a picture"
    with closing(sqlite3.connect(made.path / "eshi.sqlite3")) as copy, copy:
        assert people_in(copy, {pseudonym(1, store.key)}, store.key) == {1}
        assert erase(copy, {1}) == {f"{job.id}-0.png", brought.file}
    await store.pictures.drop(job.id)
    await store.jobs.delete(job.id)
    people = (store.inputs, store.drafts, store.forms, store.people, store.acceptances, store.reports, store.records)
    for table in people:
        await table.forget(1)
    tables = {
        "jobs", "pictures", "drafts", "forms", "defaults", "favourites", "always_told", "acceptances", "lines",
        "policies", "audit", "reports", "strikes", "locks", "lifts", "paces", "blocked_servers", "operation", "inputs",
    }  # fmt: skip
    with closing(sqlite3.connect(tmp_path / "eshi.sqlite3")) as forgotten:
        names = {name for (name,) in forgotten.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        assert names - {"sqlite_sequence"} == tables
        for table in tables:
            left = forgotten.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608
            assert rows(made, table) == left, table


async def test_a_copy_is_made_before_a_database_is_brought_up_to_date(tmp_path, older):
    """With the numbers of both in its name, and once: a start that fails again and again does not fill the disk."""
    with older(13) as database:
        database.execute("INSERT INTO strikes VALUES ('somebody', 1.0)")
    for _ in range(2):
        async with Store.open(tmp_path) as store:
            [made] = store.backups.whole()
    assert made.path.name == f"schema-13-before-{read_migrations()[-1].number}"
    assert made.manifest.schema == 13
    assert rows(made, "strikes") == [("somebody", 1.0)]


async def test_what_cannot_be_copied_is_not_brought_up_to_date(tmp_path, older):
    with older(13):
        pass
    (tmp_path / "backups").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be made"):
        async with Store.open(tmp_path):
            pass
    with closing(sqlite3.connect(tmp_path / "eshi.sqlite3")) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (13,)
