"""How long a person is locked out after refusals of the text filter: longer every time, and forgotten in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.config import StrikeRules


def locked_until(strikes: Iterable[float], now: float, rules: StrikeRules) -> float | None:
    """Tell until when a person is locked out; None where they are not.

    Args:
        strikes: When each was given, in Unix seconds and any order.
        now: Unix seconds.
        rules: The operator's.
    """
    counted = sorted(at for at in strikes if now - rules.forget_after_s < at <= now)
    locks = len(counted) // rules.per_lock
    if not locks:
        return None
    began = counted[locks * rules.per_lock - 1]
    length = rules.first_lock_s
    for _ in range(locks - 1):
        length = min(length * rules.growth, rules.longest_lock_s)
    until = began + min(length, rules.longest_lock_s)
    return until if until > now else None
