"""What a slow client gets."""

from engine.outbox import Outbox
from engine.wire import Finished, Loading, Picture, Preview, Progress


def progress(done, job_id="a"):
    return Progress(job_id=job_id, steps_done=done, steps_total=28)


async def drain(outbox):
    return [await outbox.get() for _ in iter(lambda: outbox.empty, True)]


async def test_a_slow_client_gets_only_the_newest_progress():
    """Of each job, at the place of the first that was not sent."""
    outbox = Outbox()
    for event in (progress(1), progress(1, "b"), progress(2), progress(3)):
        outbox.put(event)
    assert await drain(outbox) == [progress(3), progress(1, "b")]


async def test_only_the_newest_stage_and_preview_are_worth_sending():
    """A preview of another picture is another matter."""
    outbox = Outbox()
    previews = [Preview(job_id="a", number=number, step=step, image=b"") for number, step in ((0, 4), (1, 4), (0, 8))]
    for event in (Loading(stage="one"), *previews, Loading(stage="two")):
        outbox.put(event)
    assert await drain(outbox) == [Loading(stage="two"), previews[2], previews[1]]


async def test_nothing_else_is_ever_dropped():
    """Pictures and ends arrive, in their order, however equal they look."""
    outbox = Outbox()
    picture, finished = Picture(job_id="a", number=0, seed=1, png=b"x"), Finished(job_id="a", engine_s=1.0)
    for event in (picture, picture, finished):
        outbox.put(event)
    assert await drain(outbox) == [picture, picture, finished]
    assert outbox.empty
