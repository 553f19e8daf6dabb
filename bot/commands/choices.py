"""Discord's own choices and ranges for options that more than one command has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discord import app_commands

from bot.request import SHAPES

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_CHOICES = 25
"""Discord's limit for one option."""

MAX_CHOICE_CHARS = 100
"""Of a choice's name and of its value."""

SHAPE_CHOICES = [
    app_commands.Choice(name=f"{name} · {width}×{height}", value=name) for name, (width, height) in SHAPES.items()
]


def choices_of(names: Iterable[str]) -> list[app_commands.Choice[str]]:
    """Give every name as a choice; none at all where they are too many, so that any of them can be typed."""
    found = [app_commands.Choice(name=name, value=name) for name in names]
    return found if len(found) <= MAX_CHOICES else []


def text_of(least: int, most: int) -> Any:
    """Give the type of an option that holds a text of so many characters."""
    bounded: Any = app_commands.Range  # to a type checker a range is known only when it is written out
    return bounded[str, least, most]


def optional_range(number: type[float], low: float, high: float) -> Any:
    """Give the type of an option that may be left out and otherwise lies in this range."""
    bounded: Any = app_commands.Range  # to a type checker a range is known only when it is written out
    return bounded[number, low, high] | None
