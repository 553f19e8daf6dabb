"""A measurement as `make bench` prints and keeps it."""

from __future__ import annotations

from typing import Any


def at_most(name: str, value: float, unit: str, goal: float) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "goal": f"≤ {goal:g}", "ok": value <= goal}


def exactly(name: str, value: float, unit: str, goal: float) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "goal": f"{goal:g}", "ok": value == goal}


def noted(name: str, value: float, unit: str) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "goal": "", "ok": None}
