"""Where a job stands: what is told of its place comes true if nobody else comes."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.job import public_id
from bot.queue.queue import COUNTED, Queue
from tests.bot.queue.test_queue import drained, filled, ticket


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


def test_of_one_persons_own_the_place_is_reckoned_exactly():
    """Whatever stands before a job in its own line comes before it."""
    queue = filled(*[1] * 300, guild_id=7)
    assert queue.standing(public_id(199)) == (200, 1990.0, 199, False)


def test_who_is_reckoned_too_far_in_front_is_told_the_first_place_behind_those_counted():
    """Many cheap jobs of another and a dear one look on average as if few of them would come before."""
    queue = Queue(max_jobs=1000)
    for key in range(99):
        queue.push(ticket(key, 1, 7, cost=1.0))
    queue.push(ticket(99, 1, 7, cost=1000.0))
    queue.push(ticket(100, 2, 7, cost=100.0))
    queue.push(ticket(101, 2, 7))
    told = queue.standing(public_id(101))
    assert (told.place, told.own, told.exact) == (51, 1, False)
    assert told.ahead == pytest.approx(100 + 1099 * (100 / 1099 + 1 / 100))


@given(
    st.lists(st.tuples(st.integers(1, 30), st.sampled_from([7, 8, 9, None])), min_size=1, max_size=400),
    st.integers(0, 200),
)
@settings(max_examples=60, deadline=None)
def test_places_far_back_are_reckoned_about_right(owners, served):
    """Near the head they are counted; further back an estimate is at most a tenth of the line off."""
    what_is_told_comes_true(owners, served)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("paused", [False, True])
def test_where_jobs_cost_the_same_only_equals_are_reckoned_too_many(seed, paused):
    """Of each person of the same server one job, and one of each server for each of them; never too few."""
    chance = random.Random(seed)
    people = 1 + seed % 3
    owners = [(chance.randint(1, people), chance.choice([7, 8, 9, None])) for _ in range(200)]
    what_is_told_comes_true(owners, 10 * seed, paused=paused, too_many=(people + 1) * (3 + people))


def what_is_told_comes_true(owners, served, *, paused=False, too_many=None):
    queue = Queue(max_jobs=1000)
    for key, (owner, guild_id) in enumerate(owners):
        queue.push(ticket(key, owner, guild_id))
    for _ in range(min(served, len(owners) - 1)):
        queue.release(queue.pop().id)
    queue.pause(7, paused=paused)
    standings = {public_id(key): queue.standing(public_id(key)) for key in range(len(owners))}
    told = {job_id: one for job_id, one in standings.items() if one}
    off = 2 + len(told) / 10 if too_many is None else too_many
    for place, job_id in enumerate(drained(queue), start=1):
        one = told.pop(job_id)
        assert one.exact == (place <= COUNTED)
        if one.exact:
            assert (one.place, one.ahead) == (place, 10.0 * (place - 1))
        assert abs(one.place - place) <= off
        assert abs(one.ahead - 10.0 * (place - 1)) <= 10.0 * off
        assert too_many is None or one.place >= place
    assert not told
