"""What one client may have at each card of a front; the cards take what they get and say nothing, without Ray."""

import asyncio
from types import SimpleNamespace

import pytest

pytest.importorskip("ray", reason="the extra ray is not installed")

from engine import wire
from engine.client import ConnectedClient
from engine.cluster.front import Front
from engine.cluster.hosted_worker import HostedWorker
from engine.cluster.nodes import CardPlace
from engine.config import Cluster, Engine

READY = wire.Ready(model_name="none", model_hash="", device="none", size_multiple=8)


def job(job_id, worker, **changes):
    return wire.Generate(
        job_id=job_id,
        prompt="1girl",
        negative_prompt="",
        sampling=wire.SamplingParams(num_inference_steps=4, width=64, height=64),
        seeds=(1,),
        worker=worker,
        **changes,
    )


async def nothing(*_call):
    await asyncio.Event().wait()
    yield


def hosted(name):
    worker = HostedWorker(
        CardPlace(name, name, 0, 1, {}),
        Cluster(),
        configured=lambda: None,
        objection=lambda _worker, _ready: "",
        changed=lambda: None,
        worker_class="none",
    )
    worker._actor, worker.state = SimpleNamespace(draw=SimpleNamespace(remote=nothing)), READY
    return worker


@pytest.fixture
async def front(monkeypatch):
    """A front with the cards a and b."""
    monkeypatch.setattr("ray.cancel", lambda _stream: None)
    monkeypatch.setattr("engine.cluster.hosted_worker.LAST_WORDS_S", 0.0)  # nothing more is said
    made = Front(Engine(), None, reread=Engine, worker_class="none")
    for name in "ab":
        made._fleet._hosted[name, 0] = SimpleNamespace(worker=hosted(name))
    yield made
    for worker in made._fleet.workers:
        await worker._lose("")


def connected(front):
    """A client that reads when it is asked to."""
    client = ConnectedClient(None, cut=lambda: None)
    front._clients._connected.add(client)
    return client


def there(front):
    return {worker.id: worker.jobs for worker in front._fleet.workers}


async def test_what_one_card_has_is_not_counted_against_another(front):
    """Nor what another client has there."""
    client = connected(front)
    for number in range(wire.MAX_JOBS):
        front._obey(client, job(f"a {number}", "a"))
    front._obey(client, job("b", "b"))
    front._obey(connected(front), job("another's", "a"))
    assert client._outbox.empty
    assert there(front) == {"a": wire.MAX_JOBS + 1, "b": 1}
    front._obey(client, job("more", "a"))
    refused = await client._outbox.get()
    assert (refused.job_id, refused.code) == ("more", "too_many_jobs")


async def test_what_ended_at_a_card_is_room_there(front):
    client = connected(front)
    for number in range(wire.MAX_JOBS):
        front._obey(client, job(f"a {number}", "a"))
    worker = front._fleet.worker("a")
    first = next(iter(worker.carried))
    worker._tell(first, worker._carried[first], wire.Finished(job_id="a 0", engine_s=1.0))
    assert isinstance(await client._outbox.get(), wire.Finished)
    front._obey(client, job("more", "a"))
    assert client._outbox.empty
    assert there(front) == {"a": wire.MAX_JOBS, "b": 0}


async def test_what_jobs_begin_with_is_bounded_at_each_card(front, monkeypatch):
    image = wire.Pixels(width=64, height=64, values=bytes(3 * 64 * 64))
    monkeypatch.setattr("engine.client.MAX_CARRIED_BYTES", 2 * len(image.values))
    start = wire.Start(image=image, strength=0.5)
    client = connected(front)
    for name in "aabb":
        front._obey(client, job(f"{name} {front._clients.jobs}", name, start=start))
    assert client._outbox.empty
    front._obey(client, job("more", "b", start=start))
    assert (await client._outbox.get()).code == "too_many_jobs"
    front._obey(client, job("of noise", "b"))
    assert there(front) == {"a": 2, "b": 3}


async def test_an_id_that_another_card_draws_is_taken(front):
    client = connected(front)
    front._obey(client, job("one", "a"))
    front._obey(client, job("one", "b"))
    assert (await client._outbox.get()).code == "invalid_parameters"
    assert there(front) == {"a": 1, "b": 0}


async def test_a_client_may_read_as_slowly_as_its_cards_are_many(front):
    """And is not dropped because a card went away whose pictures wait."""
    client = connected(front)
    front._tell_all()
    del front._fleet._hosted["b", 0]
    front._tell_all()
    large = bytes(4 * 1024**2)
    for number in range(120):  # the bytes are one object
        client.tell(wire.Picture(job_id="one", number=number, seed=1, png=large))
    assert not client.dropped
    for number in range(120, 130):
        client.tell(wire.Picture(job_id="one", number=number, seed=1, png=large))
    assert client.dropped
