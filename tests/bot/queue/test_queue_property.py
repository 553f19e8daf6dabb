"""The line of jobs under whatever may happen to it: its promises hold over random arrivals, limits and moderators."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.errors import QueueFull
from bot.queue.allowance import Allowance
from bot.queue.queue import Queue
from tests.bot.queue.test_queue import PORTRAIT, SQUARE, drained, ticket


class Line(RuleBasedStateMachine):
    """Anybody may come, leave, be held and be served in any order."""

    LIMITS = Allowance(waiting_per_person=4, waiting_per_server=6, running_per_person=2, running_per_server=3)

    def __init__(self):
        super().__init__()
        self.queue = Queue(max_jobs=9, allowance=self.LIMITS)
        self.waiting = {}
        self.running = {}
        self.gone = set()
        self.paused = set()
        self.allowed = {}
        self.keys = 0

    def any_of(self, data, jobs):
        return data.draw(st.sampled_from(sorted(jobs)))

    def may_start(self, one):
        """Whether all limits take one more that runs."""
        theirs = [other for other in self.running.values() if other.server == one.server]
        here = [other for other in theirs if other.user_id == one.user_id]
        mine = [other for other in self.running.values() if other.user_id == one.user_id]
        allowed = self.allowed.get(one.server, Allowance())
        return (
            len(mine) < self.LIMITS.running_per_person
            and len(here) < (allowed.running_per_person or 9)
            and len(theirs) < min(self.LIMITS.running_per_server, allowed.running_per_server or 9)
        )

    @rule(
        user_id=st.integers(1, 4),
        guild_id=st.sampled_from([7, 8, None]),
        shape=st.sampled_from([PORTRAIT, SQUARE]),
        cost=st.integers(1, 40),
        weight=st.sampled_from([1.0, 2.0, 5.0]),
    )
    def come(self, user_id, guild_id, shape, cost, weight):
        new = ticket(self.keys, user_id, guild_id, shape=shape, cost=float(cost), weight=weight)
        mine = [one for one in self.waiting.values() if one.user_id == user_id]
        theirs = [one for one in self.waiting.values() if one.server == new.server]
        if len(mine) >= 4 or (guild_id and len(theirs) >= 6) or len(self.waiting) >= 9:
            with pytest.raises(QueueFull):
                self.queue.reserve(user_id, guild_id).__enter__()
            return
        with self.queue.reserve(user_id, guild_id):
            self.queue.push(new)
        self.waiting[new.id] = new
        self.keys += 1

    @rule(like=st.sampled_from([None, None, PORTRAIT, SQUARE]))
    def serve(self, like):
        first = self.queue.pop(like) if like is None else self.serve_like(like)
        if first is None:
            return
        assert first == self.waiting.pop(first.id)
        assert not first.held
        assert first.server not in self.paused
        before = [
            one
            for one in self.waiting.values()
            if (one.user_id, one.server) == (first.user_id, first.server) and not one.held
        ]
        rank = (-(first.moved_at or 0), first.id)
        assert all(rank < (-(one.moved_at or 0), one.id) for one in before), "each line is in order"
        assert self.may_start(first)
        self.running[first.id] = first

    def serve_like(self, like):
        turn = self.queue._due() or self.queue._first()
        found = self.queue.pop(like)
        if found is not None:
            assert found.shape == like
            if found.id != turn.id:
                assert self.queue._passed == turn.id, "what was passed over is next, as soon as limits let it"
        return found

    @precondition(lambda self: self.running)
    @rule(data=st.data(), again=st.booleans())
    def end(self, data, again):
        job_id = self.any_of(data, self.running)
        one = self.running.pop(job_id)
        if again:
            self.queue.push(one)
            self.waiting[job_id] = self.queue.get(job_id)
        else:
            assert self.queue.release(job_id)
            assert not self.queue.release(job_id)
            self.gone.add(job_id)

    @precondition(lambda self: self.waiting)
    @rule(data=st.data(), act=st.sampled_from(["hold", "resume", "up", "first"]))
    def steer(self, data, act):
        job_id = self.any_of(data, self.waiting)
        if act in {"hold", "resume"}:
            getattr(self.queue, act)(job_id)
        else:
            self.queue.move_up(job_id, now=float(self.keys), in_server=act == "first")
        self.waiting[job_id] = self.queue.get(job_id)

    @rule(guild_id=st.sampled_from([7, 8]), paused=st.booleans())
    def pause(self, guild_id, paused):
        self.queue.pause(guild_id, paused=paused)
        (self.paused.add if paused else self.paused.discard)(guild_id)

    @rule(
        guild_id=st.sampled_from([7, 8]),
        person=st.sampled_from([None, 1, 2]),
        server=st.sampled_from([None, 1, 2, 3]),
    )
    def allow(self, guild_id, person, server):
        self.allowed[guild_id] = Allowance(running_per_person=person, running_per_server=server)
        self.queue.allow(guild_id, self.allowed[guild_id])

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def leave(self, data):
        job_id = self.any_of(data, self.waiting)
        assert self.queue.remove(job_id)
        assert not self.queue.remove(job_id)
        del self.waiting[job_id]
        self.gone.add(job_id)

    @invariant()
    def nobody_is_lost_and_nobody_is_there_twice(self):
        assert len(self.queue) == len(self.waiting)
        assert all(job_id in self.queue for job_id in self.waiting)
        assert not any(job_id in self.queue for job_id in (*self.gone, *self.running))

    @invariant()
    def something_starts_if_something_may(self):
        """Only limits, holds and pauses keep the engine idle."""
        may = [
            one
            for one in self.waiting.values()
            if not one.held and one.server not in self.paused and self.may_start(one)
        ]
        assert (self.queue._first() is None) == (not may)

    @invariant()
    def places_are_counted_from_one(self):
        """Everybody whose turn comes has a place, and no two have the same."""
        standings = {job_id: self.queue.standing(job_id) for job_id in self.waiting}
        assert {job_id for job_id, standing in standings.items() if standing is None} == {
            one.id for one in self.waiting.values() if one.held or one.server in self.paused
        }
        places = sorted(standing.place for standing in standings.values() if standing)
        assert places == list(range(1, len(places) + 1))
        assert [one.id for one in self.queue.head(99)] == sorted(
            (job_id for job_id, standing in standings.items() if standing), key=lambda job_id: standings[job_id].place
        )

    def teardown(self):
        """What is told is what happens if nobody else comes and nothing is kept back."""
        for job_id in self.running:
            self.queue.release(job_id)
        for guild_id in (7, 8):
            self.queue.pause(guild_id, paused=False)
            self.queue.allow(guild_id, Allowance())
        expected = [one.id for one in self.queue.head(99)]
        assert drained(self.queue) == expected


TestLine = Line.TestCase
TestLine.settings = settings(max_examples=50, stateful_step_count=40, deadline=None)


class Crowd(RuleBasedStateMachine):
    """Random arrivals, costs, weights, cancels and holds; the promises of the module are checked from what starts."""

    def __init__(self):
        super().__init__()
        self.queue = Queue(max_jobs=10_000)
        self.keys = 0
        self.largest = 0.0
        self.jobs = {}
        self.started = {}  # since a newcomer's job came: what each other person, and each other server, started
        self.spent = {}  # cost over weight of any two people of one server, since both wait without a break

    def owes(self, user_id, guild_id):
        lines = self.queue._servers.get(guild_id)
        return lines is not None and (user_id in lines or lines.turns.owes(user_id))

    @rule(
        user_id=st.integers(1, 5),
        guild_id=st.sampled_from([7, 8, 9]),
        shape=st.sampled_from([PORTRAIT, SQUARE]),
        cost=st.integers(1, 40),
        jobs=st.integers(1, 4),
    )
    def come(self, user_id, guild_id, shape, cost, jobs):
        new_here = not self.owes(user_id, guild_id)
        server_is_new = not self.queue._turns.owes(guild_id) and guild_id not in self.queue._turns
        weight = 1.0 + user_id % 3
        for _ in range(jobs):
            how = {"shape": shape, "cost": float(cost), "weight": weight, "weights": "|a" if self.keys % 3 else "x|b"}
            new = ticket(self.keys, user_id, guild_id, **how)
            self.queue.push(new)
            self.jobs[new.id] = new
            if new_here:
                self.started[new.id] = {"people": {}, "servers": {}, "early": 0, "server_is_new": server_is_new}
                new_here = False
            self.keys += 1
        self.largest = max(self.largest, float(cost))
        self.begin_pairs()

    def begin_pairs(self):
        """Two people are compared for as long as both wait in one server."""
        here = {(one.server, one.user_id) for one in self.jobs.values() if not one.held}
        pairs = {(s, a, b) for s, a in here for t, b in here if s == t and a < b}
        self.spent = {pair: self.spent.get(pair, (0.0, 0.0)) for pair in pairs}

    @precondition(lambda self: self.jobs)
    @rule(
        like=st.sampled_from([None, None, None, PORTRAIT, SQUARE]),
        weights=st.sampled_from([None, None, "|a", "x|b"]),
        lacking=st.sampled_from([(), (), ("x",)]),
    )
    def serve(self, like, weights, lacking):
        turn = next(iter(self.queue.head(1)), None)
        next_in = {server: self.queue._first_in(server) for server in self.queue._servers}
        started = self.queue.pop(like, weights, lacking=lacking)
        if started is None:
            return
        assert started.checkpoint not in lacking
        early = started.id != turn.id
        assert not early or like or weights or lacking  # who is said to be next is, unless others suit better
        if early and started.server != turn.server:
            assert started.id == next_in[started.server].id  # nobody there sees a neighbour have their turn
        self.queue.release(started.id)
        del self.jobs[started.id]
        theirs = [j for j in self.started if self.jobs.get(j, started).user_id == started.user_id]
        for job_id in theirs:  # the newcomer has started something, if not this
            if self.jobs.get(job_id, started).server == started.server:
                del self.started[job_id]
        for job_id, since in self.started.items():
            newcomer = self.jobs[job_id]
            since["early"] += early
            if started.server == newcomer.server:
                since["server_is_new"] = False
                since["people"][started.user_id] = since["people"].get(started.user_id, 0) + 1
                assert since["people"][started.user_id] <= 1 + since["early"]
            elif since["server_is_new"]:
                since["servers"][started.server] = since["servers"].get(started.server, 0) + 1
                assert since["servers"][started.server] <= 1 + since["early"]
        for (server, a, b), (of_a, of_b) in self.spent.items():
            if server == started.server:
                self.spent[server, a, b] = (
                    of_a + started.stretch * (started.user_id == a),
                    of_b + started.stretch * (started.user_id == b),
                )
        self.begin_pairs()

    @precondition(lambda self: self.jobs)
    @rule(data=st.data(), act=st.sampled_from(["cancel", "hold", "resume"]))
    def steer(self, data, act):
        job_id = data.draw(st.sampled_from(sorted(self.jobs)))
        if act == "cancel":
            self.queue.remove(job_id)
            del self.jobs[job_id]
        else:
            getattr(self.queue, act)(job_id)
            self.jobs[job_id] = self.queue.get(job_id)
        self.started.pop(job_id, None)
        self.begin_pairs()

    @invariant()
    def nobody_is_far_ahead(self):
        """Of two who wait all the time, neither is ahead by more than two jobs of each, by cost over weight."""
        for of_a, of_b in self.spent.values():
            assert abs(of_a - of_b) <= 4 * self.largest


TestCrowd = Crowd.TestCase
TestCrowd.settings = settings(max_examples=80, stateful_step_count=50, deadline=None)
