"""From the queue to the engine and on: one journey a job, whatever happens on the way."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from bot.engine.drawing_engine import Away
from bot.errors import EngineDied, EngineFull
from bot.flow.rendering import MAX_ATTEMPTS, MAX_LONE_DEATHS
from bot.job import DrawnWith, State
from bot.safety.verdict import Verdict
from bot.sentences.ends import QUARANTINED
from bot.sentences.joined import as_written
from engine import wire
from tests.bot.flow.conftest import NOW, READY, Beside


@asynccontextmanager
async def working(life):
    """Let a life feed its engine until the block is left."""
    task = asyncio.create_task(life.dispatch.work())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        await life.journeys.close()


async def test_jobs_are_drawn_in_their_turn_and_delivered(store, life, waiting, new_job):
    """The engine gets what the request says, whole."""
    jobs = [await waiting(new_job(user_id=user)) for user in (1, 2, 3)]
    new = life()
    new.engine.become(READY)
    async with working(new):
        for job in jobs:
            new.dispatch.enter(job)
        ends = [await new.delivery.ends.get() for _ in jobs]
    assert sorted(ends) == [("delivered", job.id, "") for job in jobs]
    assert new.engine.given[0].sampling == jobs[0].request.sampling
    assert [(await store.jobs.get(job.id)).state for job in jobs] == [State.DELIVERED] * 3


async def test_nothing_begins_before_the_engine_is_ready(life, waiting, new_job):
    """And whoever waits is told when that changes."""
    new = life()
    async with working(new):
        job = await waiting(new_job())
        new.dispatch.enter(job)
        await new.dispatch.queue_changed()
        message = new.delivery.job_message(job.id)
        told = len(message.said)
        new.engine.become(wire.Loading(stage="reading the UNet"))
        assert len(message.said) == told + 1
        assert not new.engine.given
        new.engine.become(READY)
        assert (await new.delivery.ends.get())[0] == "delivered"


async def test_what_the_gate_no_longer_allows_never_reaches_the_engine(life, waiting, new_job):
    new = life()
    new.gate.verdict = Verdict(allowed=False, rule="place", sentence=as_written("Not here."))
    new.engine.become(READY)
    async with working(new):
        new.dispatch.enter(job := await waiting(new_job()))
        assert await new.delivery.ends.get() == ("refused", job.id, as_written("Not here."))
    assert new.engine.given == []


async def test_a_job_that_kills_the_engine_alone_is_given_up(life, waiting, new_job):
    """After so many times; before that it is drawn again."""
    new = life()

    async def dies(job):
        new.engine.given.append(job)
        raise EngineDied("killed", alone=True)
        yield

    new.engine.generate = dies
    new.engine.become(READY)
    async with working(new):
        new.dispatch.enter(job := await waiting(new_job()))
        assert await new.delivery.ends.get() == ("failed", job.id, QUARANTINED)
    assert len(new.engine.given) == MAX_LONE_DEATHS


async def test_a_job_that_a_full_engine_refuses_is_drawn_when_another_one_has_ended(store, life, waiting, new_job):
    """It is asked for once until then, and that was no attempt."""
    new, held, refused = life(), asyncio.Event(), []
    at_once = new.engine.generate

    async def generate(job):
        if new.engine.given and not held.is_set():
            refused.append(job.job_id)
            raise EngineFull("enough")
        async for event in at_once(job):
            yield event
            await held.wait()

    new.engine.generate = generate
    new.engine.become(READY)
    first, second = [await waiting(new_job(user_id=user)) for user in (1, 2)]
    async with working(new):
        new.dispatch.enter(first)
        while not new.engine.given:  # noqa: ASYNC110
            await asyncio.sleep(0)
        new.dispatch.enter(second)
        while not refused or not len(new.queue):  # noqa: ASYNC110
            await asyncio.sleep(0)
        held.set()
        ends = [await new.delivery.ends.get() for _ in range(2)]
    assert ends == [("delivered", job.id, "") for job in (first, second)]
    assert refused == [f"{second.id}.1"]
    assert (await store.jobs.get(second.id)).attempts == 1


async def test_a_job_that_is_refused_again_and_again_does_not_fail(store, life, waiting, new_job, monkeypatch):
    """It was never begun, so nothing speaks against it."""
    monkeypatch.setattr("bot.flow.pool.FULL_S", 0.0)
    new, asked = life(), []
    at_once = new.engine.generate

    async def generate(job):
        asked.append(job.job_id)
        if len(asked) <= MAX_ATTEMPTS + 2:
            raise EngineFull("enough")
        async for event in at_once(job):
            yield event

    new.engine.generate = generate
    new.engine.become(READY)
    async with working(new):
        new.dispatch.enter(job := await waiting(new_job()))
        assert await new.delivery.ends.get() == ("delivered", job.id, "")
    assert (await store.jobs.get(job.id)).attempts == 1


async def test_a_suspect_is_alone_with_one_worker_while_the_others_go_on(store, life, waiting, new_job):
    """It takes that one along at most."""
    engines = Beside("a", "b")
    new = life(engines)
    suspect = await waiting(new_job(user_id=1))
    await store.jobs.start(suspect.id, now=NOW, drawn_with=DrawnWith.of(READY))
    suspect = await store.jobs.put_back(suspect.id, deaths=True, lone_deaths=False)
    assert suspect.suspect
    held, at = asyncio.Event(), {}

    def drawing(worker):
        at_once = worker.generate

        async def generate(job):
            at.setdefault(worker.name, []).append((job.alone, job.job_id))
            if job.alone:
                await held.wait()
            async for event in at_once(job):
                yield event

        return generate

    for worker in engines.workers:
        worker.generate = drawing(worker)
        worker.become(READY)
    others = [await waiting(new_job(user_id=user)) for user in range(2, 8)]
    async with working(new):
        new.dispatch.enter(suspect)
        while not at:  # nothing wakes who waits for a generator to be asked  # noqa: ASYNC110
            await asyncio.sleep(0)
        for job in others:
            new.dispatch.enter(job)
        ends = [await new.delivery.ends.get() for _ in others]
        held.set()
        ends.append(await new.delivery.ends.get())
    assert ends[-1] == ("delivered", suspect.id, "")
    assert sorted(ends) == sorted(("delivered", job.id, "") for job in [suspect, *others])
    [with_suspect] = [name for name, jobs in at.items() if any(alone for alone, _ in jobs)]
    assert len(at[with_suspect]) == 1


async def test_a_job_whose_worker_goes_away_before_it_begins_is_drawn_by_another(life, waiting, new_job):
    """It has lost nothing, and nobody is told of an attempt."""
    engines = Beside("a", "b")
    new = life(engines)
    one, other = engines.workers
    one.become(READY)
    judge = new.gate.judge_begun

    async def goes(job):
        one.become(Away("gone"))
        other.become(READY)
        return await judge(job)

    new.rendering._client.wait_until_ready = lambda: goes(None)
    async with working(new):
        new.dispatch.enter(job := await waiting(new_job()))
        assert await new.delivery.ends.get() == ("delivered", job.id, "")
    assert (one.given, len(other.given)) == ([], 1)


async def test_a_cancelled_job_leaves_the_queue_and_the_engine_goes_on(life, waiting, new_job):
    gone, stays = [await waiting(new_job(user_id=user)) for user in (1, 2)]
    new = life()
    async with working(new):
        for job in (gone, stays):
            new.dispatch.enter(job)
        assert await new.journeys.cancel(gone)
        assert not await new.journeys.cancel(gone)
        new.engine.become(READY)
        assert await new.delivery.ends.get() == ("cancelled", gone.id, "")
        assert await new.delivery.ends.get() == ("delivered", stays.id, "")


async def test_a_bug_in_a_journey_is_told_as_its_end(life, waiting, new_job, caplog):
    """The operator reads the traceback, and the next job is drawn."""
    broken, whole = [await waiting(new_job(user_id=user)) for user in (1, 2)]
    new = life()
    deliver = new.delivery.deliver

    async def stumble(job):
        if job.id == broken.id:
            raise ZeroDivisionError
        await deliver(job)

    new.delivery.deliver = stumble
    new.engine.become(READY)
    async with working(new):
        for job in (broken, whole):
            new.dispatch.enter(job)
        ends = {end[1]: end[0] for end in [await new.delivery.ends.get() for _ in range(2)]}
    assert ends == {broken.id: "failed", whole.id: "delivered"}
    assert any(record.exc_info for record in caplog.records)


@pytest.mark.parametrize("begun", [False, True])
async def test_a_drain_puts_back_what_is_not_done(store, life, waiting, new_job, begun):
    """What waits for its turn loses nothing; what was begun goes back into the queue, and its message says so."""
    new = life()
    started, for_ever = asyncio.Event(), asyncio.Event()

    async def slow(job):
        yield wire.Started(job_id=job.job_id)
        started.set()
        await for_ever.wait()

    new.engine.generate = slow
    async with working(new):
        new.dispatch.enter(job := await waiting(new_job()))
        if begun:
            new.engine.become(READY)
            await started.wait()
            ended = []

            async def end(view):
                ended.append(view)

            new.delivery.job_message(job.id).end = end
        await new.dispatch.drain(0.0)
        if begun:
            assert len(ended) == 1
    assert (await store.jobs.get(job.id)).state is State.QUEUED
