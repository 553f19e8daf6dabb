"""Strikes add up to locks that grow, end and are forgotten; what is kept of a prompt tells nothing without its key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import StrikeRules
from bot.safety.audit import fingerprint
from bot.safety.strikes import locked_until, standing

RULES = StrikeRules(per_lock=3, first_lock_s=100, growth=10, longest_lock_s=5_000, forget_after_s=100_000)
NOW = 1_000_000.0


@pytest.mark.parametrize(
    ("strikes", "seconds"),
    [(0, None), (2, None), (3, 100), (5, 100), (6, 1_000), (9, 5_000), (300, 5_000)],
)
def test_locks_grow_with_the_strikes(strikes: int, seconds: float | None) -> None:
    """Every third strike locks, ten times as long as before, up to the longest."""
    until = locked_until([NOW] * strikes, NOW, RULES)
    assert until == (None if seconds is None else NOW + seconds)


def test_a_lock_runs_from_its_last_strike_and_ends() -> None:
    """Strikes that do not complete a lock do not prolong one."""
    strikes = [NOW, NOW + 10, NOW + 20, NOW + 30]
    assert locked_until(strikes, NOW + 30, RULES) == NOW + 120
    assert locked_until(strikes, NOW + 119, RULES) == NOW + 120
    assert locked_until(strikes, NOW + 120, RULES) is None


@pytest.mark.parametrize(
    ("strikes", "counted", "seconds"),
    [(0, 0, 100), (1, 1, 100), (2, 2, 100), (3, 0, 1_000), (4, 1, 1_000), (9, 0, 5_000)],
)
def test_how_far_the_next_lock_is(strikes: int, counted: int, seconds: float) -> None:
    """So many of three, and how long the lock will be that the third brings."""
    assert standing([NOW] * strikes, NOW, RULES) == (counted, seconds)
    assert standing([NOW - RULES.forget_after_s] * strikes, NOW, RULES) == (0, 100)


def test_strikes_are_forgotten() -> None:
    """After a month everybody starts anew."""
    assert locked_until([NOW] * 3, NOW + RULES.forget_after_s, RULES) is None


@given(st.lists(st.floats(0, 2e6), max_size=40), st.floats(0, 2e6))
def test_a_lock_is_never_longer_than_the_longest(strikes: list[float], now: float) -> None:
    """Whatever the history, the end is ahead and in sight."""
    until = locked_until(strikes, now, RULES)
    assert until is None or now < until <= now + RULES.longest_lock_s


def test_the_same_words_have_the_same_fingerprint() -> None:
    """Case, width and spaces do not matter; the key does."""
    assert fingerprint("1girl,  SMILE", b"key") == fingerprint("１girl, smile", b"key")
    assert fingerprint("1girl, smile", b"key") != fingerprint("1girl, smile", b"other")
    assert fingerprint("1girl", b"key") != fingerprint("1boy", b"key")
