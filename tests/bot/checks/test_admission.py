"""Who may ask for one more, and when somebody who may not should come back."""

import asyncio

import pytest

from bot.checks.admission import Admission
from bot.config import Limits
from bot.errors import QueueFull
from bot.queue.allowance import DAY_S, Allowance
from bot.queue.forecast import Forecast
from bot.queue.pace import Pace, StepTime
from bot.queue.queue import Queue
from bot.queue.ticket import Ticket, counted
from bot.safety.policy import ServerPolicy
from bot.sentences.joined import as_written
from tests.refusing import refused

NOW = 200_000.0


def admission(store, **limits):
    allowance = Allowance.of_operator(Limits(**limits))
    queue, pace = Queue(max_jobs=Limits(**limits).max_queue, allowance=allowance), Pace()
    pace.recall([StepTime(width=832, height=1216, guided=True, at_once=1, step_s=0.1, measured=9)])
    forecast = Forecast(queue, pace, now=lambda: NOW)
    made = Admission(queue=queue, line=store.queue, forecast=forecast, operator=allowance, now=lambda: NOW)
    return made, queue


async def ask(admission, store, new, policy, *, now=NOW):
    async with admission.day(new.user_id, new.guild_id, counted(new.request), policy):
        return await store.jobs.submit(new, now=now)


async def test_a_full_line_says_when_to_come_back(store, new_job):
    """As a time that Discord counts down."""
    taken, queue = admission(store, max_queue=1)
    job = await store.jobs.submit(new_job(), now=NOW)
    queue.push(Ticket.of(job))
    expected = f"<t:{NOW + 28 * 0.1:.0f}:R>"
    with refused(QueueFull, rf"^The queue is full, with 1 request.* Please try again {expected}\.$"):
        taken.place(2, None).__enter__()


async def test_where_nobody_can_tell_no_time_is_told(store, new_job):
    """All that somebody has waiting is held: nothing of it will be drawn until they resume it."""
    taken, queue = admission(store, max_queue_per_person=1)
    job = await store.jobs.submit(new_job(), now=NOW)
    queue.push(Ticket.of(job))
    queue.hold(job.id)
    with refused(QueueFull, r"^You already have 1 request waiting; .* or cancel one\.$"):
        taken.place(job.user_id, None).__enter__()


async def test_what_admins_decide_holds_from_then_on(store):
    """A server whose part of the line is full takes no more; the others do."""
    taken, _ = admission(store)
    taken.decided(7, ServerPolicy(max_queue=1))
    with taken.place(1, 7):
        with refused(QueueFull, "This server has 1 request waiting; the limit is 1"):
            taken.place(2, 7).__enter__()
        with taken.place(2, 8):
            pass


async def test_where_no_day_is_limited_nobody_waits_for_the_count_of_others(store):
    """Limits that one server has are no business of those who ask in another."""
    taken, _ = admission(store)
    limited, unlimited = ServerPolicy(max_pictures_per_day=9), ServerPolicy()
    async with taken.day(1, 7, 1, limited), asyncio.timeout(5), taken.day(2, 8, 1, unlimited):
        assert taken._counting.locked()


async def test_an_error_of_what_is_done_in_a_place_is_not_taken_for_a_full_line(store):
    taken, _ = admission(store)
    with refused(QueueFull, r"^inner$"), taken.place(1, None):
        raise QueueFull(as_written("inner"), until=5.0)


@pytest.mark.parametrize(
    ("limits", "policy", "sentence"),
    [
        ({"max_pictures_per_person_per_day": 2}, {}, "You have asked for 2 pictures"),
        ({"max_pictures_per_server_per_day": 2}, {}, "This server has asked for 2 pictures"),
        ({}, {"max_pictures_per_day": 2}, "This server has asked for 2 pictures"),
        ({}, {"max_pictures_per_person_per_day": 2}, "In this server you have asked for 2 pictures"),
    ],
)
async def test_a_days_pictures_are_limited_and_come_back(store, new_job, limits, policy, sentence):
    """The refusal says when the oldest are a day old; what is given back may be asked for again at once."""
    taken, _ = admission(store, **limits)
    decided = ServerPolicy(**policy)
    first = await ask(taken, store, new_job(), decided, now=NOW - 1000)
    await ask(taken, store, new_job(), decided, now=NOW - 500)
    back = f"<t:{NOW - 1000 + DAY_S:.0f}:R>"
    with refused(QueueFull, rf"^{sentence} in the last 24 hours; the limit is 2\. .* 1 picture {back}\.$"):
        await ask(taken, store, new_job(), decided)
    await store.jobs.cancel(first.id, as_written(""), now=NOW)
    await ask(taken, store, new_job(), decided)


async def test_there_is_room_when_enough_of_them_are_a_day_old(store, new_job):
    """For two pictures two must be, where only the last place was free."""
    taken, _ = admission(store, max_pictures_per_person_per_day=3)
    for ago in (1000, 500, 300):
        await ask(taken, store, new_job(), ServerPolicy(), now=NOW - ago)
    request = new_job().request.__class__(seed=1, count=2)
    with refused(QueueFull, rf" There is room for 2 pictures <t:{NOW - 500 + DAY_S:.0f}:R>\.$"):
        await ask(taken, store, new_job(request=request), ServerPolicy())


async def test_more_at_once_than_a_day_takes_is_told_so(store, new_job):
    taken, _ = admission(store, max_pictures_per_person_per_day=2)
    request = new_job().request.__class__(seed=1, count=3)
    with refused(QueueFull, r"the limit is 2\. 3 pictures at once are more than that\.$"):
        await ask(taken, store, new_job(request=request), ServerPolicy())


async def test_of_two_at_once_only_one_gets_the_last_picture(store, new_job):
    """Nobody is counted between the look at the store and the commit."""
    taken, _ = admission(store, max_pictures_per_person_per_day=1)
    asked = [ask(taken, store, new_job(), ServerPolicy()) for _ in range(5)]
    ends = await asyncio.gather(*asked, return_exceptions=True)
    assert sorted(isinstance(end, QueueFull) for end in ends) == [False, True, True, True, True]


async def test_a_hundred_at_once_get_no_more_than_one_person_may(store, new_job):
    """Neither into the line nor out of a day, whatever comes between the count and the commit."""
    taken, queue = admission(store, max_queue_per_person=5, max_pictures_per_person_per_day=3)

    async def all_the_way():
        with taken.place(101, 7):
            job = await ask(taken, store, new_job(user_id=101, guild_id=7), ServerPolicy())
            queue.push(Ticket.of(job))

    ends = await asyncio.gather(*(all_the_way() for _ in range(100)), return_exceptions=True)
    assert [end for end in ends if not isinstance(end, QueueFull)] == [None] * 3
    assert len([job async for job in store.jobs.of(101)]) == len(queue) == 3
