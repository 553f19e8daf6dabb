"""Turns by what was spent: nobody is starved, and nobody saves up."""

import heapq
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.queue.fairness import Turns

AMOUNTS = st.integers(1, 50)
SOMEBODY = st.integers(1, 6)


def waiting(*keys):
    turns = Turns()
    for key in keys:
        turns.join(key)
    return turns


def test_equal_turns_go_round():
    """The first to come is the first to be served, again and again."""
    turns = waiting("a", "b", "c")
    order = []
    for _ in range(6):
        order.append(turns.first())
        turns.spend(turns.first(), 1)
    assert order == ["a", "b", "c", "a", "b", "c"]


def test_somebody_whose_turns_cost_more_has_fewer_of_them():
    """Over time everybody has spent the same."""
    turns = waiting("big", "small")
    spent = {"big": 0, "small": 0}
    for _ in range(100):
        key = turns.first()
        cost = {"big": 9, "small": 2}[key]
        turns.spend(key, cost)
        spent[key] += cost
    assert abs(spent["big"] - spent["small"]) <= 9


def test_a_newcomer_comes_before_who_was_served():
    turns = waiting("heavy")
    for _ in range(20):
        turns.spend("heavy", 5)
    turns.join("new")
    assert turns.first() == "new"


def test_waiting_elsewhere_earns_nothing():
    """Who was away starts where the others are, not where they were themselves."""
    turns = waiting("away", "here")
    turns.leave("away")
    for _ in range(10):
        turns.spend("here", 5)
    turns.join("away")
    served = []
    for _ in range(4):
        served.append(turns.first())
        turns.spend(turns.first(), 5)
    assert served == ["away", "here", "away", "here"]


def test_coming_back_pays_no_debt():
    """Who has just been served stands behind those who have not, also after leaving."""
    turns = waiting("heavy", "other")
    turns.spend("heavy", 5)
    turns.leave("heavy")
    assert turns.owes("heavy")
    turns.join("heavy")
    assert turns.first() == "other"


def test_a_debt_is_forgotten_when_the_others_have_had_as_much():
    turns = waiting("a", "b")
    turns.spend("a", 5)
    turns.leave("a")
    for _ in range(3):
        turns.spend("b", 5)
    assert not turns.owes("a")


def test_the_advanced_are_next_and_pay():
    """Of several, the last one advanced."""
    turns = waiting("a", "b", "c")
    turns.spend("c", 5)
    turns.advance("c")
    turns.advance("b")
    assert list(turns.soonest(0)) == ["b", "c", "a"]
    turns.spend("b", 5)
    turns.spend("c", 5)
    assert turns.first() == "a"


@pytest.mark.parametrize("waits", [True, False])
def test_a_turn_that_came_to_nothing_is_not_owed(waits):
    """It stands before its equals again, whether its owner waits when it is given back or has left meanwhile."""
    turns = waiting("a", "b")
    turns.spend("a", 5)
    if not waits:
        turns.leave("a")
    turns.give_back("a", 5)
    assert not turns.owes("a")
    turns.join("a")
    assert list(turns.soonest(0)) == (["a", "b"] if waits else ["b", "a"])


def test_who_came_back_owes_only_what_they_owe_now():
    """A debt that was brought along and given back since is none, also after the next leave."""
    turns = waiting("a", "b")
    turns.spend("a", 5)
    turns.leave("a")
    turns.join("a")
    turns.give_back("a", 5)
    turns.leave("a")
    assert not turns.owes("a")


def test_of_two_turns_that_came_to_nothing_the_last_is_first():
    turns = waiting("a", "b", "c")
    turns.spend("a", 5)
    turns.spend("b", 5)
    turns.give_back("a", 5)
    turns.give_back("b", 5)
    assert list(turns.soonest(0)) == ["b", "a", "c"]


def test_what_is_remembered_does_not_grow_with_those_who_have_been_there():
    """Debts that are paid off and places that were left are forgotten, in proportion to those who wait."""
    turns = waiting("stays")
    for stranger in range(500):
        turns.join(stranger)
        turns.spend(stranger, 1)
        turns.leave(stranger)
        turns.spend("stays", 1)
        assert len(turns._heap) <= 2 * len(turns) + 64
        assert len(turns._debts) <= 2 * len(turns) + 64
    for _ in range(500):
        turns.spend("stays", 1)
        turns.advance("stays")
        assert len(turns._heap) <= 2 * len(turns) + 64
    assert turns.first() == "stays"


def test_a_change_seldom_looks_at_everybody(monkeypatch):
    """What is out of date is cleared away when it is more than what is true: a turn takes logarithmic time."""
    turns, clearings, heapify = waiting("first", *range(100)), [], heapq.heapify
    monkeypatch.setattr(heapq, "heapify", lambda heap: clearings.append(heapify(heap)))
    for turn in range(1000):
        turns.spend(turn % 100, 1)  # out of turn, so that what is out of date stays below the first
    assert 1 <= len(clearings) <= 1000 // (101 + 64)


def test_what_a_crowd_left_behind_is_forgotten_too():
    """Hundreds at once, who owe as much as they had; when the others have had it, nothing is left of them."""
    turns = waiting("stays", *range(300))
    for debtor in range(300):
        turns.spend(debtor, 300 - debtor)
    for debtor in range(300):
        turns.leave(debtor)
        assert len(turns._heap) <= 2 * len(turns) + 64
        assert list(turns.soonest(300)) == ["stays", *range(299, debtor, -1)]
    assert len(turns._debts) == 300
    for _ in range(3):
        turns.spend("stays", 300)
    turns.join("last")
    turns.spend("last", 5)
    turns.leave("last")
    assert set(turns._debts) == {"last"}


def test_what_is_owed_is_remembered_however_many_owe():
    """More debtors than are kept at ease are all kept."""
    turns = waiting("stays", *range(100))
    for debtor in range(100):
        turns.spend(debtor, 1 + debtor)
        turns.leave(debtor)
    assert all(turns.start(debtor) == 1 + debtor for debtor in range(100))


@given(st.lists(st.tuples(SOMEBODY, st.sampled_from(["join", "leave", "spend", "advance"]), AMOUNTS), max_size=200))
def test_the_order_is_by_tag_and_complete(steps):
    """However much has come and gone, those who wait are named once each, soonest first."""
    turns = Turns()
    for key, act, amount in steps:
        if act in {"join", "leave"}:
            getattr(turns, act)(key)
        elif key in turns:
            turns.spend(key, amount) if act == "spend" else turns.advance(key)
    by_tag = [key for _, _, key in sorted(turns.tags())]
    assert list(turns.soonest(float("inf"))) == by_tag
    assert turns.first() == (by_tag[0] if by_tag else None)
    assert len(turns) == len(by_tag)


class Fair(RuleBasedStateMachine):
    """Anybody comes, goes and is served in turn; what has been promised is checked from what was seen."""

    def __init__(self):
        super().__init__()
        self.turns = Turns()
        self.largest = 0
        self.spent = {}  # since somebody waits: what each has spent, also those who came and went meanwhile
        self.before = {}  # of newcomers without a debt: whose turns came since they did

    @rule(key=SOMEBODY)
    def come(self, key):
        if key in self.turns:
            return
        owes = self.turns.owes(key)
        self.turns.join(key)
        self.spent[key] = Counter()
        if not owes:
            self.before[key] = []

    @rule(key=SOMEBODY)
    def go(self, key):
        self.turns.leave(key)
        self.before.pop(key, None)
        self.spent.pop(key, None)

    @precondition(lambda self: len(self.turns))
    @rule(amount=AMOUNTS)
    def serve(self, amount):
        key = self.turns.first()
        self.turns.spend(key, amount)
        self.largest = max(self.largest, amount)
        self.before.pop(key, None)
        for served in self.before.values():
            assert key not in served, "a newcomer waits for one turn of each other at most"
            served.append(key)
        for spent in self.spent.values():
            spent[key] += amount

    @invariant()
    def nobody_is_far_ahead(self):
        """Nobody gets ahead of who waits by more than a turn of each, not by leaving and coming back either."""
        for key, spent in self.spent.items():
            assert all(theirs - spent[key] <= 2 * self.largest for theirs in spent.values())


TestFair = Fair.TestCase
TestFair.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)


class Plain:
    """The paper's definition, without heap and without forgetting: where the last turn ended is the next start tag."""

    def __init__(self):
        self.time = 0.0
        self.tags = {}
        self.queue = []  # who waits; of equal tags the earlier here is the earlier
        self.ended = {}

    def start(self, key):
        return self.tags[key] if key in self.tags else max(self.time, self.ended.get(key, 0.0))

    def order(self, within=float("inf")):
        line = sorted(self.queue, key=self.tags.get)
        return [key for key in line if self.tags[key] <= self.tags[line[0]] + within]

    def place(self, key, tag, *, first):
        self.tags[key] = tag
        self.queue = [key] * first + [other for other in self.queue if other != key] + [key] * (not first)

    def join(self, key):
        if key not in self.tags:
            self.place(key, self.start(key), first=False)

    def leave(self, key):
        if key in self.tags:
            self.ended[key] = self.tags.pop(key)
            self.queue.remove(key)

    def spend(self, key, amount):
        self.time = max(self.time, min(self.tags.values()))
        self.place(key, self.tags[key] + amount, first=False)

    def give_back(self, key, amount):
        if key in self.tags:
            self.place(key, self.tags[key] - amount, first=True)
        else:
            self.ended[key] = min(self.ended.get(key, 0.0), self.start(key)) - amount

    def advance(self, key):
        self.place(key, min(self.tags.values()), first=True)


class ByDefinition(RuleBasedStateMachine):
    """Whatever anybody does, turns and debts are those of the definition."""

    def __init__(self):
        super().__init__()
        self.turns, self.plain = Turns(), Plain()

    def both(self, act, *arguments):
        for one in (self.turns, self.plain):
            getattr(one, act)(*arguments)

    @rule(key=SOMEBODY, act=st.sampled_from(["join", "join", "leave"]))
    def come_or_go(self, key, act):
        self.both(act, key)

    @precondition(lambda self: len(self.turns))
    @rule(data=st.data(), amount=AMOUNTS)
    def serve(self, data, amount):
        """In turn, mostly; for the sake of a batch also out of it."""
        self.both("spend", data.draw(st.sampled_from(self.plain.order())), amount)

    @precondition(lambda self: len(self.turns))
    @rule(data=st.data())
    def advance(self, data):
        self.both("advance", data.draw(st.sampled_from(self.plain.order())))

    @rule(key=SOMEBODY, amount=AMOUNTS)
    def give_back(self, key, amount):
        self.both("give_back", key, amount)

    @invariant()
    def everybody_stands_where_the_definition_says(self):
        order = self.plain.order()
        assert self.turns.first() == (order[0] if order else None)
        assert len(self.turns) == len(order)
        for within in (0, 20, float("inf")):
            assert list(self.turns.soonest(within)) == self.plain.order(within)
        for key in range(1, 7):
            assert (key in self.turns) is (key in order)
            assert self.turns.start(key) == self.plain.start(key)
            assert self.turns.owes(key) == (self.plain.start(key) > self.plain.time)


TestByDefinition = ByDefinition.TestCase
TestByDefinition.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
