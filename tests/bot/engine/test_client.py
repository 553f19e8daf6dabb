"""The line to the engine, against a real process that speaks the wire: what becomes of a job (see fake_engine.py)."""

import asyncio
import contextlib
import io

import pytest
from PIL import Image

from bot.engine.drawing_engine import Away
from bot.errors import EngineDied, EngineFull, EngineUnavailable, GenerationFailed
from engine import wire
from tests.bot.engine.conftest import Statuses, drawn, generate, pictures

pytestmark = pytest.mark.usefixtures("nothing_left")


async def test_a_job_is_drawn_from_start_to_finish(fake):
    """What is yielded tells the whole story, and the pictures are the ones that were asked for."""
    async with fake() as client:
        statuses = Statuses(client)
        ready = await client.ready()
        assert statuses.seen[-2:] == [wire.Loading(stage="stage 1"), ready]
        events = await drawn(client, generate(preview_every=2))
    assert events[0] == wire.Started(job_id="A")
    assert isinstance(events[-1], wire.Finished)
    steps = [event.steps_done for event in events if isinstance(event, wire.Progress)]
    assert steps == sorted(steps)
    assert steps[-1] == 8
    assert {number: picture.seed for number, picture in pictures(events).items()} == {0: 7, 1: 8}
    assert Image.open(io.BytesIO(pictures(events)[0].png)).size == (64, 128)


async def test_jobs_share_the_connection_and_never_mix(fake):
    """Ten jobs at once each get their own pictures."""
    async with fake() as client:
        await client.ready()
        alone = await drawn(client, generate("3"))
        together = await asyncio.gather(*(drawn(client, generate(str(number))) for number in range(10)))
    for number, events in enumerate(together):
        assert {event.job_id for event in events} == {str(number)}
    assert pictures(together[3]) == pictures(alone)
    assert len({pictures(events)[0].png for events in together}) == 10


async def test_closing_the_generator_cancels_the_job(fake):
    """The engine is told, its last word goes nowhere, and others are not disturbed."""
    async with fake("--trouble", "slow", "--word", "slow") as client:
        await client.ready()
        async with contextlib.aclosing(client.generate(generate("A", prompt="slow"))) as events:
            assert await anext(events) == wire.Started(job_id="A")
            other = asyncio.create_task(drawn(client, generate("B")))
        assert len(pictures(await other)) == 2
        # The stand-in refuses an id that it still has: that it takes this one shows that the job is gone.
        assert len(pictures(await drawn(client, generate("A")))) == 2


async def test_cancelling_the_reader_cancels_the_job(fake):
    async with fake("--trouble", "slow", "--word", "slow") as client:
        await client.ready()
        events = client.generate(generate("A", prompt="slow"))
        assert await anext(events) == wire.Started(job_id="A")
        reader = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0)
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        await drawn(client, generate("B"))
        assert len(pictures(await drawn(client, generate("A")))) == 2


async def test_an_engine_that_gives_up_a_job_says_why(fake):
    """The code travels; the next job is drawn."""
    async with fake("--trouble", "out_of_memory", "--word", "huge") as client:
        await client.ready()
        with pytest.raises(GenerationFailed, match="out_of_memory: as it was told") as caught:
            await drawn(client, generate(prompt="huge"))
        assert caught.value.code == "out_of_memory"
        assert len(pictures(await drawn(client, generate()))) == 2


@pytest.mark.parametrize("trouble", ["cancel", "shutting_down", "model_not_ready", "too_many_jobs"])
async def test_a_job_that_the_engine_gives_back_may_be_drawn_later(fake, trouble):
    """An engine that is told to stop is no reason to tell a member that the job failed."""
    async with fake("--trouble", trouble) as client:
        await client.ready()
        with pytest.raises(EngineUnavailable, match="it gave the job back"):
            await drawn(client, generate())


async def test_an_engine_that_has_enough_has_not_begun_the_job(fake):
    async with fake("--trouble", "too_many_jobs") as client:
        await client.ready()
        with pytest.raises(EngineFull):
            await drawn(client, generate())


PICTURE = wire.Pixels(width=64, height=64, values=bytes([0, 200, 0]) * 64 * 64)


async def test_a_picture_is_described_beside_whatever_is_drawn(fake):
    """More at once than an engine looks at: all are answered, one after the other."""
    async with fake("--rates", "--trouble", "slow", "--word", "slow") as client:
        await client.ready()
        [worker] = client.workers
        async with contextlib.aclosing(client.generate(generate("A", prompt="slow"))) as events:
            assert await anext(events) == wire.Started(job_id="A")
            answers = await asyncio.gather(*(worker.describe(PICTURE) for _ in range(2 * wire.MAX_QUESTIONS)))
    assert {answer.rating for answer in answers} == {"safe"}
    assert len({answer.question_id for answer in answers}) == 2 * wire.MAX_QUESTIONS


async def test_an_engine_that_is_not_ready_describes_nothing(fake):
    """Nor one that has gone."""
    async with fake() as client:
        await client.ready()
        [worker] = client.workers
    with pytest.raises(EngineUnavailable):
        await worker.describe(PICTURE)


async def test_a_question_at_a_worker_that_is_lost_may_be_why(fake):
    """It is no refusal of the picture: another worker can look at it."""
    async with fake("--workers", 2) as client:
        await client.ready()
        asked = asyncio.create_task(client.workers[0].describe(PICTURE))
        await asyncio.sleep(0)
        [question] = client._questions
        client._take(wire.Failed(job_id=question, code="worker_lost", detail="gone"))
        with pytest.raises(EngineDied, match="gone"):
            await asked


@pytest.mark.parametrize(("died", "others"), [(True, 0), (True, 1), (False, 0)])
async def test_what_an_engine_looked_at_may_be_what_it_died_of(fake, died, others):
    """As much as what it drew; where it had nothing else, that is known; and we who leave blame nothing."""
    async with fake() as client:
        await client.ready()
        [worker] = client.workers
        asked = [asyncio.create_task(worker.describe(PICTURE)) for _ in range(1 + others)]
        await asyncio.sleep(0)
        client._lose(EngineUnavailable("gone"), died=died)
        for error in await asyncio.gather(*asked, return_exceptions=True):
            assert type(error) is (EngineDied if died else EngineUnavailable)
            assert not died or error.alone == (not others)


async def test_a_job_outside_the_limits_never_reaches_the_engine(fake):
    """Its answer could not say which job it meant."""
    async with fake() as client:
        await client.ready()
        with pytest.raises(GenerationFailed, match=r"invalid_parameters: .*width"):
            await drawn(client, generate(width=63))


async def test_a_job_cannot_be_drawn_twice_at_once(fake):
    async with fake("--trouble", "slow") as client:
        await client.ready()
        async with contextlib.aclosing(client.generate(generate())) as events:
            await anext(events)
            with pytest.raises(ValueError, match="already being drawn"):
                await drawn(client, generate())


async def test_an_engine_that_takes_no_jobs_is_not_offered_more(fake):
    """Until it says that it is ready, or another one does."""
    async with fake("--trouble", "shutting_down") as client:
        await client.ready()
        with pytest.raises(EngineUnavailable, match="it gave the job back"):
            await drawn(client, generate())
        assert client.status == Away("it takes no jobs")


async def test_an_idle_engine_may_be_silent(fake):
    """Silence counts only from the moment at which there is work."""
    async with fake() as client:
        await client.ready()
        assert client._silence.when() is None
        await drawn(client, generate())
        assert client._silence.when() is None
        assert isinstance(client.status, wire.Ready)


async def test_a_slow_reader_is_no_silent_engine(fake):
    """A job that the engine has done with is no work for it, however long its reader takes to notice."""
    async with fake() as client:
        await client.ready()
        async with contextlib.aclosing(client.generate(generate("A"))) as events:
            await anext(events)
            await drawn(client, generate("B", num_inference_steps=20))
            assert client._silence.when() is None
            assert len(pictures([event async for event in events])) == 2
