"""What the line keeps: a restart finds it as it was."""

import pytest

from bot.queue.pace import StepTime
from bot.queue.ticket import Ticket
from bot.sentences.joined import as_written
from bot.store import Store
from bot.store.queue import Steered, Whose


async def acknowledged(store, new, *, now=1.0):
    job = await store.jobs.submit(new, now=now)
    return await store.jobs.set_message(job.id, int(now) + 5)


async def tickets(store):
    return [ticket async for page in store.queue.waiting() for ticket in page]


async def test_the_line_is_read_as_it_was_written(store, new_job):
    """Only what waits and was acknowledged, each with its weight, what it costs, and what was done to it."""
    first = await acknowledged(store, new_job(weight=2.5))
    second = await acknowledged(store, new_job(guild_id=None))
    started = await acknowledged(store, new_job())
    await store.jobs.start(started.id, now=2.0)
    await store.jobs.submit(new_job(), now=1.0)
    assert await tickets(store) == [Ticket.of(first), Ticket.of(second)]
    assert await store.queue.hold(first.id, held=True)
    assert await store.queue.move_up(second.id, now=9.0)
    assert [(one.held, one.moved_at) for one in await tickets(store)] == [(True, None), (False, 9.0)]
    assert await tickets(store) == [Ticket.of(await store.jobs.get(job.id)) for job in (first, second)]


async def test_what_no_longer_waits_is_not_held(store, new_job):
    job = await acknowledged(store, new_job())
    await store.jobs.start(job.id, now=2.0)
    assert not await store.queue.hold(job.id, held=True)
    assert not await store.queue.move_up(job.id, now=3.0)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (
            (
                "SELECT key, weight, held FROM jobs WHERE state = 'queued' AND message_id IS NOT NULL AND key > 0 "
                "ORDER BY key LIMIT 9"
            ),
            "USING COVERING INDEX jobs_waiting",
        ),
        (
            (
                "SELECT * FROM jobs "
                "WHERE (state IN ('running', 'rendered') OR state = 'queued' AND message_id IS NULL) "
                "AND key > 0 ORDER BY key LIMIT 9"
            ),
            "USING INDEX jobs_unsettled",
        ),
        (
            (
                "SELECT * FROM jobs WHERE state = 'queued' AND message_id IS NOT NULL AND key < 9 "
                "ORDER BY key DESC LIMIT 9"
            ),
            "USING INDEX jobs_waiting",
        ),
        (
            "SELECT sum(counted) FROM jobs WHERE user_id = 1 AND created_at > 5 AND state IN ('queued', 'running')",
            "USING COVERING INDEX jobs_of_person_by_age",
        ),
    ],
)
async def test_what_is_many_is_read_from_an_index(store, query, index):
    """A hundred thousand waiting jobs are read without touching their rows, and passed by where they are not meant."""
    [plan] = await store.queue._database.fetch(f"EXPLAIN QUERY PLAN {query}")
    assert index in plan["detail"]


async def test_every_other_unfinished_job_is_settled_one_by_one(store, new_job):
    """What was being drawn or delivered, and what was perhaps never acknowledged."""
    await acknowledged(store, new_job())
    unknown = await store.jobs.submit(new_job(), now=1.0)
    running = await acknowledged(store, new_job())
    running = await store.jobs.start(running.id, now=2.0)
    assert [job async for job in store.jobs.unsettled()] == [unknown, running]


async def test_what_was_started_lately_is_known_in_its_order(store, new_job):
    """What has to be drawn again has not been started: neither what was put back nor what a crash left running."""
    jobs = [await acknowledged(store, new_job()) for _ in range(5)]
    for job, at in zip(jobs, (30.0, 20.0, 5.0, 25.0, 40.0), strict=True):
        await store.jobs.start(job.id, now=at)
    for job in jobs[:3]:
        await store.jobs.rendered(job.id, engine_s=1.0)
    await store.jobs.put_back(jobs[3].id)
    assert [one.id for one in await store.queue.started_since(10.0)] == [jobs[1].id, jobs[0].id]


async def test_a_servers_line_stays_paused_and_closed(store):
    await store.queue.steer(Steered(7, paused=True, closed=False))
    await store.queue.steer(Steered(8, paused=True, closed=True))
    await store.queue.steer(Steered(7, paused=False, closed=False))
    assert await store.queue.steered() == [Steered(8, paused=True, closed=True)]


async def test_pictures_of_a_day_are_counted_until_they_are_given_back(store, new_job):
    """By person, by server and by both; what failed, was refused or cancelled does not count."""
    for user_id, guild_id, at in ((1, 7, 5.0), (1, 7, 20.0), (1, 8, 30.0), (1, None, 40.0), (2, 7, 50.0)):
        await store.jobs.submit(new_job(user_id=user_id, guild_id=guild_id), now=at)
    lost = [await store.jobs.submit(new_job(user_id=1, guild_id=7), now=60.0) for _ in range(3)]
    await store.jobs.cancel(lost[0].id, as_written(""), now=61.0)
    await store.jobs.refuse(lost[1].id, as_written(""), now=61.0)
    await store.jobs.fail(lost[2].id, as_written(""), now=61.0)

    async def count(**whose):
        return await store.queue.pictures(Whose(**whose), since=10.0)

    assert [await count(user_id=1), await count(guild_id=7), await count(user_id=1, guild_id=7)] == [3, 2, 1]
    assert await count(user_id=9) == 0
    assert [one.at for one in await store.queue.drawn(Whose(user_id=1), since=10.0)] == [20.0, 30.0, 40.0]


async def test_measured_times_are_known_after_a_restart(tmp_path):
    """A newer measurement replaces the older."""
    one = StepTime(width=832, height=1216, guided=True, at_once=2, step_s=0.5, measured=9)
    other = StepTime(width=832, height=1216, guided=False, at_once=1, step_s=0.2, measured=1)
    async with Store.open(tmp_path) as store:
        await store.paces.keep([one, other])
        await store.paces.keep([StepTime(width=832, height=1216, guided=True, at_once=2, step_s=0.6, measured=10)])
    async with Store.open(tmp_path) as store:
        known = await store.paces.all()
    assert sorted((m.guided, m.step_s, m.measured) for m in known) == [(False, 0.2, 1), (True, 0.6, 10)]
