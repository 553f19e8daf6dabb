"""Pictures that people bring: a bounded number of each person, and never file or row without the other."""

import asyncio
import contextlib
import sqlite3

import pytest
from msgspec.structs import replace

from bot.errors import StoreUnavailable
from bot.picture.brought import BroughtPicture
from bot.request import Change, Input, Options
from bot.store import Store
from bot.store.forms import open_form
from bot.store.inputs import UNDRAWN
from bot.store.spool_names import input_file
from bot.store.wholeness import checksum


def picture(number):
    return BroughtPicture(width=64, height=64, png=b"picture %d" % number)


def begins_with(kept):
    return Input(sha256=kept.sha256, width=kept.width, height=kept.height)


async def in_step(store, spooled):
    """What is kept of the first person, by checksum; rows and files are the same."""
    assert set(spooled()) == await store.inputs.files()
    return [one.sha256 for one in await store.inputs.of(101)]


async def test_somebody_who_brings_picture_after_picture_keeps_the_newest_and_what_is_drawn_from(
    store, new_job, spooled
):
    """Sixty leave twenty, besides the picture and the mask of a job; others lose nothing by it."""
    theirs = await store.inputs.keep(102, picture(0), now=0.0)
    first, mask, *_ = kept = [await store.inputs.keep(101, picture(number), now=1.0 + number) for number in range(5)]
    new = new_job()
    change = Change(mask=mask.sha256)
    job = await store.jobs.submit(
        replace(new, request=replace(new.request, image=begins_with(first), change=change)), now=6.0
    )
    kept += [await store.inputs.keep(101, picture(number), now=6.0 + number) for number in range(5, 60)]
    newest = [one.sha256 for one in kept[-UNDRAWN:]]
    assert await in_step(store, spooled) == [first.sha256, mask.sha256, *newest]
    assert await store.inputs.of(102) == (theirs,)
    await store.jobs.delete(job.id)
    await store.inputs.keep(101, picture(60), now=99.0)
    assert len(await in_step(store, spooled)) == UNDRAWN


async def test_what_was_brought_last_stays_whatever_the_clock_says(store, spooled):
    """It was set back, or stands still."""
    for number in range(UNDRAWN + 1):
        last = await store.inputs.keep(101, picture(number), now=50.0 - number)
        assert await store.inputs.get(101, last.sha256) == last
    assert len(await in_step(store, spooled)) == UNDRAWN


async def test_a_form_that_is_kept_does_not_lose_what_it_begins_with(store, spooled):
    """However much is brought afterwards; one that cannot be read is in nobody's way."""
    begun, mask = [await store.inputs.keep(101, picture(number), now=1.0) for number in (100, 101)]
    options = Options(image=begins_with(begun), change=Change(mask=mask.sha256))
    await store.forms.keep(101, open_form(options, given=""), now=2.0)
    await store.forms.keep(101, open_form(Options(), given=""), now=2.0)
    await store.forms._database.fetch("UPDATE forms SET options = '{' WHERE key = (SELECT max(key) FROM forms)")
    for number in range(60):
        await store.inputs.keep(101, picture(number), now=3.0 + number)
    found = await in_step(store, spooled)
    assert {begun.sha256, mask.sha256} < set(found)
    assert len(found) == UNDRAWN + 2
    await store.forms.forget(101)
    await store.inputs.keep(101, picture(60), now=99.0)
    assert len(await in_step(store, spooled)) == UNDRAWN


async def test_the_same_picture_twice_at_once_is_kept_once_while_others_push_it_out(store, spooled):
    """Of row and file neither is ever without the other."""
    for number in range(UNDRAWN):
        await store.inputs.keep(101, picture(number), now=float(number))
    again = [store.inputs.keep(101, picture(number % 3), now=50.0 + number) for number in range(9)]
    others = [store.inputs.keep(101, picture(100 + number), now=50.0) for number in range(UNDRAWN)]
    await asyncio.gather(*again, *others, store.inputs.sweep(before=49.0))
    assert len(await in_step(store, spooled)) <= UNDRAWN


async def test_a_full_disk_leaves_nothing_of_what_it_does_not_take(store, spooled, tmp_path):
    """Neither half a file nor a row; what was brought before is as it was."""
    before = await store.inputs.keep(101, picture(1), now=1.0)
    half = tmp_path / "spool" / f"{input_file(101, checksum(picture(2).png))}.half"
    half.symlink_to("/dev/full")  # writing there is what writing to a full disk is; a failed write removes it
    with pytest.raises(StoreUnavailable, match="No space left on device"):
        await store.inputs.keep(101, picture(2), now=3.0)
    assert await in_step(store, spooled) == [before.sha256]
    assert await store.inputs.read(before) == picture(1).png


async def test_a_picture_whose_row_finds_no_room_leaves_no_file(tmp_path, spooled):
    """Unless it was there before."""
    async with Store.open(tmp_path, busy_timeout_s=0.01) as store:
        before = await store.inputs.keep(101, picture(1), now=1.0)
        with contextlib.closing(sqlite3.connect(tmp_path / "eshi.sqlite3", isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            for number in (1, 2):
                with pytest.raises(StoreUnavailable, match="locked by another program"):
                    await store.inputs.keep(101, picture(number), now=2.0)
        assert await store.inputs.of(101) == (before,)
        assert spooled() == [input_file(101, before.sha256)]
