"""How long a person is locked out after refusals of the text filter: longer every time, and forgotten in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.config import StrikeRules


class StrikeCount(NamedTuple):
    """How a person stands after refusals of their words."""

    counted: int
    """Strikes since the last lock began, or since there were none."""
    next_lock_s: float
    """How long the next lock will be."""


def locked_until(strikes: Iterable[float], now: float, rules: StrikeRules) -> float | None:
    """Tell until when a person is locked out; None where they are not.

    Args:
        strikes: When each was given, in Unix seconds and any order.
        now: Unix seconds.
        rules: The operator's.
    """
    counted = sorted(_counted(strikes, now, rules))
    locks = len(counted) // rules.per_lock
    if not locks:
        return None
    until = counted[locks * rules.per_lock - 1] + _length(locks, rules)
    return until if until > now else None


def standing(strikes: Iterable[float], now: float, rules: StrikeRules) -> StrikeCount:
    """Tell how far the next lock is; arguments as in `locked_until`."""
    locks, counted = divmod(len(_counted(strikes, now, rules)), rules.per_lock)
    return StrikeCount(counted, _length(locks + 1, rules))


def _counted(strikes: Iterable[float], now: float, rules: StrikeRules) -> list[float]:
    return [at for at in strikes if now - rules.forget_after_s < at <= now]


def _length(locks: int, rules: StrikeRules) -> float:
    """Give the seconds of somebody's first, second or later lock."""
    length = rules.first_lock_s
    for _ in range(locks - 1):
        length = min(length * rules.growth, rules.longest_lock_s)
    return min(length, rules.longest_lock_s)
