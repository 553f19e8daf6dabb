"""How long an engine may be silent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.pulse import Pulse

WIDE, TALL = (1216, 832), (832, 1216)


@pytest.fixture
def pulse():
    return Pulse(first_s=300.0, floor_s=5.0, times=10)


def drawn(pulse, shape, *, began, pauses):
    """Have one job of a shape drawn, with these pauses between its events."""
    now = began
    pulse.board("before", shape, now)
    for pause in pauses:
        now += pause
        pulse.hear(now)
    pulse.leave("before", drawn=True)
    return now


def test_an_engine_without_jobs_may_be_silent_for_ever(pulse):
    assert pulse.deadline is None
    pulse.board("A", WIDE, 1.0)
    pulse.leave("A")
    assert pulse.deadline is None


def test_the_first_job_of_a_shape_has_time_to_compile(pulse):
    """Also when others are known."""
    pulse.board("A", WIDE, 100.0)
    assert pulse.deadline == 400.0
    pulse.leave("A")
    drawn(pulse, WIDE, began=500.0, pauses=[1.0, 1.0])
    pulse.board("B", TALL, 600.0)
    pulse.board("C", WIDE, 600.0)
    assert pulse.deadline == 900.0


def test_a_known_shape_may_pause_for_ten_times_its_longest_pause(pulse):
    """The steps, and the decode at the end."""
    now = drawn(pulse, WIDE, began=0.0, pauses=[0.5, 0.5, 2.0])
    pulse.board("A", WIDE, now + 50)
    assert pulse.deadline == now + 50 + 20.0
    pulse.hear(now + 51)
    assert pulse.deadline == now + 51 + 20.0


def test_a_fast_card_has_a_floor(pulse):
    now = drawn(pulse, WIDE, began=0.0, pauses=[0.01] * 20)
    pulse.board("A", WIDE, now)
    assert pulse.deadline == now + 5.0


def test_a_job_that_was_not_drawn_teaches_nothing(pulse):
    """It was cancelled before the slow parts."""
    pulse.board("A", WIDE, 0.0)
    pulse.hear(0.1)
    pulse.leave("A")
    pulse.board("B", WIDE, 1.0)
    assert pulse.deadline == 301.0


def test_a_new_engine_knows_no_shape(pulse):
    drawn(pulse, WIDE, began=0.0, pauses=[0.5])
    pulse.forget()
    pulse.board("A", WIDE, 10.0)
    assert pulse.deadline == 310.0


@given(st.lists(st.tuples(st.floats(0.001, 100), st.sampled_from("ABC"), st.sampled_from(["board", "hear", "end"]))))
def test_the_deadline_is_never_sooner_than_what_was_normal(events):
    """Whatever the order: with jobs aboard there is a deadline, and it is later than ten of the last pause."""
    pulse, now, pauses = Pulse(first_s=30.0, floor_s=5.0, times=10), 0.0, [0.0]
    aboard = set()
    for pause, job, kind in events:
        now += pause
        if kind == "board":
            pulse.board(job, WIDE, now)
            aboard.add(job)
        elif kind == "hear" and aboard:
            pauses.append(now - pulse.heard)
            pulse.hear(now)
        elif kind == "end" and aboard:
            pulse.leave(job, drawn=True)
            aboard.discard(job)
        assert (pulse.deadline is None) == (not aboard)
        if aboard:
            known = WIDE in pulse._drawn
            assert pulse.deadline >= pulse.heard + (max(5.0, 10 * max(pauses[-200:])) if known else 30.0) - 1e-6
