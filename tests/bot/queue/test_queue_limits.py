"""Limits of the line: of the whole, of a server and of a person, and when it makes sense to come back."""

import pytest

from bot.errors import QueueFull
from bot.job import public_id
from bot.queue.allowance import Allowance
from bot.queue.queue import Queue
from tests.bot.queue.test_queue import drained, filled, ids, ticket
from tests.refusing import refused


def test_a_direct_message_is_no_server():
    """Not even the one that has the number of its asker."""
    queue = Queue(max_jobs=10)
    queue.close(7, closed=True)
    with queue.reserve(7, None):
        pass
    assert queue.switches.closed == {7}


def test_the_limits_hold_for_places_that_are_only_reserved():
    """Two requests at once cannot both take the last place while the store commits."""
    queue = Queue(max_jobs=2, allowance=Allowance(waiting_per_person=1))
    with queue.reserve(1, None):
        with refused(QueueFull, r"^You already have 1 request waiting; the limit is 1\."):
            queue.reserve(1, None).__enter__()
        with queue.reserve(2, None), refused(QueueFull, r"^The queue is full, with 2 requests"):
            queue.reserve(3, None).__enter__()
        with queue.reserve(2, None):
            queue.push(ticket(0, 1))
    with queue.reserve(3, None):
        queue.push(ticket(1, 3))
    with refused(QueueFull, "full"):
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
    with refused(QueueFull, "You already have 3 requests waiting; the limit is 1"):
        queue.reserve(1, None).__enter__()


@pytest.mark.parametrize(
    ("operator", "server", "sentence"),
    [
        ({"waiting_per_server": 3}, {}, "This server has 3 requests waiting; the limit is 3"),
        ({"waiting_per_server": 9}, {"waiting_per_server": 2}, "This server has 3 requests waiting; the limit is 2"),
        ({"waiting_per_person": 9}, {"waiting_per_person": 2}, "You already have 2 requests waiting in this server"),
        ({"waiting_per_person": 2}, {"waiting_per_person": 9}, "You already have 2 requests waiting; the limit is 2"),
    ],
)
def test_the_narrower_limit_of_operator_and_server_holds(operator, server, sentence):
    """Admins can narrow what the operator allows, and never widen it."""
    queue = filled(1, 1, 2, guild_id=7, **operator)
    queue.allow(7, Allowance(**server))
    with refused(QueueFull, f"^{sentence}"):
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


def test_a_full_person_may_return_when_their_own_next_job_starts():
    """Not when somebody else's does, and never if all of theirs are held."""
    queue = filled(2, 3, 1, 1, guild_id=7, waiting_per_person=2)
    with pytest.raises(QueueFull) as refused:
        queue.reserve(1, 7).__enter__()
    assert refused.value.until == 20.0
    for job_id in ids(2, 3):
        queue.hold(job_id)
    with pytest.raises(QueueFull) as refused:
        queue.reserve(1, 7).__enter__()
    assert refused.value.until is None


@pytest.mark.parametrize(("most", "drawn"), [(9, 1), (19, 1), (20, 2), (40, 4)])
@pytest.mark.parametrize("full", ["line", "server"])
def test_it_makes_sense_to_return_when_a_tenth_of_a_full_line_is_gone(most, drawn, full):
    """One job at least; of a full server a tenth of its own jobs, whatever the others have."""
    queue = Queue(max_jobs=most if full == "line" else 1000, allowance=Allowance(waiting_per_server=most))
    for key in range(most):
        queue.push(ticket(key, key + 1, 7, cost=10.0 + key))
    if full == "server":
        queue.push(ticket(most, 99, 8, cost=1000.0))
    with pytest.raises(QueueFull) as refused:
        queue.reserve(98, 8 if full == "line" else 7).__enter__()
    assert refused.value.until == sum(10.0 + key for key in range(drawn))


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


def test_what_the_operator_allows_acts_on_what_waits():
    """Likewise: who was kept back may start at once where more is allowed, and who may not any more is kept back."""
    queue = filled(1, 1, 1, guild_id=7, running_per_person=1)
    assert queue.pop().id == public_id(0)
    assert queue.pop() is None
    queue.bound(1000, Allowance(running_per_person=2))
    assert queue.pop().id == public_id(1)
    queue.bound(1000, Allowance(running_per_person=1))
    queue.release(public_id(0))
    assert queue.pop() is None
    queue.bound(1000, Allowance())
    assert queue.pop().id == public_id(2)
