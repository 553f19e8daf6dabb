"""Several cards behind one connection, and several engines beside each other."""

import asyncio
import contextlib
import json

import pytest
from aiohttp.test_utils import unused_port

from bot import config
from bot.engine.drawing_engine import Away, nearest
from bot.engine.engines import Engines
from bot.errors import ConfigError, EngineDied, EngineUnavailable
from engine import wire
from tests.bot.engine.conftest import Statuses, drawn, generate, pictures, running_engine

pytestmark = pytest.mark.usefixtures("nothing_left")


async def test_each_worker_of_a_list_draws_its_own_jobs(fake):
    """Whoever is asked is named in the command, and says so when it begins."""
    async with fake("--workers", 3) as client:
        await client.ready()
        assert [worker.name for worker in client.workers] == ["card 1", "card 2", "card 3"]
        for worker in client.workers:
            first, *rest = await drawn(worker, generate())
            assert first == wire.Started(job_id="A", worker=worker.id)
            assert len(pictures(rest)) == 2


async def test_the_only_worker_needs_no_name(fake):
    async with fake() as client:
        await client.ready()
        assert [worker.name for worker in client.workers] == [""]


async def test_a_lost_worker_takes_its_own_jobs_along_and_nobody_else_s(fake):
    """It had one job, which may be why; what the others draw is drawn."""
    async with fake("--workers", 2, "--trouble", "lose", "--word", "bad", "--at-step", 2) as client:
        await client.ready()
        one, other = client.workers
        bad, good = await asyncio.gather(
            drawn(one, generate("A", prompt="bad")), drawn(other, generate("B")), return_exceptions=True
        )
        assert isinstance(bad, EngineDied)
        assert bad.alone
        assert len(pictures(good)) == 2
        assert one.status == Away("as it was told")
        assert isinstance(client.status, wire.Ready)
        with pytest.raises(EngineUnavailable, match="as it was told"):
            await drawn(one, generate("C"))


async def test_a_worker_that_had_more_jobs_blames_none(fake):
    async with fake("--workers", 2, "--trouble", "lose", "--word", "bad", "--at-step", 2, "--step-s", 0.01) as client:
        await client.ready()
        worker = client.workers[0]
        ends = await asyncio.gather(
            drawn(worker, generate("A", prompt="bad")), drawn(worker, generate("B")), return_exceptions=True
        )
        assert [(type(end), end.alone) for end in ends] == [(EngineDied, False)] * 2


async def test_a_job_that_never_began_where_it_was_lost_is_not_blamed(fake):
    """The wire says whether a step was taken."""
    async with fake("--trouble", "slow") as client:
        await client.ready()
        events = client.generate(generate())
        await anext(events)
        client._take(wire.Failed(job_id="A", code="worker_lost", detail="gone", aboard=1, began=False))
        with pytest.raises(EngineUnavailable, match="before the job began"):
            await anext(events)


@pytest.mark.parametrize("workers", [1, 2])
async def test_a_front_sees_itself_to_workers_that_say_nothing(fake, workers):
    """It gives up one of them, where this side could only leave all; an engine is watched from here."""
    async with fake("--workers", workers, "--trouble", "slow", "--word", "slow") as client:
        await client.ready()
        async with contextlib.aclosing(client.workers[0].generate(generate(prompt="slow"))) as events:
            assert isinstance(await anext(events), wire.Started)
            assert (client._silence_timeout.deadline is None) == (workers > 1)


async def test_a_worker_that_drains_takes_nothing_until_it_has_read_its_model_anew(fake):
    async with fake("--workers", 2) as client:
        statuses = Statuses(client)
        await client.ready()
        one, other = client.workers
        await one.drain()
        await statuses.until(lambda status: status == wire.Draining())
        with pytest.raises(EngineUnavailable, match="draining"):
            await drawn(one, generate())
        assert len(pictures(await drawn(other, generate()))) == 2
        await one.reload()
        await statuses.until(lambda status: status == wire.Loading(stage="reading it anew"))
        await one.ready()
        assert len(pictures(await drawn(one, generate()))) == 2


async def test_a_worker_that_is_not_listed_any_more_is_gone(fake):
    """Whoever still holds it is told; the one that stays is the same as before."""
    async with fake("--workers", 2) as client:
        await client.ready()
        one, other = client.workers
        ready = other.status
        client._take(wire.Workers(protocol=wire.PROTOCOL, workers=(wire.ListedWorker(id=other.id, state=ready),)))
        assert client.workers == (other,)
        assert one.status == Away("it is not there any more")


async def test_after_a_lost_connection_the_workers_are_the_same_ones(fake):
    """A queue keeps what it knows of each."""
    async with fake("--workers", 2, "--trouble", "garbage", "--word", "bad") as client:
        await client.ready()
        before = client.workers
        with pytest.raises(EngineDied):
            await drawn(before[0], generate(prompt="bad"))
        for worker in before:
            await worker.ready()
        assert client.workers == before


async def test_several_engines_are_one_list(settings, tmp_path):
    """Without a cluster: each is started by somebody else, one a card."""
    urls = [f"ws://127.0.0.1:{unused_port()}" for _ in range(2)]
    for number, url in enumerate(urls):
        (tmp_path / f"{number}.toml").write_text(f'[wire]\nurl = "{url}"')
    first, second = (config.load(tmp_path / f"{number}.toml") for number in range(2))
    read = settings(f"[bot.engine]\nurls = {json.dumps(urls)}")
    environ = {"ESHI_WIRE_SECRET": "right"}
    async with running_engine(second, "right"), Engines.from_config(read, environ=environ) as engines:
        statuses = Statuses(engines)
        await engines.clients[1].ready()
        assert isinstance(engines.status, wire.Ready)  # one draws, and nobody waits for the other
        assert [(name, type(status)) for name, status in engines.statuses] == [
            (urls[0].removeprefix("ws://"), Away),
            (urls[1].removeprefix("ws://"), wire.Ready),
        ]
        async with running_engine(first, "right"):
            await engines.clients[0].ready()
            assert sorted(worker.name for worker in engines.workers) == sorted(url[len("ws://") :] for url in urls)
            for worker in engines.workers:
                assert len(pictures(await drawn(worker, generate()))) == 2
        await statuses.until(lambda status: isinstance(status, Away) and "closed the connection" in status.why)
        assert isinstance(engines.status, wire.Ready)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('url = "unix:a"\nurls = ["unix:b"]', "give url or urls, not both"),
        ('urls = ["unix:a", "unix:a"]', "one of them is there twice"),
        ('urls = ["tcp:1"]', "bot.engine.urls"),
        ('urls = ["ws://127.0.0.1:1", "ws://127.0.0.1:2"]', "wants a secret"),
    ],
)
def test_addresses_that_contradict_each_other_are_named(settings, text, said):
    with pytest.raises(ConfigError, match=said):
        Engines.from_config(settings(f"[bot.engine]\n{text}"), environ={})


def test_what_is_told_is_of_the_one_that_is_nearest_to_drawing():
    ready = wire.Ready(model_name="flat", model_hash="", device="none", size_multiple=8)
    loading, draining, away = wire.Loading(stage="starting"), wire.Draining(), Away("gone")
    assert nearest([away, draining, loading, ready]) == ready
    assert nearest([loading, away]) == loading
    assert nearest([away, draining]) == draining
    assert nearest([]) is None


async def test_an_engine_of_an_older_protocol_is_told_apart_from_noise(fake):
    """Its first words have another form; what they say of the protocol is read all the same."""
    frame = b"\x82\xa4type\xa5Ready\xa8protocol\x04"
    assert wire.protocol_of(frame) == 4
    assert wire.protocol_of(b"\xc1") is None
    assert wire.protocol_of(wire.encode(wire.Rejected(detail="no"))) is None
    async with fake() as client:
        await client.ready()
        with pytest.raises(EngineUnavailable, match="speaks protocol 4 and this bot 5"):
            client._receive_frame(frame)


async def test_whoever_listens_late_is_told_of_loras_all_the_same(fake):
    """An engine that was there first says once what it has."""
    async with fake("--lora", "ink", "--lora", "wash") as client:
        await client.ready()
        heard = asyncio.Event()
        client.hear_of_loras(lambda _loras: heard.set())
        await asyncio.wait_for(heard.wait(), 10)
        late = []
        client.hear_of_loras(late.append)
        assert [one.name for one in late[0]] == ["ink", "wash"]


class _Telling:
    """As much of a connection as tells of LoRAs."""

    def hear_of_loras(self, listener):
        self.tell = listener


def test_a_lora_is_offered_where_every_engine_has_the_same_file():
    """Nobody could say else which of them is drawn with; one that has said nothing has none."""
    first, second = _Telling(), _Telling()
    heard = []
    Engines([first, second]).hear_of_loras(lambda loras: heard.append([one.name for one in loras]))
    same, other = wire.FoundLora(name="a", hash="0"), wire.FoundLora(name="b", hash="1")
    first.tell((same, other))
    second.tell((same, wire.FoundLora(name="b", hash="2")))
    second.tell((same, other))
    assert heard == [[], ["a"], ["a", "b"]]
