"""How long several that draw at different speeds take together, against counting it out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.queue.joint_pace import JointPace
from bot.queue.pace import Pace, StepTime
from engine.cost import step_cost
from tests.bot.queue.test_pace import ticket

SIDE = 1024
STEP = step_cost(SIDE, SIDE, guided=True)


def measured(step_s, device=""):
    return StepTime(width=SIDE, height=SIDE, guided=True, at_once=1, device=device, step_s=step_s, measured=50)


def pace(step_s, *, left_steps=0):
    """One that draws, and has so many steps to go."""
    made = Pace()
    made.recall([measured(step_s)])
    if left_steps:
        made.began(ticket(steps=left_steps), now=0.0)
    return made


def joint(*paces):
    made = JointPace()
    made.draw(paces)
    return made


@given(st.floats(0.01, 10), st.integers(0, 100), st.floats(0, 1000))
def test_one_alone_is_what_it_says_itself(step_s, left, steps):
    one = pace(step_s, left_steps=left)
    assert joint(one).until_s(steps * STEP) == pytest.approx(one.until_s(steps * STEP))
    assert joint(one).engine_s(ticket()) == pytest.approx(one.engine_s(ticket()))


@given(st.lists(st.tuples(st.floats(0.1, 5), st.integers(0, 60)), min_size=1, max_size=5), st.integers(0, 300))
def test_several_are_through_when_their_work_adds_up(each, steps):
    """Up to that moment everybody has drawn since they were free: so much in all, and nobody has less than nothing."""
    until = joint(*(pace(step_s, left_steps=left) for step_s, left in each)).until_s(steps * STEP)
    free = [(until - step_s * left) / step_s for step_s, left in each]
    assert sum(max(0.0, one) for one in free) == pytest.approx(steps, abs=1e-6)


def test_an_idle_one_takes_the_next_at_once():
    assert joint(pace(1.0, left_steps=50), pace(2.0)).until_s(0.0) == 0.0


def test_twice_as_many_are_twice_as_fast():
    assert joint(pace(1.0), pace(1.0)).until_s(60 * STEP) == pytest.approx(30.0)


def test_who_was_never_measured_is_as_fast_as_the_others():
    assert joint(pace(1.0), Pace()).until_s(60 * STEP) == pytest.approx(30.0)
    assert joint(Pace()).until_s(1.0) is None
    assert joint(Pace()).engine_s(ticket()) is None


def test_a_job_takes_as_long_as_with_whom_it_will_likely_be():
    """A card that is twice as fast draws twice as many."""
    fast, slow = pace(1.0), pace(2.0)
    usual = fast.engine_s(ticket())
    assert joint(fast, slow).engine_s(ticket()) == pytest.approx(usual * (2 / 3 * 1 + 1 / 3 * 2))


def test_a_card_is_known_by_its_kind_after_a_restart():
    """And a new kind is guessed from all that were measured."""
    made = JointPace()
    made.recall([measured(1.0, "fast"), measured(3.0, "slow")])
    assert made.of("fast").step_s(ticket()) == 1.0
    assert made.of("slow").step_s(ticket()) == 3.0
    assert made.of("new").step_s(ticket()) is not None
    assert made.until_s(STEP) is not None


def test_while_nobody_draws_the_last_ones_are_spoken_of():
    made = joint(pace(1.0))
    made.draw([])
    assert made.until_s(60 * STEP) == pytest.approx(60.0)


def test_what_is_measured_is_kept_for_its_kind_of_card():
    one = Pace("card")
    one.recall([measured(1.0)])
    assert [kept.device for kept in one.measured(ticket())] == ["card"]
