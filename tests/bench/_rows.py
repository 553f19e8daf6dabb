"""A measurement as `make bench` prints and keeps it."""

from __future__ import annotations

from typing import Any


def row(name: str, value: float | None, unit: str, goal: str, *, ok: bool | None) -> dict[str, Any]:
    """Say the goal in words; ``ok`` is None where there is none."""
    return {"name": name, "value": value, "unit": unit, "goal": goal, "ok": ok}


def at_most(name: str, value: float, unit: str, goal: float) -> dict[str, Any]:
    return row(name, value, unit, f"≤ {goal:g}", ok=value <= goal)


def exactly(name: str, value: float, unit: str, goal: float) -> dict[str, Any]:
    return row(name, value, unit, f"{goal:g}", ok=value == goal)


def noted(name: str, value: float | None, unit: str) -> dict[str, Any]:
    """Without a goal; None where it was not measured, which the unit then says."""
    return row(name, value, unit, "", ok=None)
