"""The line of jobs: nobody is lost, nobody is served twice, nobody is starved."""

import pytest

from bot.errors import QueueClosed
from bot.job import public_id
from bot.queue.allowance import Allowance
from bot.queue.queue import Queue
from bot.queue.ticket import Ticket

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


def test_a_server_has_its_turn_again_for_what_is_drawn_again():
    """As a person has."""
    queue = Queue(max_jobs=100)
    for key, guild_id in enumerate((7, 7, 8, 8)):
        queue.push(ticket(key, guild_id, guild_id))
    queue.push(queue.pop())
    assert drained(queue) == ids(0, 2, 1, 3)


def test_servers_that_owe_nothing_are_forgotten():
    """However many have been there; one that owes is remembered."""
    queue = filled(*[1] * 300, guild_id=7)
    queue.push(ticket(300, 9, 8, cost=1e6))
    while queue.pop(like=None).guild_id != 8:
        pass
    for guild_id in range(100, 300):
        queue.push(ticket(1000 + guild_id, 2, guild_id))
        queue.remove(public_id(1000 + guild_id))
        assert len(queue._servers) <= 2 * len(queue._turns) + 64 + 1
    assert 8 in queue._servers
    queue.push(ticket(301, 9, 8))
    assert queue.head(1)[0].guild_id == 7


def test_of_hundreds_of_servers_that_were_busy_at_once_none_is_kept():
    """When they are served and the next one comes."""
    queue = Queue(max_jobs=1000)
    for key in range(300):
        queue.push(ticket(key, 1, 1000 + key))
    for key in range(300):
        queue.remove(public_id(key))
    queue.push(ticket(300, 1, 7))
    assert set(queue._servers) == {7}


def test_what_was_started_before_a_restart_is_not_started_again():
    """It is only charged for: its turn does not come, and it is not running."""
    queue = Queue(max_jobs=100)
    queue.remember(ticket(0, user_id=1, guild_id=7))
    assert queue.pop() is None
    assert queue.running == []
    assert queue.release(public_id(0)) is False
    assert queue.remove(public_id(0)) is False
    assert queue.of_server(7) == queue.of_person(1) == queue.head(9) == []


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
    assert queue.switches.paused == {7}
    assert queue.standing(public_id(0)) is None
    assert [queue.pop().id, queue.pop().id] == ids(3, 4)
    queue.push(ticket(9, 1, 7))
    queue.pause(7, paused=False)
    assert drained(queue)[:4] == ids(0, 5, 1, 6)


def test_a_closed_server_takes_nothing_new_and_is_drawn_empty():
    queue = filled(1, guild_id=7)
    queue.close(7, closed=True)
    with pytest.raises(QueueClosed):
        queue.reserve(2, 7).__enter__()
    assert drained(queue) == ids(0)
    queue.close(7, closed=False)
    with queue.reserve(2, 7):
        pass


def test_a_blocked_server_starts_nothing_and_takes_nothing():
    """Others go on; let go again, what waited is drawn."""
    queue = filled(1, 1, guild_id=7)
    queue.push(ticket(2, 2, 8))
    queue.block(7, blocked=True)
    with pytest.raises(QueueClosed):
        queue.reserve(2, 7).__enter__()
    assert drained(queue) == ids(2)
    queue.block(7, blocked=False)
    assert drained(queue) == ids(0, 1)


def test_where_all_is_closed_nobody_may_ask_and_everything_is_drawn():
    """Also in direct messages."""
    queue = filled(1, guild_id=7)
    queue.close_all(closed=True)
    for server in (7, 8, None):
        with pytest.raises(QueueClosed):
            queue.reserve(2, server).__enter__()
    assert drained(queue) == ids(0)
    queue.close_all(closed=False)
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
    assert queue.jobs_of_server(8) == 0


def test_a_persons_jobs_are_listed_in_the_order_of_their_line():
    """What was moved up last is first, and is the one that cannot be moved up any further."""
    queue = filled(1, 1, 2, 1, guild_id=7)
    queue.move_up(public_id(1), now=1.0, in_server=False)
    queue.move_up(public_id(3), now=2.0, in_server=False)
    assert [one.id for one in queue.of_person(1)] == ids(3, 1, 0)
    assert [queue.is_first(public_id(key), in_server=False) for key in (3, 1, 0, 2)] == [True, False, False, True]
    first, *others = (one.id for one in queue.of_server(7))
    assert queue.is_first(first, in_server=True)
    assert not any(queue.is_first(one, in_server=True) for one in others)
    queue.hold(public_id(3))
    assert queue.is_first(public_id(3), in_server=False) is False
    assert queue.is_first("nobody", in_server=True) is False


def test_what_has_left_is_found_nowhere():
    """Held or not; who has nothing left is not remembered as somebody who waits."""
    queue = filled(1, 1, 2, guild_id=7)
    queue.push(ticket(3, 1))
    queue.hold(public_id(0))
    queue.hold(public_id(1))
    queue.resume(public_id(1))
    queue.remove(public_id(0))
    assert [one.id for one in queue.of_server(7)] == ids(2, 1)
    assert [one.id for one in queue.of_person(1)] == ids(1, 3)
    for key in (1, 2, 3):
        queue.remove(public_id(key))
    assert queue.of_server(7) == queue.of_person(1) == []
    assert queue._homes == {}
    assert queue.of_server(99) == []


def test_what_is_drawn_is_listed_as_it_began():
    queue = filled(1, 2, 3)
    for _ in range(3):
        queue.pop()
    queue.release(public_id(1))
    assert [one.id for one in queue.running] == ids(0, 2)


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


def passed_over(**limits):
    """A line in which the second job of person 1 was passed over for one of another shape."""
    queue = Queue(max_jobs=100)
    queue.allow(7, Allowance(**limits))
    for key, (owner, shape) in enumerate([(1, PORTRAIT), (1, PORTRAIT), (1, PORTRAIT), (2, SQUARE), (3, PORTRAIT)]):
        queue.push(ticket(key, owner, 7, shape=shape))
    assert queue.pop().id == public_id(0)
    queue.move_up(public_id(1), now=1.0, in_server=True)
    assert queue.pop(like=SQUARE).id == public_id(3)
    return queue


def test_who_was_passed_over_is_next():
    """Before those whose turn comes next, and once."""
    queue = passed_over()
    assert [queue.pop().id, queue.pop().id] == ids(1, 4)


def test_who_was_passed_over_is_bound_by_limits_all_the_same():
    """One that was lowered meanwhile keeps their job back, and others go on."""
    queue = passed_over()
    queue.allow(7, Allowance(running_per_person=1))
    assert queue.pop().id == public_id(4)
    queue.release(public_id(0))
    assert queue.pop().id == public_id(1)


def test_of_who_was_passed_over_another_job_may_be_put_first():
    """It has their turn then."""
    queue = passed_over()
    queue.move_up(public_id(2), now=2.0, in_server=False)
    assert [queue.pop().id, queue.pop().id, queue.pop().id] == ids(2, 4, 1)


@pytest.mark.parametrize(("before", "found"), [(63, True), (64, False)])
def test_among_sixty_four_jobs_one_of_the_shape_is_looked_for(before, found):
    """The next one among them."""
    queue = filled(*range(1, before + 1), guild_id=7)
    queue.push(ticket(99, 99, 7, shape=SQUARE))
    assert (queue.pop(like=SQUARE) is not None) is found


def test_of_another_server_the_next_one_may_be_taken_and_nobody_behind_them():
    """Who is next there would see their turn go to a neighbour."""
    queue = filled(1, guild_id=7)
    queue.push(ticket(1, 2, 8, shape=SQUARE))
    queue.push(ticket(2, 3, 8, shape=PORTRAIT, weights="|other"))
    assert queue.pop(weights="|other") is None
    assert queue.pop(like=SQUARE).id == public_id(1)


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
    with pytest.raises(ValueError, match="already in the queue"):
        queue.push(ticket(0, 1))
