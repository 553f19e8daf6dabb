"""The line of jobs: nobody is lost, nobody is served twice, nobody is starved."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.errors import QueueFull
from bot.job import Job, public_id
from bot.queue import Queue


def job(key, user_id):
    return Job(
        id=public_id(key),
        user_id=user_id,
        guild_id=None,
        channel_id=2,
        application_id=3,
        interaction_id=4,
        interaction_token="",
        token_created_at=0.0,
        request=None,
        prompt="",
        negative_prompt="",
        created_at=0.0,
    )


def filled(*owners, max_jobs=100, max_jobs_per_person=100):
    queue = Queue(max_jobs=max_jobs, max_jobs_per_person=max_jobs_per_person)
    for key, owner in enumerate(owners):
        queue.push(job(key, owner))
    return queue


def drained(queue):
    order = []
    while (job_id := queue.pop()) is not None:
        order.append(job_id)
    return order


def test_people_take_turns():
    """Between two jobs of one person everybody else who waits is served once."""
    queue = filled(1, 1, 1, 2, 2, 3)
    assert drained(queue) == [public_id(key) for key in (0, 3, 5, 1, 4, 2)]


def test_somebody_new_waits_for_one_job_of_each_person_ahead():
    """However many jobs the others have."""
    queue = filled(*[1] * 20, *[2] * 20, 3)
    assert queue.place(public_id(40)) == 3


@pytest.mark.parametrize("owners", [(), (1, 1, 1), (2, 2, 1, 3, 3, 3), (1, 2, 2, 2, 1)])
@pytest.mark.parametrize("who", [1, 4])
def test_the_next_place_is_where_a_new_job_would_stand(owners, who):
    """Asking changes nothing."""
    queue = filled(*owners)
    expected = queue.next_place(who)
    queue.push(job(99, who))
    assert queue.place(public_id(99)) == expected


def test_nobody_gets_two_turns_by_coming_back():
    """A person whose line ran empty joins behind those who already wait."""
    queue = filled(1, 2, 3)
    assert queue.pop() == public_id(0)
    queue.push(job(9, 1))
    assert drained(queue) == [public_id(key) for key in (1, 2, 9)]


def test_the_limits_hold_for_places_that_are_only_reserved():
    """Two requests at once cannot both take the last place while the store commits."""
    queue = Queue(max_jobs=2, max_jobs_per_person=1)
    with queue.reserve(1):
        with pytest.raises(QueueFull, match=r"^You already have 1 request waiting\."), queue.reserve(1):
            pass
        with queue.reserve(2), pytest.raises(QueueFull, match=r"^The queue is full"), queue.reserve(3):
            pass
        with queue.reserve(2):
            queue.push(job(0, 1))
    with queue.reserve(3):
        queue.push(job(1, 3))
    with pytest.raises(QueueFull, match="full"), queue.reserve(4):
        pass


def test_a_reservation_that_came_to_nothing_is_given_back():
    """A commit that failed takes no place."""
    queue = Queue(max_jobs=1, max_jobs_per_person=1)
    with pytest.raises(OSError, match="disk"), queue.reserve(1):
        raise OSError("disk")
    with queue.reserve(1):
        pass


def test_a_restart_fills_the_line_over_a_limit_that_was_lowered():
    """What was acknowledged is never turned away."""
    queue = filled(1, 1, 1, max_jobs=1, max_jobs_per_person=1)
    assert len(queue) == 3
    with pytest.raises(QueueFull, match="You already have 3 requests waiting"), queue.reserve(1):
        pass


def test_a_job_cannot_stand_in_line_twice():
    queue = filled(1)
    with pytest.raises(ValueError, match="already in line"):
        queue.push(job(0, 1))


class Line(RuleBasedStateMachine):
    """Anybody may come, leave and be served in any order."""

    def __init__(self):
        super().__init__()
        self.queue = Queue(max_jobs=6, max_jobs_per_person=3)
        self.waiting = {}
        self.gone = set()
        self.keys = 0

    @rule(user_id=st.integers(1, 4))
    def come(self, user_id):
        mine = [owner for owner in self.waiting.values() if owner == user_id]
        if len(mine) >= 3 or len(self.waiting) >= 6:
            with pytest.raises(QueueFull), self.queue.reserve(user_id):
                pass
            return
        with self.queue.reserve(user_id):
            new = job(self.keys, user_id)
            self.queue.push(new)
        self.waiting[new.id] = user_id
        self.keys += 1

    @rule()
    def serve(self):
        job_id = self.queue.pop()
        assert (job_id is None) == (not self.waiting)
        if job_id is not None:
            owner = self.waiting.pop(job_id)
            assert all(job_id < other for other, theirs in self.waiting.items() if theirs == owner)
            self.gone.add(job_id)

    @precondition(lambda self: self.keys)
    @rule(data=st.data())
    def leave(self, data):
        job_id = public_id(data.draw(st.integers(0, self.keys - 1)))
        assert self.queue.remove(job_id) == (job_id in self.waiting)
        self.waiting.pop(job_id, None)
        self.gone.add(job_id)

    @invariant()
    def nobody_is_lost_and_nobody_is_there_twice(self):
        assert len(self.queue) == len(self.waiting) <= 6
        assert all(job_id in self.queue for job_id in self.waiting)
        assert not any(job_id in self.queue for job_id in self.gone)

    @invariant()
    def places_are_what_will_happen(self):
        """The place that people are told is the order in which they are served if nobody else comes."""
        places = {self.queue.place(job_id): job_id for job_id in self.waiting}
        assert sorted(places) == list(range(1, len(self.waiting) + 1))
        assert all(self.queue.place(job_id) is None for job_id in self.gone)

    def teardown(self):
        places = [job_id for _, job_id in sorted((self.queue.place(job_id), job_id) for job_id in self.waiting)]
        assert drained(self.queue) == places


TestLine = Line.TestCase
TestLine.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
