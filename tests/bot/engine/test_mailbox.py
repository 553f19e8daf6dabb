"""A job's events on their way to a slow reader."""

import asyncio

import pytest

from bot.engine.mailbox import Mailbox
from bot.errors import EngineUnavailable
from engine.wire import Finished, Picture, Preview, Progress, Started


def progress(steps_done):
    return Progress(job_id="A", steps_done=steps_done, steps_total=1000)


def preview(number, step):
    return Preview(job_id="A", number=number, step=step, image=b"small")


def picture(number):
    return Picture(job_id="A", number=number, seed=number, png=b"large")


async def everything(mailbox, count):
    return [await mailbox.get() for _ in range(count)]


async def test_a_slow_reader_gets_the_latest_news_and_every_picture():
    """Progress and previews replace older ones, so a thousand steps take no more room than one."""
    mailbox = Mailbox()
    mailbox.put(Started(job_id="A"))
    for step in range(1, 1001):
        mailbox.put(progress(step))
        mailbox.put(preview(0, step))
        mailbox.put(preview(1, step))
    pictures = [picture(0), picture(1)]
    for each in pictures:
        mailbox.put(each)
    end = Finished(job_id="A", engine_s=1.0)
    mailbox.put(end)
    assert await everything(mailbox, 5) == [Started(job_id="A"), progress(1000), *pictures, end]


async def test_a_picture_replaces_its_own_preview_only():
    """The other picture of the job is still being drawn."""
    mailbox = Mailbox()
    mailbox.put(preview(0, 5))
    mailbox.put(preview(1, 5))
    mailbox.put(picture(0))
    assert await everything(mailbox, 2) == [preview(1, 5), picture(0)]


async def test_what_came_before_the_error_is_read_before_it():
    """A picture that arrived is not lost because the connection was."""
    mailbox = Mailbox()
    mailbox.put(picture(0))
    mailbox.fail(EngineUnavailable("gone"))
    assert await mailbox.get() == picture(0)
    with pytest.raises(EngineUnavailable, match="gone"):
        await mailbox.get()


async def test_a_reader_waits_for_what_comes_next():
    mailbox = Mailbox()
    reader = asyncio.create_task(mailbox.get())
    await asyncio.sleep(0)
    assert not reader.done()
    mailbox.put(progress(1))
    assert await reader == progress(1)
