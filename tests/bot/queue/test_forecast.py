"""When a job will be done: also behind several that are drawn as one batch."""

import pytest

from bot.queue.forecast import Forecast
from bot.queue.pace import Pace, StepTime
from bot.queue.queue import Queue
from bot.queue.ticket import Ticket
from engine.cost import step_cost

SIDE, STEPS, STEP_S = 1024, 50, 2.0
COST = STEPS * step_cost(SIDE, SIDE, guided=True)


def ticket(number, user_id=1):
    job_id = f"{number:06}"
    return Ticket(id=job_id, user_id=user_id, guild_id=7, width=SIDE, height=SIDE, pictures=1, cost=COST)


@pytest.mark.parametrize("done", [2, 10, 49])
def test_behind_a_batch_one_waits_for_what_is_left_of_it(done):
    """Four requests of somebody take their steps together: the next waits for those once, and not four times."""
    queue, pace, now = Queue(max_jobs=9), Pace(), [0.0]
    forecast = Forecast(queue, pace, now=lambda: now[0])
    pace.recall([StepTime(width=SIDE, height=SIDE, guided=True, at_once=4, step_s=STEP_S / 4, measured=9)])
    batch = [ticket(number) for number in range(4)]
    for one in batch:
        pace.began(one, now=0.0)
    for step in range(1, done + 1):
        now[0] = step * STEP_S
        for one in batch:
            pace.stepped(one.id, step, now=now[0])
    newcomer = ticket(9, user_id=2)
    queue.push(newcomer)
    assert pace.left_s() == pytest.approx((STEPS - done) * STEP_S)
    assert forecast.drawn_at(0.0) == pytest.approx(STEPS * STEP_S)
    assert forecast.progress(batch[0]) == (done, STEPS)
    assert forecast.progress(newcomer) is None
