"""Turns by what was spent: nobody is starved, and nobody saves up."""

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.line.fairness import Turns

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
        self.spent = {}  # of those who wait, since any two of them wait together
        self.before = {}  # of newcomers without a debt: whose turns came since they did

    @rule(key=SOMEBODY)
    def come(self, key):
        if key in self.turns:
            return
        owes = self.turns.owes(key)
        self.turns.join(key)
        self.spent[key] = dict.fromkeys(self.spent, (0, 0))
        for other in self.spent:
            if other != key:
                self.spent[other][key] = (0, 0)
        if not owes:
            self.before[key] = []

    @rule(key=SOMEBODY)
    def go(self, key):
        self.turns.leave(key)
        self.before.pop(key, None)
        self.spent.pop(key, None)
        for others in self.spent.values():
            others.pop(key, None)

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
        for other, (mine, theirs) in self.spent[key].items():
            self.spent[key][other] = (mine + amount, theirs)
            self.spent[other][key] = (theirs, mine + amount)

    @invariant()
    def nobody_is_far_ahead(self):
        """Neither of two who wait together gets ahead by more than a turn of each."""
        for others in self.spent.values():
            for mine, theirs in others.values():
                assert abs(mine - theirs) <= 2 * self.largest


TestFair = Fair.TestCase
TestFair.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
