"""A job's events on their way out of a worker: few messages, each picture, nothing late that somebody waits for."""

import asyncio

from engine import wire
from engine.cluster.bundles import Bundles

STARTED = wire.Started(job_id="A")
FINISHED = wire.Finished(job_id="A", engine_s=1.0)


def progress(step):
    return wire.Progress(job_id="A", steps_done=step, steps_total=9)


def preview(number, step):
    return wire.Preview(job_id="A", number=number, step=step, image=b"")


def picture(number):
    return wire.Picture(job_id="A", number=number, seed=number, png=b"")


async def test_progress_that_nobody_has_read_yet_is_replaced_and_pictures_never():
    """In the order in which each first came."""
    bundles = Bundles()
    for event in (STARTED, progress(1), preview(0, 1), picture(0), progress(2), preview(0, 2), picture(1), FINISHED):
        bundles.put(event)
    assert await bundles.next() == [STARTED, progress(2), preview(0, 2), picture(0), picture(1), FINISHED]


async def test_progress_alone_waits_and_a_picture_takes_it_along():
    """However long that would have been."""
    bundles = Bundles(apart_s=3600.0)
    bundles.put(progress(1))
    assert await bundles.next() == [progress(1)]  # the first tells that something happens
    bundles.put(progress(2))
    waiting = asyncio.ensure_future(bundles.next())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not waiting.done()
    bundles.put(progress(3))
    bundles.put(picture(0))
    assert await waiting == [progress(3), picture(0)]


async def test_what_may_be_shown_again_is_sent_after_a_moment():
    times = iter([0.0, 0.0, 0.2, 0.2])
    bundles = Bundles(apart_s=0.15, clock=lambda: next(times))
    bundles.put(progress(1))
    await bundles.next()
    bundles.put(progress(2))
    assert await bundles.next() == [progress(2)]
