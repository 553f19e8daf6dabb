"""A restart begins where the last process ended, from what the store says."""

from bot.delivery.message_editor import TOKEN_LIFE_S
from bot.store.queue import Steered

NOW = 1_800_000_000.0


async def test_the_line_stands_again(store, life, waiting, new_job):
    """In its order, held and paused as it was."""
    jobs = [await waiting(new_job(user_id=user)) for user in (1, 1, 2, 3)]
    await store.queue.hold(jobs[0].id, held=True)
    await store.queue.steer(Steered(7, paused=True, closed=False))
    new = life()
    await new.recovery.recover()
    assert new.queue.head(9) == []
    new.queue.pause(7, paused=False)
    assert [ticket.id for ticket in new.queue.head(9)] == [job.id for job in jobs[1:]]


async def test_who_can_still_be_told_by_token_is_told_in_time(life, waiting, new_job):
    """Their stories begin at once, so that at minute 13 they hear where their pictures will be; the rest would cost."""
    ages = TOKEN_LIFE_S + 600, TOKEN_LIFE_S + 1, TOKEN_LIFE_S - 1, 10.0
    jobs = [await waiting(new_job(token_created_at=NOW - age)) for age in ages]
    new = life()
    await new.recovery.recover()
    assert [job.id in new.delivery for job in jobs] == [False, False, True, True]


async def test_what_was_being_drawn_waits_again_and_what_was_drawn_is_delivered(store, life, waiting, new_job):
    drawing, drawn = [await waiting(new_job(token_created_at=NOW)) for _ in range(2)]
    for job in (drawing, drawn):
        await store.jobs.start(job.id, now=NOW)
    await store.jobs.rendered(drawn.id, engine_s=1.0)
    new = life()
    await new.recovery.recover()
    assert await new.delivery.ends.get() == ("delivered", drawn.id, "")
    assert [ticket.id for ticket in new.queue.head(9)] == [drawing.id]
