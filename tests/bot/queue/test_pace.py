"""How long a step takes: learned from what the engine says, and never from a step that was disturbed."""

import pytest

from bot.queue.forecast import Forecast, Wait
from bot.queue.overtaking import ENOUGH, Overtaking
from bot.queue.pace import Pace
from bot.queue.queue import Queue
from bot.queue.standing import Standing
from bot.queue.ticket import Ticket
from engine.cost import step_cost


def ticket(job_id="000001", *, width=1024, height=1024, steps=10, pictures=1, guided=True, user_id=1):
    cost = step_cost(width, height, guided=guided) * steps * pictures
    return Ticket(
        id=job_id,
        user_id=user_id,
        guild_id=7,
        width=width,
        height=height,
        pictures=pictures,
        guided=guided,
        cost=cost,
    )


def draw(pace, job, *, step_s, now=0.0, extra_s=0.0, steps=10):
    """Draw a job alone; give the time at its end."""
    pace.began(job, now=now)
    for step in range(1, steps + 1):
        now += step_s
        pace.stepped(job.id, step * job.pictures, now=now)
    now += extra_s
    pace.ended(job.id, now=now)
    return now


def test_nothing_is_estimated_before_anything_was_measured():
    pace = Pace()
    assert pace.step_s(ticket()) is None
    assert pace.engine_s(ticket()) is None
    assert pace.cost_s(5.0) is None


def test_a_job_takes_what_its_like_took():
    """Steps, and as much more as pictures took besides."""
    pace = Pace()
    draw(pace, ticket(), step_s=0.5, extra_s=2.0)
    assert pace.step_s(ticket()) == pytest.approx(0.5)
    assert pace.engine_s(ticket(steps=20)) == pytest.approx(14.0)
    assert pace.cost_s(ticket().cost) == pytest.approx(7.0)


def test_a_shape_that_was_never_drawn_counts_by_what_the_unet_computes_and_by_guidance():
    """Four times the pixels take five times as long, because attention grows with their square."""
    pace = Pace()
    draw(pace, ticket(width=832, height=1216), step_s=0.5)
    assert pace.step_s(ticket(width=1248, height=1824)) == pytest.approx(0.5 * 2.54, rel=0.01)
    assert pace.step_s(ticket(width=1664, height=2432)) == pytest.approx(0.5 * 5.27, rel=0.01)
    assert pace.step_s(ticket(width=832, height=1216, guided=False)) == pytest.approx(0.25)


def test_each_number_at_once_has_its_own_time():
    """Four pictures in one call take less than four times as long; an unknown number takes its nearest."""
    pace = Pace()
    draw(pace, ticket(), step_s=0.4)
    draw(pace, ticket(pictures=4), step_s=0.8)
    assert pace.step_s(ticket()) == pytest.approx(0.4)
    assert pace.step_s(ticket(pictures=4)) == pytest.approx(0.2)
    assert pace.step_s(ticket(pictures=3)) == pytest.approx(0.2)


def test_two_jobs_share_the_engine():
    """Each step of either waits for the other's; what is counted is the engine's own time."""
    pace = Pace()
    jobs = [ticket("000001"), ticket("000002")]
    for job in jobs:
        pace.began(job, now=0.0)
    now = 0.0
    for step in range(1, 4):
        for job in jobs:
            now += 0.3
            pace.stepped(job.id, step, now=now)
    assert pace.step_s(jobs[0]) == pytest.approx(0.3)
    assert pace.left_s() == pytest.approx(2 * 7 * 0.3)


def test_a_step_beside_which_something_came_is_not_timed():
    """It belongs to neither number at once."""
    pace = Pace()
    pace.began(ticket(), now=0.0)
    pace.stepped("000001", 1, now=1.0)
    pace.began(ticket("000002"), now=1.5)
    pace.stepped("000001", 2, now=9.0)
    assert pace.step_s(ticket()) is None


def test_a_machine_that_slept_is_not_taken_for_a_slow_one():
    pace = Pace()
    now = draw(pace, ticket(), step_s=0.5)
    pace.began(ticket(), now=now)
    pace.stepped("000001", 1, now=now + 0.5)
    pace.stepped("000001", 2, now=now + 3600.0)
    assert pace.step_s(ticket()) == pytest.approx(0.5)


def test_old_measurements_fade():
    """A machine that became faster is known to be within some hundred steps."""
    pace = Pace()
    now = draw(pace, ticket(steps=200), step_s=1.0, steps=200)
    draw(pace, ticket(steps=200), step_s=0.5, now=now, steps=200)
    assert pace.step_s(ticket()) == pytest.approx(0.5, rel=0.05)


def test_what_was_measured_is_taken_up_again():
    """A restart knows at once how long a job takes."""
    pace, again = Pace(), Pace()
    draw(pace, ticket(), step_s=0.5)
    again.recall(pace.measured(ticket()))
    assert again.step_s(ticket()) == pytest.approx(0.5)
    assert again.cost_s(ticket().cost) == pytest.approx(5.0)


def test_a_forecast_adds_what_is_drawn_what_is_ahead_and_the_job_itself():
    pace, queue = Pace(), Queue(max_jobs=9)
    forecast = Forecast(queue, pace, now=lambda: 1000.0)
    draw(pace, ticket(), step_s=0.5)
    pace.began(ticket("000001"), now=0.0)
    queue.push(ticket("000002"))
    queue.push(ticket("000003", user_id=2))
    second = ticket("000003", user_id=2)
    assert forecast.wait(second) == Wait(2, ready_at=pytest.approx(1015.0))
    assert [wait for _, wait in forecast.at_head(5)][1] == forecast.wait(second)
    assert forecast.wait_of_new(ticket("~", user_id=3)).ready_at == pytest.approx(1020.0)


def test_time_without_work_counts_for_nothing():
    """Only while something is drawn is the engine busy."""
    pace = Pace()
    now = draw(pace, ticket(), step_s=0.5)
    draw(pace, ticket(), step_s=0.5, now=now + 5000.0)
    assert pace.cost_s(ticket().cost) == pytest.approx(5.0)


def test_a_clock_that_was_set_back_is_no_step():
    pace = Pace()
    pace.began(ticket(), now=100.0)
    pace.stepped("000001", 1, now=101.0)
    pace.stepped("000001", 2, now=50.0)
    assert pace.step_s(ticket()) is None


def test_who_is_often_overtaken_is_told_a_later_time():
    """The more of their own is ahead, the more newcomers come between; what was learned of one depth is for that."""
    overtaking = Overtaking()
    heavy, newcomer = ticket("000001"), ticket("000002", user_id=2)
    behind_own = Standing(2, ahead=newcomer.cost, own=1, exact=True)
    for _ in range(ENOUGH):
        assert overtaking.expected(behind_own) == newcomer.cost
        overtaking.asked(heavy, behind_own)
        for _ in range(3):
            overtaking.began(newcomer)
        overtaking.began(heavy)
    assert overtaking.expected(behind_own) == pytest.approx(3 * newcomer.cost)
    assert overtaking.expected(behind_own._replace(own=0)) == newcomer.cost


def test_what_has_no_turn_has_no_time():
    """Held, paused by a moderator and blocked by the operator are told apart."""
    pace, queue = Pace(), Queue(max_jobs=9)
    forecast = Forecast(queue, pace, now=lambda: 0.0)
    queue.push(ticket("000001"))
    queue.push(ticket("000002"))
    queue.hold("000001")
    assert forecast.wait(ticket("000001")) == Wait(None)
    queue.pause(7, paused=True)
    assert forecast.wait(ticket("000002")) == Wait(None, paused=True)
    queue.block(7, blocked=True)
    assert forecast.wait(ticket("000002")) == Wait(None, paused=True, blocked=True)
