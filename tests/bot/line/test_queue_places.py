"""Where a job stands: what is told of its place comes true if nobody else comes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.job import public_id
from bot.line.queue import COUNTED, Queue
from tests.bot.line.test_queue import drained, filled, ticket


@pytest.mark.parametrize("owners", [(), (1, 1, 1), (2, 2, 1, 3, 3, 3), (1, 2, 2, 2, 1)])
@pytest.mark.parametrize("who", [1, 4])
def test_the_place_of_a_new_job_is_where_it_would_stand(owners, who):
    """Asking changes nothing."""
    queue = filled(*owners)
    expected = queue.standing_of_new(ticket(99, who))
    assert len(queue) == len(owners)
    queue.push(ticket(99, who))
    assert queue.standing(public_id(99)) == expected


@pytest.mark.parametrize("servers", [1, 120])
def test_the_first_fifty_places_are_counted_out(servers):
    """However many have come at once; those behind them are reckoned, and never told to be among them."""
    queue = Queue(max_jobs=1000)
    for key in range(120):
        queue.push(ticket(key, key + 1, 7 + key % servers))
    standings = [queue.standing(public_id(key)) for key in range(120)]
    assert [one.exact for one in standings] == [True] * 50 + [False] * 70
    assert [(one.place, one.ahead) for one in standings[:50]] == [(1 + key, 10.0 * key) for key in range(50)]
    assert all(one.place > 50 for one in standings[50:])


@given(
    st.lists(st.tuples(st.integers(1, 30), st.sampled_from([7, 8, 9, None])), min_size=1, max_size=400),
    st.integers(0, 200),
)
@settings(max_examples=60, deadline=None)
def test_places_far_back_are_reckoned_about_right(owners, served):
    """Near the head they are counted; further back an estimate is at most a tenth of the line off."""
    queue = Queue(max_jobs=1000)
    for key, (owner, guild_id) in enumerate(owners):
        queue.push(ticket(key, owner, guild_id))
    for _ in range(min(served, len(owners) - 1)):
        queue.release(queue.pop().id)
    waiting = [key for key in range(len(owners)) if public_id(key) in queue]
    standings = {public_id(key): queue.standing(public_id(key)) for key in waiting}
    for place, job_id in enumerate(drained(queue), start=1):
        told = standings[job_id]
        assert told.exact == (place <= COUNTED)
        assert abs(told.place - place) <= (0 if told.exact else 2 + len(waiting) / 10)
