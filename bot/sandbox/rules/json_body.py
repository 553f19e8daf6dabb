"""JSON from strangers: read only while it is of a size that no true request exceeds, so that none holds the loop."""

from __future__ import annotations

import json
from typing import Any, cast

from bot.sandbox.rules.refusal import Reason, Refusal

MOST_BYTES = 4 << 20
"""A hundred commands in thirty languages stay under 3 MiB; Discord's own bound is not published."""
MOST_VALUES = 250_000
"""Counted by the marks between values, before anything is built."""
DEEPEST = 64
"""Discord's deepest object, a nested interaction, stays under 20."""


def decode(text: bytes) -> Any:
    """Read JSON.

    Raises:
        Refusal: 50109, it is none or nested too deeply; 40005, it is too large.
    """
    if len(text) > MOST_BYTES or sum(map(text.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise Refusal(Reason.TOO_LARGE)
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refusal(Reason.UNREADABLE) from None
    if text.count(b"[") + text.count(b"{") > DEEPEST:
        _check_depth(value)
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON.")


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return
    raise Refusal(Reason.UNREADABLE)


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [one for one in cast("dict[str, Any]", value).values() if isinstance(one, (dict, list))]
    if isinstance(value, list):
        return [one for one in cast("list[Any]", value) if isinstance(one, (dict, list))]
    return []
