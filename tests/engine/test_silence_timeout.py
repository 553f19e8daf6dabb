"""How long an engine may be silent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.silence_timeout import SilenceTimeout

WIDE, TALL = (1216, 832), (832, 1216)


@pytest.fixture
def silence_timeout():
    return SilenceTimeout(first_s=300.0, floor_s=5.0, times=10)


def drawn(silence_timeout, shape, *, began, pauses):
    """Have one job of a shape drawn, with these pauses between its events."""
    now = began
    silence_timeout.board("before", shape, now)
    silence_timeout.begin("before")
    for pause in pauses:
        now += pause
        silence_timeout.hear(now)
    silence_timeout.leave("before", drawn=True)
    return now


def test_an_engine_without_jobs_may_be_silent_for_ever(silence_timeout):
    assert silence_timeout.deadline is None
    silence_timeout.board("A", WIDE, 1.0)
    silence_timeout.leave("A")
    assert silence_timeout.deadline is None


def test_the_first_job_of_a_shape_has_time_to_compile(silence_timeout):
    """Also when others are known."""
    silence_timeout.board("A", WIDE, 100.0)
    assert silence_timeout.deadline == 400.0
    silence_timeout.leave("A")
    drawn(silence_timeout, WIDE, began=500.0, pauses=[1.0, 1.0])
    silence_timeout.board("B", TALL, 600.0)
    silence_timeout.board("C", WIDE, 600.0)
    assert silence_timeout.deadline == 900.0


def test_a_known_shape_may_pause_for_ten_times_its_longest_pause(silence_timeout):
    """The steps, and the decode at the end."""
    now = drawn(silence_timeout, WIDE, began=0.0, pauses=[0.5, 0.5, 2.0])
    silence_timeout.board("A", WIDE, now + 50)
    silence_timeout.begin("A")
    assert silence_timeout.deadline == now + 50 + 20.0
    silence_timeout.hear(now + 51)
    assert silence_timeout.deadline == now + 51 + 20.0


def test_a_fast_card_has_a_floor(silence_timeout):
    now = drawn(silence_timeout, WIDE, began=0.0, pauses=[0.01] * 20)
    silence_timeout.board("A", WIDE, now)
    silence_timeout.begin("A")
    assert silence_timeout.deadline == now + 5.0


def test_an_engine_that_has_begun_nothing_may_be_bringing_weights(silence_timeout):
    """As long as a first job may take; how long that took makes no later pause longer, and a job that waits changes
    nothing for what is drawn."""
    now = drawn(silence_timeout, WIDE, began=0.0, pauses=[0.5, 0.5])
    silence_timeout.board("A", WIDE, now)
    assert silence_timeout.deadline == now + 300.0
    silence_timeout.hear(now + 200)
    silence_timeout.begin("A")
    assert silence_timeout.deadline == now + 200 + 5.0
    silence_timeout.board("B", WIDE, now + 201)
    assert silence_timeout.deadline == now + 200 + 5.0
    silence_timeout.leave("A", drawn=True)
    assert silence_timeout.deadline == now + 200 + 300.0
    silence_timeout.begin("gone")
    assert silence_timeout.deadline == now + 200 + 300.0


def test_a_job_that_was_not_drawn_teaches_nothing(silence_timeout):
    """It was cancelled before the slow parts."""
    silence_timeout.board("A", WIDE, 0.0)
    silence_timeout.hear(0.1)
    silence_timeout.leave("A")
    silence_timeout.board("B", WIDE, 1.0)
    assert silence_timeout.deadline == 301.0


def test_a_new_engine_knows_no_shape(silence_timeout):
    drawn(silence_timeout, WIDE, began=0.0, pauses=[0.5])
    silence_timeout.forget()
    silence_timeout.board("A", WIDE, 10.0)
    assert silence_timeout.deadline == 310.0


@given(
    st.lists(
        st.tuples(st.floats(0.001, 100), st.sampled_from("ABC"), st.sampled_from(["board", "begin", "hear", "end"]))
    )
)
def test_the_deadline_is_never_sooner_than_what_was_normal(events):
    """Whatever the order: with jobs aboard there is a deadline, and it is later than ten of the last pause."""
    silence_timeout, now, pauses = SilenceTimeout(first_s=30.0, floor_s=5.0, times=10), 0.0, [0.0]
    aboard, begun = set(), set()
    for pause, job, kind in events:
        now += pause
        if kind == "board":
            silence_timeout.board(job, WIDE, now)
            aboard.add(job)
        elif kind == "begin" and job in aboard:
            silence_timeout.begin(job)
            begun.add(job)
        elif kind == "hear" and aboard:
            if begun:
                pauses.append(now - silence_timeout.heard)
            silence_timeout.hear(now)
        elif kind == "end" and aboard:
            silence_timeout.leave(job, drawn=True)
            aboard.discard(job)
            begun.discard(job)
        assert (silence_timeout.deadline is None) == (not aboard)
        if aboard:
            known = bool(begun) and WIDE in silence_timeout._drawn
            assert (
                silence_timeout.deadline
                >= silence_timeout.heard + (max(5.0, 10 * max(pauses[-200:])) if known else 30.0) - 1e-6
            )
