"""What runs beside a card, in this process and without Ray."""

import asyncio

import pytest

from engine import wire
from engine.cluster import actor
from engine.cluster.actor import WorkerActor
from engine.cluster.messages import decode_events


def job(job_id):
    sampling = wire.SamplingParams(num_inference_steps=4, width=64, height=64)
    return wire.Generate(job_id=job_id, prompt="1girl", negative_prompt="", sampling=sampling, seeds=(1,))


class Begins:
    """A worker that begins what it is given, and ends it when it is cancelled."""

    def __init__(self):
        self.given = []

    def submit(self, received):
        self.given.append(received.request.job_id)
        received.emit(wire.Started(job_id=received.request.job_id))

    def cancel(self, received):
        received.emit(wire.Cancelled(job_id=received.request.job_id))


@pytest.fixture
async def card():
    made = WorkerActor()
    made._loop, made._worker = asyncio.get_running_loop(), Begins()
    return made


async def drawn(card, key, job_id):
    """All that is said of a job."""
    return [event async for bundle in card.draw(key, wire.encode(job(job_id))) for event in decode_events(bundle)]


async def test_a_job_that_is_here_is_cancelled_by_its_worker(card):
    stream = card.draw("1", wire.encode(job("A")))
    assert decode_events(await anext(stream)) == [wire.Started(job_id="A")]
    await card.cancel("1")
    assert [decode_events(bundle) async for bundle in stream] == [[wire.Cancelled(job_id="A")]]
    assert card._jobs == {}


async def test_a_job_that_was_cancelled_before_it_came_is_never_begun(card):
    """Ray may bring the small call first; the job's key is then as free as it was."""
    await card.cancel("1")
    assert await drawn(card, "1", "A") == [wire.Cancelled(job_id="A")]
    assert card._worker.given == []
    assert card._cancelled == {}
    stream = card.draw("2", wire.encode(job("B")))
    assert decode_events(await anext(stream)) == [wire.Started(job_id="B")]
    await stream.aclose()


async def test_what_was_cancelled_and_never_comes_is_forgotten(card, monkeypatch):
    """The oldest first: a job may have been over when it was cancelled."""
    monkeypatch.setattr(actor, "MAX_EARLY", 2)
    for key in ("1", "2", "3", "3"):
        await card.cancel(key)
    assert list(card._cancelled) == ["2", "3"]
