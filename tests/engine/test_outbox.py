"""What a slow client gets."""

import pytest

from engine.outbox import Outbox, Overfull
from engine.wire import PROTOCOL, Failed, Finished, ListedWorker, Loading, Picture, Preview, Progress, Rejected, Workers


def progress(done, job_id="a"):
    return Progress(job_id=job_id, steps_done=done, steps_total=28)


def listed(stage):
    return Workers(protocol=PROTOCOL, workers=(ListedWorker(id="engine", state=Loading(stage=stage)),))


async def drain(outbox):
    return [await outbox.get() for _ in iter(lambda: outbox.empty, True)]


async def test_a_slow_client_gets_only_the_newest_progress():
    """Of each job, at the place of the first that was not sent."""
    outbox = Outbox()
    for event in (progress(1), progress(1, "b"), progress(2), progress(3)):
        outbox.put(event)
    assert await drain(outbox) == [progress(3), progress(1, "b")]


async def test_only_the_newest_list_and_preview_are_worth_sending():
    """A preview of another picture is another matter."""
    outbox = Outbox()
    previews = [Preview(job_id="a", number=number, step=step, image=b"") for number, step in ((0, 4), (1, 4), (0, 8))]
    for event in (listed("one"), *previews, listed("two")):
        outbox.put(event)
    assert await drain(outbox) == [listed("two"), previews[2], previews[1]]


async def test_nothing_else_is_ever_dropped():
    """Pictures and ends arrive, in their order, however equal they look."""
    outbox = Outbox()
    picture, finished = Picture(job_id="a", number=0, seed=1, png=b"x"), Finished(job_id="a", engine_s=1.0)
    for event in (picture, picture, finished):
        outbox.put(event)
    assert await drain(outbox) == [picture, picture, finished]
    assert outbox.empty


@pytest.mark.parametrize(
    "event",
    [
        Picture(job_id="a", number=0, seed=1, png=bytes(1000)),
        Rejected(detail="x" * 1000),
        Failed(job_id="a", code="internal", detail="x" * 1000),
    ],
)
async def test_only_so_many_bytes_wait(event):
    """Whoever reads has room again; what was replaced counts once."""
    outbox = Outbox(max_bytes=5000)
    for _ in range(3):
        outbox.put(event)
        for step in range(9):
            outbox.put(progress(step))
    assert await outbox.get() == event
    outbox.put(event)
    with pytest.raises(Overfull, match="messages of 0 MiB wait for it"):
        outbox.put(event)
    outbox.clear()
    assert outbox.empty
    outbox.put(event)
    assert await drain(outbox) == [event]


async def test_only_so_many_events_wait():
    """However small they are."""
    outbox = Outbox(max_events=3)
    for number in range(3):
        outbox.put(Finished(job_id=str(number), engine_s=1.0))
    with pytest.raises(Overfull):
        outbox.put(Finished(job_id="3", engine_s=1.0))


async def test_each_worker_has_room_of_its_own():
    """As many as there ever were: what a worker has said may wait longer than it lives."""
    outbox = Outbox(max_bytes=5000, max_events=3)
    outbox.make_room(2)
    outbox.make_room(1)
    for number in range(6):
        outbox.put(Picture(job_id="a", number=number, seed=1, png=bytes(1000)))
    with pytest.raises(Overfull):
        outbox.put(Picture(job_id="a", number=6, seed=1, png=b""))
    outbox.clear()
    outbox.put(Picture(job_id="a", number=0, seed=1, png=bytes(9000)))
    with pytest.raises(Overfull):
        outbox.put(Picture(job_id="a", number=1, seed=1, png=bytes(1000)))
