"""Pictures and their files: no row without a file, no half a file, no file that nobody knows."""

import asyncio
import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import StoreError, WrongState
from bot.job import public_id
from bot.sentences.joined import as_written
from bot.store import Store
from bot.store.spool import Spool
from engine.wire import Latents
from tests.bot.delivery.conftest import drawing

ROOT = Path(__file__).parents[3]

RATED, CHECKED = 6, 14
"""The migrations since which a picture's rating and its file's checksum are kept."""

OLD_JOB = """
    INSERT INTO jobs (
        state, user_id, channel_id, application_id, interaction_id, interaction_token, token_created_at, attempts,
        request, prompt, negative_prompt, notes, created_at
    ) VALUES (
        'rendered', 1, 2, 3, 4, 'token', 1.0, 1,
        '{"subject": "1girl", "seed": 7, "width": 832, "height": 1216, "count": 1, "steps": 28, "guidance": 5.0}',
        '1girl', '', '[]', 1.0
    )
"""


async def test_a_picture_is_kept_with_its_number_and_seed(store, running, spooled):
    """The file's name tells whose it is."""
    second = await store.pictures.save(running.id, number=1, seed=2**32 - 1, png=b"second")
    first = await store.pictures.save(running.id, number=0, seed=7, png=b"first")
    assert await store.pictures.of(running.id) == (first, second)
    assert [await store.pictures.read(picture) for picture in (first, second)] == [b"first", b"second"]
    assert (second.seed, second.size_bytes, second.deleted) == (2**32 - 1, 6, False)
    assert spooled() == [f"{running.id}-0.png", f"{running.id}-1.png"]


LATENTS = Latents(channels=4, height=1, width=2, values=bytes(range(16)))


async def test_latents_lie_beside_their_picture(store, running, spooled):
    """One is kept with them and one without; both are told apart after a restart, too."""
    first = await store.pictures.save(running.id, number=0, seed=7, png=b"first", latents=LATENTS)
    second = await store.pictures.save(running.id, number=1, seed=8, png=b"second")
    assert spooled() == [f"{running.id}-0.latents", f"{running.id}-0.png", f"{running.id}-1.png"]
    assert await store.pictures.of(running.id) == (first, second)
    assert [await store.pictures.latents(picture) for picture in (first, second)] == [LATENTS, None]
    assert await store.pictures.read(first) == b"first"


@pytest.mark.parametrize("end", ["drop", "discard", "expire", "sweep", "drawn again", "restored"])
async def test_latents_go_with_their_picture(store, running, spooled, end):
    """By whichever way it goes, and where another comes in its place."""
    picture = await store.pictures.save(running.id, number=0, seed=7, png=b"x", latents=LATENTS)
    match end:
        case "drop":
            await store.pictures.drop(running.id)
        case "discard":
            await store.pictures.discard(running.id, 0)
        case "expire":
            await store.jobs.fail(running.id, as_written("It is over."), now=3.0)
            assert await store.pictures.expire(before=4.0, most=10) == 1
        case "sweep":
            await store.jobs.cancel(running.id, as_written("It is over."), now=3.0)
            assert await store.pictures.sweep() == 2
        case "drawn again":
            await store.pictures.save(running.id, number=0, seed=7, png=b"y")
        case "restored":
            await store.pictures.drop(running.id)
            await store.pictures.put_back(running.id, 0, b"from its message")
    left = [] if end not in {"drawn again", "restored"} else [picture.file]
    assert spooled() == left
    assert {await store.pictures.latents(one) for one in await store.pictures.of(running.id)} <= {None}


@pytest.mark.parametrize("damage", [b"", b"another", None])
async def test_damaged_latents_are_none(store, running, tmp_path, caplog, damage):
    """The picture is there all the same; the operator is told."""
    picture = await store.pictures.save(running.id, number=0, seed=7, png=b"x", latents=LATENTS)
    file = tmp_path / "spool" / picture.latents_file
    file.unlink() if damage is None else file.write_bytes(damage)
    assert await store.pictures.latents(picture) is None
    assert await store.pictures.read(picture) == b"x"
    assert "the latents of a picture are lost" in caplog.text


async def test_a_sweep_leaves_latents_of_pictures_that_are_kept(store, running, spooled):
    """And takes those of nobody."""
    await store.pictures.save(running.id, number=0, seed=7, png=b"x", latents=LATENTS)
    before = spooled()
    assert await store.pictures.sweep() == 0
    assert spooled() == before


async def test_what_a_picture_shows_is_kept_with_it(store, running):
    """None where nothing rated it."""
    await store.pictures.save(running.id, number=0, seed=7, png=b"x", rating="nsfw")
    await store.pictures.save(running.id, number=1, seed=8, png=b"y")
    assert [picture.rating for picture in await store.pictures.of(running.id)] == ["nsfw", None]


async def test_one_picture_of_several_can_be_discarded(store, running, spooled):
    """The others stay, and nothing is left of the one: neither file nor row."""
    for number in range(3):
        await store.pictures.save(running.id, number=number, seed=7, png=b"x")
    await store.pictures.discard(running.id, 1)
    assert [picture.number for picture in await store.pictures.of(running.id)] == [0, 2]
    assert spooled() == [f"{running.id}-0.png", f"{running.id}-2.png"]


async def test_pictures_from_before_are_unrated(tmp_path, older):
    """An older database is brought up to date with what is in it."""
    with older(RATED - 1) as database:
        database.execute(OLD_JOB)
        database.execute("INSERT INTO pictures (job, number, seed, file, size_bytes) VALUES (1, 0, 7, 'x.png', 1)")
    async with Store.open(tmp_path) as store:
        [picture] = await store.pictures.of(public_id(1))
    assert (picture.seed, picture.rating) == (7, None)


async def test_a_job_that_is_drawn_again_replaces_its_pictures(store, running):
    """None is there twice after an engine died under its job."""
    await store.pictures.save(running.id, number=0, seed=7, png=b"before")
    await store.jobs.put_back(running.id)
    await store.jobs.start(running.id, now=3.0)
    await store.pictures.save(running.id, number=0, seed=7, png=b"after")
    [picture] = await store.pictures.of(running.id)
    assert await store.pictures.read(picture) == b"after"


async def test_a_picture_of_a_job_that_was_cancelled_meanwhile_is_not_kept(store, running, spooled):
    await store.jobs.cancel(running.id, as_written("You cancelled it."), now=3.0)
    with pytest.raises(WrongState, match="cannot take a picture"):
        await store.pictures.save(running.id, number=0, seed=7, png=b"late")
    assert await store.pictures.of(running.id) == ()
    assert spooled() == []


async def test_a_save_that_is_cancelled_leaves_a_file_with_its_row_or_neither(store, running, spooled):
    """So a cancel can delete what there is, at whatever moment it comes."""
    for passes in range(12):
        saving = asyncio.create_task(store.pictures.save(running.id, number=passes, seed=7, png=b"x"))
        for _ in range(passes):
            await asyncio.sleep(0)
        saving.cancel()
        await asyncio.wait([saving])
        assert spooled() == sorted(picture.file for picture in await store.pictures.of(running.id))
    await store.pictures.drop(running.id)
    assert spooled() == []


async def test_a_dropped_picture_is_gone_and_its_seed_is_still_told(store, running, spooled):
    """Dropping twice is no error."""
    await store.pictures.save(running.id, number=0, seed=7, png=b"x")
    await store.pictures.drop(running.id)
    await store.pictures.drop(running.id)
    [picture] = await store.pictures.of(running.id)
    assert (picture.deleted, picture.seed, spooled()) == (True, 7, [])
    with pytest.raises(StoreError, match="deleted"):
        await store.pictures.read(picture)


async def test_a_sweep_removes_what_nobody_will_show_and_nothing_else(store, new_job, tmp_path, spooled):
    """Files without a row, halves of writes, and pictures of cancelled jobs go; failed jobs may still be shown."""
    kept = []
    for end in (None, store.jobs.fail, store.jobs.cancel, store.jobs.refuse):
        job = await store.jobs.submit(new_job(), now=1.0)
        await store.jobs.start(job.id, now=2.0)
        picture = await store.pictures.save(job.id, number=0, seed=7, png=b"x")
        if end is not None:
            await end(job.id, "It is over.", now=3.0)
        if end in (None, store.jobs.fail):
            kept.append(picture.file)
    for name in ("00ZZZZ-0.png", "00000A-1.png.half"):
        (tmp_path / "spool" / name).write_bytes(b"lost")
    assert await store.pictures.sweep() == 4
    assert spooled() == kept
    assert await store.pictures.sweep() == 0


@pytest.mark.parametrize("call", ["fsync", "replace"])
async def test_a_full_disk_leaves_the_older_file_whole(tmp_path, monkeypatch, call):
    """The sentence names file and reason, and no half is left."""
    spool = Spool(tmp_path)
    await spool.write("00000A-0.png", b"older")

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(*((os, "fsync", full) if call == "fsync" else (Path, "replace", full)))
        with pytest.raises(StoreError, match=r"00000A-0\.png: cannot be written: No space left on device"):
            await spool.write("00000A-0.png", b"newer")
    assert await spool.read("00000A-0.png") == b"older"
    assert await spool.names() == {"00000A-0.png"}


async def test_a_file_that_is_gone_is_one_sentence_to_read_and_nothing_to_delete(tmp_path):
    spool = Spool(tmp_path)
    with pytest.raises(StoreError, match="cannot be read: No such file"):
        await spool.read("00000A-0.png")
    await spool.delete(["00000A-0.png"])


WRITER = """
import asyncio, sys
from pathlib import Path
from bot.store.spool import Spool
from tests.bot.delivery.conftest import drawing

async def main():
    spool = Spool(Path(sys.argv[1]))
    for number in range(1_000_000):
        await spool.write("00000A-0.png", bytes([number % 251]) * 300_000)
        print(number, flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("lines", [1, 2, 5, 9])
def test_a_file_is_whole_whenever_its_writer_dies(tmp_path, lines):
    """Killed while it overwrites one file over and over, it leaves one whole version of it."""
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", WRITER, tmp_path], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    with process:
        for _ in range(lines):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    data = (tmp_path / "00000A-0.png").read_bytes()
    assert len(data) == 300_000
    assert len(set(data)) == 1


async def test_a_database_of_the_version_before_checksums_opens(tmp_path, older):
    """What it kept is shown as before, and its jobs go their way."""
    png = drawing()
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / "x.png").write_bytes(png)
    with older(CHECKED - 1) as database:
        database.execute(OLD_JOB)
        database.execute(
            "INSERT INTO pictures (job, number, seed, file, size_bytes) VALUES (1, 0, 7, 'x.png', ?)", [len(png)]
        )
    job = public_id(1)
    async with Store.open(tmp_path) as store:
        [picture] = await store.pictures.of(job)
        assert (picture.sha256, await store.pictures.read(picture)) == (None, png)
        again = await store.jobs.lost(job)
        assert (again.redrawn, again.engine_s, again.started_at, again.attempts) == (1, None, None, 1)
        await store.jobs.start(job, now=2.0)
        saved = await store.pictures.save(job, number=0, seed=7, png=png)
        assert saved.sha256
