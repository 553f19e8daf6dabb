"""Who draws what, where several draw: nobody waits while one idles, and one that dies takes only its own along."""

import asyncio

import msgspec
import pytest

from bot.engine.drawing_engine import Away
from bot.flow.pool import Pool
from bot.job import DrawnWith
from bot.queue.joint_pace import JointPace
from bot.queue.pace import StepTime
from bot.queue.queue import Queue
from engine import wire
from tests.bot.flow.conftest import READY, Beside
from tests.bot.queue.test_queue import PORTRAIT, SQUARE, ticket


def pool(engines, *tickets, pace=None):
    queue = Queue(max_jobs=100)
    for one in tickets:
        queue.push(one)
    return Pool(engines, queue, pace or JointPace(), now=lambda: 0.0)


async def given(made, count):
    """Take so many turns; where each goes."""
    return [(turn.slot.engine.name, turn.ticket.id) for turn in [await made.next() for _ in range(count)]]


async def nothing_more(made):
    waiting = asyncio.ensure_future(made.next())
    await asyncio.sleep(0)
    assert not waiting.done()
    waiting.cancel()


async def test_everybody_gets_one_before_anybody_gets_two():
    engines = Beside("a", "b", "c")
    for worker in engines.workers:
        worker.become(READY)
    made = pool(engines, *(ticket(key, user_id=key) for key in range(6)))
    names = [name for name, _ in await given(made, 6)]
    assert sorted(names[:3]) == sorted(names[3:]) == ["a", "b", "c"]


async def test_jobs_begin_in_their_turn_whoever_draws():
    engines = Beside("a", "b")
    for worker in engines.workers:
        worker.become(READY)
    jobs = [ticket(key, user_id=key) for key in range(4)]
    assert [job_id for _, job_id in await given(pool(engines, *jobs), 4)] == [job.id for job in jobs]


async def test_of_idle_ones_the_fastest_is_given_the_next():
    engines = Beside("slow", "fast")
    pace = JointPace()
    for worker, step_s in zip(engines.workers, (2.0, 1.0), strict=True):
        worker.become(msgspec.structs.replace(READY, device=worker.name))
        pace.recall([
            *pace._measured,
            StepTime(width=1024, height=1024, guided=True, at_once=1, device=worker.name, step_s=step_s, measured=9),
        ])  # fmt: skip
    assert [name for name, _ in await given(pool(engines, ticket(1), ticket(2, 2), pace=pace), 2)] == ["fast", "slow"]


async def test_who_does_not_draw_is_given_nothing():
    engines = Beside("away", "here", "draining")
    engines.workers[1].become(READY)
    engines.workers[2].become(wire.Draining())
    made = pool(engines, *(ticket(key, user_id=key) for key in range(3)))
    assert [name for name, _ in await given(made, 2)] == ["here", "here"]
    engines.workers[1].become(Away("gone"))
    await nothing_more(made)
    engines.workers[0].become(READY)
    assert [name for name, _ in await given(made, 1)] == ["away"]


async def test_each_is_given_as_many_of_a_shape_as_it_draws_in_one_call():
    """What a card says of itself counts, not what the bot's own file says."""
    engines = Beside("small", "large")
    for worker, cap in zip(engines.workers, (1, 3), strict=True):
        worker.become(msgspec.structs.replace(READY, batch_cap=cap))
    made = pool(engines, *(ticket(key, user_id=key, shape=PORTRAIT) for key in range(9)))
    names = [name for name, _ in await given(made, 5)]
    assert sorted(names) == ["large"] * 3 + ["small"] * 2
    await nothing_more(made)


async def test_of_several_each_has_a_number_and_the_only_one_has_none():
    """Those count that do not draw just now: a number stays the same card's while the list does."""
    engines = Beside("away", "here", "there")
    for worker in engines.workers[1:]:
        worker.become(READY)
    made = pool(engines, ticket(1), ticket(2, 2), ticket(3, 3))
    taken = [await made.next(), await made.next()]
    assert {turn.slot.engine.name: turn.slot.card for turn in taken} == {"here": 2, "there": 3}
    alone = Beside("only")
    alone.workers[0].become(READY)
    assert (await pool(alone, ticket(1)).next()).slot.card == 0


async def test_the_shape_that_is_there_already_comes_first():
    """On each card its own."""
    engines = Beside("a", "b")
    for worker in engines.workers:
        worker.become(READY)
    shapes = PORTRAIT, SQUARE, SQUARE, PORTRAIT
    made = pool(engines, *(ticket(key, user_id=key, shape=shape) for key, shape in enumerate(shapes)))
    by_name = {}
    for name, job_id in await given(made, 4):
        by_name.setdefault(name, []).append(job_id)
    assert sorted(sorted(ids) for ids in by_name.values()) == [["000000", "000003"], ["000001", "000002"]]


async def test_a_job_goes_to_a_worker_that_has_its_checkpoint():
    """One that none has any more goes anywhere, and is refused there in a sentence."""
    engines = Beside("plain", "both")
    other = wire.OtherModel(name="pony", model_name="pony", model_hash="")
    engines.workers[0].become(READY)
    engines.workers[1].become(msgspec.structs.replace(READY, models=(other,)))
    jobs = [ticket(0, 1, weights="pony"), ticket(1, 2), ticket(2, 3, weights="pony"), ticket(3, 4, weights="gone")]
    made = pool(engines, *jobs)
    assert await given(made, 4) == [
        ("plain", ticket(1).id),
        ("both", ticket(0).id),
        ("plain", ticket(3).id),
        ("both", ticket(2).id),
    ]


async def test_a_place_that_was_left_is_given_again():
    engines = Beside("a", "b")
    for worker in engines.workers:
        worker.become(msgspec.structs.replace(READY, batch_cap=1))
    made = pool(engines, *(ticket(key, user_id=key) for key in range(5)))
    turns = await given(made, 4)
    await nothing_more(made)
    name, job_id = turns[0]
    made.leave(job_id)
    assert [again for again, _ in await given(made, 1)] == [name]


async def test_a_worker_that_refused_a_job_gets_no_other_until_one_of_its_own_ends():
    """The refused one leaves it too, and that is no end of one; whoever has room draws it meanwhile."""
    engines = Beside("full", "free")
    full, free = engines.workers
    one_a_call = msgspec.structs.replace(READY, batch_cap=1)
    full.become(one_a_call)
    made = pool(engines, *(ticket(key, user_id=key) for key in range(5)))
    drawn, refused = await made.next(), await made.next()
    refused.slot.refused(refused.ticket.id)
    made.leave(refused.ticket.id)
    await nothing_more(made)
    free.become(one_a_call)
    assert [name for name, _ in await given(made, 2)] == ["free", "free"]
    await nothing_more(made)
    made.leave(drawn.ticket.id)
    assert [name for name, _ in await given(made, 1)] == ["full"]


@pytest.mark.parametrize("refusals", [1, 2])
async def test_a_worker_that_refuses_all_that_it_is_given_is_asked_again_after_a_while(monkeypatch, refusals):
    """It may still be ending what was cancelled here; no end of a job would be heard."""
    monkeypatch.setattr("bot.flow.pool.FULL_S", 0.0)
    engines = Beside("full")
    engines.workers[0].become(READY)
    made = pool(engines, *(ticket(key, user_id=key) for key in range(5)))
    turns = [await made.next() for _ in range(refusals)]
    for turn in turns:
        turn.slot.refused(turn.ticket.id)
    for turn in turns:
        made.leave(turn.ticket.id)
    await nothing_more(made)
    assert [name for name, _ in await given(made, 1)] == ["full"]


async def test_a_worker_that_is_gone_for_good_is_forgotten():
    engines = Beside("a", "b")
    for worker in engines.workers:
        worker.become(READY)
    made = pool(engines, *(ticket(key, user_id=key) for key in range(4)))
    [(name, job_id), _] = await given(made, 2)
    [gone] = [worker for worker in engines.workers if worker.name == name]
    engines.workers.remove(gone)
    made.leave(job_id)
    await given(made, 1)
    assert gone not in made._slots


async def test_what_it_was_drawn_with_is_compared_with_the_one_that_comes_closest():
    engines = Beside("a", "b")
    made = pool(engines)
    assert made.drawn_with() is None
    other = msgspec.structs.replace(READY, device="another card")
    engines.workers[0].become(READY)
    engines.workers[1].become(other)
    assert made.drawn_with() == DrawnWith.of(READY)
    assert made.drawn_with(DrawnWith.of(other)) == DrawnWith.of(other)
    assert (made.model_name, made.model_hash) == (READY.model_name, READY.model_hash)


@pytest.mark.parametrize("closed", [True, False])
async def test_a_closed_pool_gives_nothing_more(closed):
    engines = Beside("a")
    engines.workers[0].become(READY)
    made = pool(engines, ticket(1))
    if closed:
        made.close()
        await nothing_more(made)
    else:
        assert len(await given(made, 1)) == 1
