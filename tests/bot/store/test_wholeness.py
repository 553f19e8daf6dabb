"""A file of the spool is what was kept, or it is not read at all."""

import asyncio
import hashlib
import os
import threading

import pytest

from bot.errors import PictureLost, StoreUnavailable
from bot.store import spool
from bot.store.spool import Spool
from tests.bot.delivery.conftest import drawing

DAMAGE = {
    "one byte": lambda path: path.write_bytes(path.read_bytes()[:50] + b"\0" + path.read_bytes()[51:]),
    "half overwritten": lambda path: path.write_bytes(path.read_bytes()[:100].ljust(path.stat().st_size, b"\xaa")),
    "cut": lambda path: os.truncate(path, path.stat().st_size - 1),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "emptied": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("hello"),
    "another picture": lambda path: path.write_bytes(drawing(9)),
    "gone": lambda path: path.unlink(),
    "a folder": lambda path: (path.unlink(), path.mkdir()),
    "a pipe": lambda path: (path.unlink(), os.mkfifo(path)),
    "a link to itself": lambda path: (path.unlink(), path.symlink_to(path)),
    "a link to another file": lambda path: (path.unlink(), path.symlink_to("/etc/hostname")),
}


@pytest.mark.parametrize("damage", DAMAGE)
async def test_what_is_not_what_was_kept_is_lost(tmp_path, store, running, damage, caplog):
    """Whatever became of the file; the others of the job are read, and the operator has one line."""
    hurt, whole = [
        await store.pictures.save(running.id, number=number, seed=7, png=drawing(number)) for number in (0, 1)
    ]
    DAMAGE[damage](tmp_path / "spool" / hurt.file)
    with pytest.raises(PictureLost, match=hurt.file) as caught:
        await store.patient((0.01,)).pictures.read(hurt)
    assert "\n" not in str(caught.value)
    assert await store.pictures.whole(running.id, [hurt, whole]) == {1: drawing(1)}
    [line] = caplog.messages
    assert line.startswith(f"job {running.id}: picture 1 is lost: ")


@pytest.mark.parametrize("damage", DAMAGE)
async def test_what_was_kept_before_there_were_checksums_is_looked_at_as_well(tmp_path, store, running, damage):
    """By its size, its beginning and its end; a byte in the middle cannot be told."""
    await store.pictures.save(running.id, number=0, seed=7, png=drawing())
    await store.jobs._database.fetch("UPDATE pictures SET sha256 = NULL")
    [picture] = await store.pictures.of(running.id)
    assert await store.pictures.read(picture) == drawing()
    DAMAGE[damage](tmp_path / "spool" / picture.file)
    if damage == "one byte":
        assert len(await store.pictures.read(picture)) == picture.size_bytes
        return
    with pytest.raises(PictureLost):
        await store.pictures.read(picture)


async def test_what_was_saved_from_a_message_may_be_a_webp(store, running):
    """Discord had a smaller copy of it; with a checksum or without."""
    await store.pictures.save(running.id, number=0, seed=7, png=drawing())
    webp = b"RIFF" + (20).to_bytes(4, "little") + b"WEBP" + bytes(16)
    await store.pictures.put_back(running.id, 0, webp)
    for _ in range(2):
        [picture] = await store.pictures.of(running.id)
        assert await store.pictures.read(picture) == webp
        await store.jobs._database.fetch("UPDATE pictures SET sha256 = NULL")


async def test_the_checksum_is_kept_with_the_row(store, running):
    picture = await store.pictures.save(running.id, number=0, seed=7, png=drawing())
    assert picture.sha256 == hashlib.sha256(drawing()).hexdigest()
    assert await store.pictures.of(running.id) == (picture,)


async def test_files_are_read_and_summed_beside_the_event_loop(store, running, monkeypatch):
    """Twelve megabytes take a while."""
    threads = []

    def noted(data):
        threads.append(threading.current_thread())
        return hashlib.sha256(data).hexdigest()

    monkeypatch.setattr(spool, "checksum", noted)
    monkeypatch.setattr("bot.store.wholeness.checksum", noted)
    picture = await store.pictures.save(running.id, number=0, seed=7, png=drawing())
    await store.pictures.read(picture)
    assert len(threads) == 2
    assert threading.main_thread() not in threads


async def test_a_folder_in_the_place_of_a_file_is_moved_aside(tmp_path, store, running, caplog):
    """What is drawn again has room, and nobody's files are deleted, here or at the next start."""
    place = tmp_path / "spool" / f"{running.id}-0.png"
    for number in (1, 2):
        place.mkdir()
        (place / "precious").touch()
        picture = await store.pictures.save(running.id, number=0, seed=7, png=drawing())
        assert await store.pictures.read(picture) == drawing()
        assert f"it is now {picture.file}.aside-{number}" in caplog.text
        place.unlink()
    assert await store.pictures.sweep() == 0
    assert len(list((tmp_path / "spool").glob("*/precious"))) == 2


async def test_one_file_that_cannot_be_removed_keeps_no_other(tmp_path):
    """It is told of all the same."""
    files = Spool(tmp_path)
    (tmp_path / "a").mkdir()
    await files.write("b", b"")
    with pytest.raises(StoreUnavailable, match="a: cannot be removed"):
        await files.delete(["a", "b"])
    assert await files.names() == set()
    await asyncio.to_thread((tmp_path / "a").rmdir)
