"""The line of jobs: nobody is lost, nobody is served twice, nobody is starved."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import LineClosed, QueueFull
from bot.job import public_id
from bot.line.allowance import Allowance
from bot.line.queue import COUNTED, Queue
from bot.line.ticket import Ticket

PORTRAIT, SQUARE = (832, 1216), (1024, 1024)


def ticket(key, user_id=1, guild_id=None, *, shape=PORTRAIT, cost=10.0, **changes):
    """Without a server it is a direct message."""
    width, height = shape
    return Ticket(
        id=public_id(key),
        user_id=user_id,
        guild_id=guild_id,
        width=width,
        height=height,
        pictures=1,
        cost=cost,
        **changes,
    )


def filled(*owners, guild_id=None, max_jobs=1000, **limits):
    queue = Queue(max_jobs=max_jobs, allowance=Allowance(**limits))
    for key, owner in enumerate(owners):
        queue.push(ticket(key, owner, guild_id))
    return queue


def drained(queue):
    order = []
    while (popped := queue.pop()) is not None:
        order.append(popped.id)
        queue.release(popped.id)
    return order


def ids(*keys):
    return [public_id(key) for key in keys]


@pytest.mark.parametrize("guild_id", [None, 7])
def test_people_take_turns(guild_id):
    """Between two jobs of one person everybody else who waits is served once, in one server as across several."""
    assert drained(filled(1, 1, 1, 2, 2, 3, guild_id=guild_id)) == ids(0, 3, 5, 1, 4, 2)


def test_servers_take_turns_whatever_their_number_of_people():
    """A server of ten people has no more of the engine than a server of one."""
    queue = Queue(max_jobs=100)
    for key in range(10):
        queue.push(ticket(key, user_id=10 + key, guild_id=1))
    for key in range(10, 14):
        queue.push(ticket(key, user_id=50, guild_id=2))
    assert drained(queue)[:8] == ids(0, 10, 1, 11, 2, 12, 3, 13)


def test_shares_are_counted_in_cost():
    """Somebody whose jobs cost four times as much has one for four of the other's."""
    queue = Queue(max_jobs=100)
    for key in range(4):
        queue.push(ticket(key, user_id=1, guild_id=7, cost=40.0))
    for key in range(4, 12):
        queue.push(ticket(key, user_id=2, guild_id=7, cost=10.0))
    assert drained(queue)[:10] == ids(0, 4, 5, 6, 7, 1, 8, 9, 10, 11)


def test_a_priority_role_has_a_larger_share_and_no_veto():
    """With weight 3 it is three jobs to one, and the one comes all the same."""
    queue = Queue(max_jobs=100)
    for key in range(8):
        queue.push(ticket(key, user_id=1, guild_id=7, weight=3.0))
    for key in range(8, 12):
        queue.push(ticket(key, user_id=2, guild_id=7))
    order = drained(queue)[:8]
    assert [order.count(job_id) for job_id in ids(8, 9)] == [1, 1]
    assert order.index(public_id(8)) <= 1


def test_a_newcomer_is_next_however_much_somebody_else_has_waiting():
    """Behind one heavy user only what runs is before them."""
    queue = filled(*[1] * 50, guild_id=7)
    for _ in range(5):
        queue.pop()
    queue.push(ticket(99, 2, 7))
    assert queue.standing(public_id(99)).place == 1
    queue.push(ticket(98, 3, 8))
    assert set(ids(98, 99)) == {queue.pop().id, queue.pop().id}


@pytest.mark.parametrize("owners", [(), (1, 1, 1), (2, 2, 1, 3, 3, 3), (1, 2, 2, 2, 1)])
@pytest.mark.parametrize("who", [1, 4])
def test_the_place_of_a_new_job_is_where_it_would_stand(owners, who):
    """Asking changes nothing."""
    queue = filled(*owners)
    expected = queue.standing_of_new(ticket(99, who))
    assert len(queue) == len(owners)
    queue.push(ticket(99, who))
    assert queue.standing(public_id(99)) == expected


def test_nobody_gets_two_turns_by_coming_back():
    """A person whose line ran empty joins behind those who already wait."""
    queue = filled(1, 2, 3)
    assert queue.pop().id == public_id(0)
    queue.push(ticket(9, 1))
    assert drained(queue) == ids(1, 2, 9)


def test_what_is_drawn_again_has_its_turn_again():
    """An engine that died costs nobody their turn."""
    queue = filled(1, 1, 2, 2, guild_id=7)
    queue.push(queue.pop())
    assert drained(queue) == ids(0, 2, 1, 3)


def test_a_restart_goes_on_where_the_shares_were():
    """Who was served in the last hour is not served first again because the bot was started anew."""
    queue = Queue(max_jobs=100)
    for key in range(3):
        queue.remember(ticket(key, user_id=1, guild_id=7))
    for key in range(3, 6):
        queue.push(ticket(key, user_id=1, guild_id=7))
    queue.push(ticket(6, user_id=2, guild_id=7))
    queue.push(ticket(7, user_id=3, guild_id=8))
    assert drained(queue)[:2] == ids(7, 6)


# Limits


def test_the_limits_hold_for_places_that_are_only_reserved():
    """Two requests at once cannot both take the last place while the store commits."""
    queue = Queue(max_jobs=2, allowance=Allowance(waiting_per_person=1))
    with queue.reserve(1, None):
        with pytest.raises(QueueFull, match=r"^You already have 1 request waiting; at most 1 may\."):
            queue.reserve(1, None).__enter__()
        with queue.reserve(2, None), pytest.raises(QueueFull, match=r"^The queue is full: 2 requests"):
            queue.reserve(3, None).__enter__()
        with queue.reserve(2, None):
            queue.push(ticket(0, 1))
    with queue.reserve(3, None):
        queue.push(ticket(1, 3))
    with pytest.raises(QueueFull, match="full"):
        queue.reserve(4, None).__enter__()


def test_a_reservation_that_came_to_nothing_is_given_back():
    """A commit that failed takes no place."""
    queue = Queue(max_jobs=1)
    with pytest.raises(OSError, match="disk"), queue.reserve(1, None):
        raise OSError("disk")
    with queue.reserve(1, None):
        pass


def test_a_restart_fills_the_line_over_a_limit_that_was_lowered():
    """What was acknowledged is never turned away."""
    queue = filled(1, 1, 1, max_jobs=1, waiting_per_person=1)
    assert len(queue) == 3
    with pytest.raises(QueueFull, match="You already have 3 requests waiting; at most 1 may"):
        queue.reserve(1, None).__enter__()


@pytest.mark.parametrize(
    ("operator", "server", "sentence"),
    [
        ({"waiting_per_server": 3}, {}, "This server has 3 requests waiting; at most 3 may"),
        ({"waiting_per_server": 9}, {"waiting_per_server": 2}, "This server has 3 requests waiting; at most 2 may"),
        ({"waiting_per_person": 9}, {"waiting_per_person": 2}, "You already have 2 requests waiting in this server"),
        ({"waiting_per_person": 2}, {"waiting_per_person": 9}, "You already have 2 requests waiting; at most 2 may"),
    ],
)
def test_the_narrower_limit_of_operator_and_server_holds(operator, server, sentence):
    """Admins can narrow what the operator allows, and never widen it."""
    queue = filled(1, 1, 2, guild_id=7, **operator)
    queue.allow(7, Allowance(**server))
    with pytest.raises(QueueFull, match=f"^{sentence}"):
        queue.reserve(1, 7).__enter__()
    with queue.reserve(3, 8):
        pass


def test_a_server_limit_of_each_person_counts_only_that_server():
    """What somebody has waiting elsewhere is the operator's business."""
    queue = filled(1, 1, guild_id=8)
    queue.allow(7, Allowance(waiting_per_person=2))
    with queue.reserve(1, 7):
        pass


def test_a_full_line_tells_what_must_be_drawn_until_it_makes_sense_to_return():
    """A person's until their own next job starts, the whole line's until a tenth of it is gone."""
    queue = filled(2, 1, 1, guild_id=7, max_jobs=3, waiting_per_person=2)
    with pytest.raises(QueueFull) as refused:
        queue.reserve(1, 7).__enter__()
    assert refused.value.until == 10.0
    with pytest.raises(QueueFull) as refused:
        queue.reserve(3, 7).__enter__()
    assert refused.value.until == 10.0


@pytest.mark.parametrize(
    "limits",
    [
        {"operator": Allowance(running_per_person=1)},
        {"server": Allowance(running_per_person=1)},
    ],
)
def test_nobody_has_more_running_than_may_be(limits):
    """Their turn is kept back until one is done, and others go on."""
    queue = Queue(max_jobs=100, allowance=limits.get("operator", Allowance()))
    queue.allow(7, limits.get("server", Allowance()))
    for key, owner in enumerate((1, 1, 2, 2)):
        queue.push(ticket(key, owner, 7))
    assert [queue.pop().id, queue.pop().id] == ids(0, 2)
    assert queue.pop() is None
    assert queue.standing(public_id(1)).place == 1
    queue.release(public_id(2))
    assert queue.pop().id == public_id(3)
    queue.release(public_id(0))
    assert queue.pop().id == public_id(1)


def test_a_limit_over_all_servers_keeps_back_what_waits_elsewhere():
    """And lets it go when the other is done."""
    queue = Queue(max_jobs=100, allowance=Allowance(running_per_person=1))
    queue.push(ticket(0, 1, 7))
    queue.push(ticket(1, 1, 8))
    queue.pop()
    assert queue.pop() is None
    queue.release(public_id(0))
    assert queue.pop().id == public_id(1)


def test_a_server_has_no_more_running_than_may_be():
    queue = Queue(max_jobs=100, allowance=Allowance(running_per_server=1))
    for key, owner in enumerate((1, 2)):
        queue.push(ticket(key, owner, 7))
    queue.push(ticket(2, 3, 8))
    assert [queue.pop().id, queue.pop().id] == ids(0, 2)
    assert queue.pop() is None
    queue.release(public_id(0))
    assert queue.pop().id == public_id(1)


def test_what_admins_allow_acts_on_what_waits():
    """Lowered, a limit lets what runs come to its end and keeps the next back; raised, it lets that start at once."""
    queue = filled(1, 2, 3, 4, guild_id=7)
    assert [queue.pop().id, queue.pop().id] == ids(0, 1)
    queue.allow(7, Allowance(running_per_server=2))
    assert queue.pop() is None
    assert queue.standing(public_id(2)).place == 1
    queue.allow(7, Allowance(running_per_server=1))
    queue.release(public_id(0))
    assert queue.pop() is None
    queue.allow(7, Allowance())
    assert drained(queue) == ids(2, 3)


# Steering


def test_a_held_job_waits_and_keeps_its_place():
    """Others of the same person go on meanwhile."""
    queue = filled(1, 1, 1, guild_id=7)
    queue.hold(public_id(0))
    assert queue.standing(public_id(0)) is None
    assert queue.pop().id == public_id(1)
    queue.resume(public_id(0))
    assert drained(queue) == ids(0, 2)


def test_a_job_moved_up_comes_before_the_others_of_its_person_only():
    """Of two moved up the later one is first; nobody else waits longer."""
    queue = filled(1, 1, 1, 2, guild_id=7)
    queue.move_up(public_id(1), now=10.0, in_server=False)
    queue.move_up(public_id(2), now=11.0, in_server=False)
    assert drained(queue) == ids(2, 3, 1, 0)


def test_a_moderator_gives_a_job_the_next_turn_of_its_server():
    """The other servers' turns come as before, and the person pays."""
    queue = filled(1, 1, 2, 2, guild_id=7)
    queue.push(ticket(9, 5, 8))
    assert queue.pop().id == public_id(0)
    queue.move_up(public_id(1), now=10.0, in_server=True)
    assert drained(queue) == ids(9, 1, 2, 3)


def test_a_paused_server_starts_nothing_and_saves_nothing_up():
    """New jobs of it are taken, other servers go on, and afterwards it has its share again, not more."""
    queue = filled(1, 1, 1, guild_id=7)
    for key in range(3, 9):
        queue.push(ticket(key, 2, 8))
    queue.pause(7, paused=True)
    assert queue.standing(public_id(0)) is None
    assert [queue.pop().id, queue.pop().id] == ids(3, 4)
    queue.push(ticket(9, 1, 7))
    queue.pause(7, paused=False)
    assert drained(queue)[:4] == ids(0, 5, 1, 6)


def test_a_closed_server_takes_nothing_new_and_is_drawn_empty():
    queue = filled(1, guild_id=7)
    queue.close(7, closed=True)
    with pytest.raises(LineClosed):
        queue.reserve(2, 7).__enter__()
    assert drained(queue) == ids(0)
    queue.close(7, closed=False)
    with queue.reserve(2, 7):
        pass


def test_everything_of_a_person_and_of_a_server_is_found():
    """Held jobs included."""
    queue = filled(1, 2, 1, guild_id=7)
    queue.push(ticket(3, 1))
    queue.hold(public_id(0))
    assert [one.id for one in queue.of_person(1)] == ids(0, 2, 3)
    assert [one.id for one in queue.of_server(7)] == ids(2, 1, 0)
    assert [one.id for one in queue.of_server(7, 1, 1)] == ids(1)
    assert queue.jobs_of_server(7) == 3


# Batches


def test_jobs_of_one_shape_are_offered_together():
    """One that stands a little further back is taken before the next, once."""
    queue = Queue(max_jobs=100)
    for key, shape in enumerate((SQUARE, PORTRAIT, SQUARE, SQUARE)):
        queue.push(ticket(key, key, 7, shape=shape))
    assert queue.pop().id == public_id(0)
    assert queue.pop(like=SQUARE).id == public_id(2)
    assert queue.pop(like=SQUARE) is None
    assert queue.pop().id == public_id(1)


def test_only_a_turn_that_is_near_is_taken_early():
    """Not the second of somebody who has just had one."""
    queue = Queue(max_jobs=100)
    queue.push(ticket(0, 1, 7, shape=SQUARE, cost=30.0))
    queue.push(ticket(1, 1, 7, shape=SQUARE, cost=30.0))
    queue.push(ticket(2, 2, 7))
    assert queue.pop().id == public_id(0)
    assert queue.pop(like=SQUARE) is None


def test_a_job_cannot_stand_in_line_twice():
    queue = filled(1)
    with pytest.raises(ValueError, match="already in line"):
        queue.push(ticket(0, 1))


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
