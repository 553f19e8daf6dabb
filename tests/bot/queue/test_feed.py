"""What the engine is given, and when."""

from bot.queue.feed import Feed
from bot.queue.queue import Queue
from tests.bot.queue.test_queue import PORTRAIT, SQUARE, ticket


def fed(*tickets, batch_cap=4):
    queue = Queue(max_jobs=100)
    for one in tickets:
        queue.push(one)
    return Feed(queue, batch_cap=batch_cap)


def taken(feed):
    """Everything that the engine gets before something leaves it."""
    return [one.id for one in iter(feed.next, None)]


def test_one_is_drawn_and_the_next_is_already_there():
    """The engine never waits for the bot, and the line keeps what it need not have yet."""
    feed = fed(ticket(0, 1), ticket(1, 2, shape=SQUARE), ticket(2, 3, shape=SQUARE))
    assert taken(feed) == [ticket(0).id, ticket(1).id]


def test_what_has_the_same_shape_goes_together():
    """As many pictures as one call draws, and one of another shape is passed over once for that."""
    feed = fed(*(ticket(key, key) for key in range(5)), batch_cap=3)
    assert len(taken(feed)) == 3
    mixed = fed(ticket(0, 1), ticket(1, 2, shape=SQUARE), ticket(2, 3, shape=PORTRAIT))
    assert mixed.next().id == ticket(0).id
    assert mixed.next().id == ticket(2).id


def test_what_leaves_makes_room():
    feed = fed(ticket(0, 1), ticket(1, 2, shape=SQUARE), ticket(2, 3, shape=SQUARE))
    first, _ = taken(feed)
    assert feed.leave(first)
    assert not feed.leave(first)
    assert taken(feed) == [ticket(2).id]


def test_nobody_waits_for_the_end_of_a_strangers_longer_job():
    """A shorter one asks to share; as long a one waits its turn, and so does whoever would wait for themselves."""
    for cost, user_id, shares in ((5.0, 2, True), (10.0, 2, False), (5.0, 1, False)):
        feed = fed(ticket(0, 1, cost=10.0), ticket(1, user_id, cost=cost))
        feed.next()
        assert feed.shares(feed.next()) is shares


def test_jobs_of_one_set_of_loras_stay_together():
    """One of another set is passed over once for that, and is next then; also when the engine has nothing to do."""
    feed = fed(
        ticket(0, 1, weights="a"), ticket(1, 2, weights="b"), ticket(2, 3, weights="a"), ticket(3, 4, weights="a")
    )
    order = []
    while (one := feed.next()) is not None:
        order.append(one.id)
        feed.leave(one.id)
    assert order == [ticket(key).id for key in (0, 2, 1, 3)]


def test_behind_a_switch_nobody_joins_what_is_drawn_before_it():
    """They would wait for the switch and then for another one back."""
    feed = fed(ticket(0, 1, weights="a"), ticket(1, 2, weights="b"), batch_cap=4)
    assert taken(feed) == [ticket(0).id, ticket(1).id]
    feed._queue.push(ticket(2, 3, weights="a"))
    assert feed.next() is None
    feed._queue.push(ticket(3, 4, weights="b"))
    assert feed.next().id == ticket(3).id


def test_a_job_whose_checkpoint_only_another_engine_has_waits_for_that():
    """This one goes on meanwhile with whoever would have had a turn before its asker's next; there it is next."""
    feed = fed(ticket(0, 1, weights="pony|a"), ticket(1, 2), *(ticket(key, 3) for key in range(2, 6)), batch_cap=1)
    feed.lacking = frozenset({"pony"})
    assert taken(feed) == [ticket(1).id, ticket(2).id]
    feed.leave(ticket(1).id)
    assert taken(feed) == [ticket(3).id]
    feed.leave(ticket(2).id)
    assert feed.next() is None
    other = Feed(feed._queue)
    assert other.next().id == ticket(0).id
    assert taken(feed) == [ticket(4).id]


def test_what_left_last_does_not_say_what_the_engine_has():
    feed = fed(ticket(0, 1, weights="a"), ticket(1, 2, weights="b"))
    taken(feed)
    feed.leave(ticket(1).id)
    feed._queue.push(ticket(2, 3, weights="a"))
    feed._queue.push(ticket(3, 4, weights="b"))
    assert feed.next().id == ticket(2).id
