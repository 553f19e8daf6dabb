"""How long a person is locked out after refusals of the text filter: longer every time, and forgotten in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

from msgspec import Meta, Struct

if TYPE_CHECKING:
    from collections.abc import Iterable


Seconds: TypeAlias = Annotated[float, Meta(ge=1, le=3650 * 86_400)]
"""Up to ten years: nobody is locked out for ever, and Discord shows every such time."""


class StrikeRules(Struct, frozen=True, forbid_unknown_fields=True):
    """What the operator set; all times in seconds."""

    per_lock: Annotated[int, Meta(ge=1, le=1000)] = 3
    """Every this many strikes lock once more."""
    first_lock_s: Seconds = 600.0
    growth: Annotated[float, Meta(ge=1, le=1000)] = 6.0
    """Every further lock is this much longer: ten minutes, an hour, six hours, a day and a half …"""
    longest_lock_s: Seconds = 30 * 86_400.0
    forget_after_s: Seconds = 30 * 86_400.0
    """A strike older than this no longer counts."""


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
