"""A restart begins where the last process ended, from what the store says."""

import pytest

from bot.delivery.delivery import Delivery
from bot.delivery.message_editor import TOKEN_LIFE_S
from bot.flow import Flow
from bot.queue.arrivals import Arrivals
from bot.queue.forecast import Forecast
from bot.queue.pace import Pace
from bot.queue.queue import Queue
from bot.store import Store
from bot.store.queue import Steered

NOW = 1_800_000_000.0


@pytest.fixture
async def store(tmp_path):
    async with Store.open(tmp_path) as opened:
        yield opened


class Life:
    """One life of the bot, as far as it touches neither Discord nor the engine."""

    def __init__(self, store):
        self.queue = Queue(max_jobs=100)
        pace = Pace()
        self.delivery = Delivery(
            client=None,
            store=store,
            editor=None,
            gatekeeper=None,
            picture_filter=None,
            budget=None,
            notices=None,
            now=lambda: NOW,
        )
        self.flow = Flow(
            gatekeeper=None,
            terms=None,
            store=store,
            queue=self.queue,
            arrivals=Arrivals(),
            feed=None,
            admission=None,
            forecast=Forecast(self.queue, pace, now=lambda: NOW),
            pace=pace,
            engine=None,
            rendering=None,
            editor=None,
            delivery=self.delivery,
            now=lambda: NOW,
        )


async def waiting(store, new):
    job = await store.jobs.submit(new, now=new.token_created_at)
    return await store.jobs.set_message(job.id, 5)


async def test_the_line_stands_again(store, new_job):
    """In its order, held and paused as it was."""
    jobs = [await waiting(store, new_job(user_id=user)) for user in (1, 1, 2, 3)]
    await store.queue.hold(jobs[0].id, held=True)
    await store.queue.steer(Steered(7, paused=True, closed=False))
    life = Life(store)
    await life.flow.recover()
    assert life.queue.head(9) == []
    life.queue.pause(7, paused=False)
    assert [ticket.id for ticket in life.queue.head(9)] == [job.id for job in jobs[1:]]


async def test_who_can_still_be_told_by_token_is_told_in_time(store, new_job):
    """Their stories begin at once, so that at minute 13 they hear where their pictures will be; the rest would cost."""
    ages = TOKEN_LIFE_S + 600, TOKEN_LIFE_S + 1, TOKEN_LIFE_S - 1, 10.0
    jobs = [await waiting(store, new_job(token_created_at=NOW - age)) for age in ages]
    life = Life(store)
    await life.flow.recover()
    assert [job.id in life.delivery for job in jobs] == [False, False, True, True]
