"""What a look at an installation found: one row, the same for both programs' `check`."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

Level: TypeAlias = Literal["ok", "warning", "error", "unchecked"]
"""``unchecked`` could not be found out, and is no warning: a false alarm teaches people to ignore all of them."""

MARKS: dict[Level, str] = {"ok": "✓", "warning": "!", "error": "✗", "unchecked": "–"}


IDS_OF_THE_ENGINE = (
    "packages",
    "card",
    "driver",
    "device-files",
    "torch",
    "cuda",
    "architecture",
    "modes",
    "memory",
    "checkpoint",
    "upscaler",
    "tagger",
)
"""The rows that the engine gives, in the order in which they come; they never change their meaning."""


class Finding(Struct, frozen=True, forbid_unknown_fields=True):
    """One row."""

    id: str
    """Stable: pages and tests name it."""
    level: Level
    says: str
    """One sentence."""
    do: str = ""
    """What to do about it; "" where nothing is to be done."""


def ok(id_: str, says: str) -> Finding:
    return Finding(id_, "ok", says)


def warning(id_: str, says: str, do: str) -> Finding:
    return Finding(id_, "warning", says, do)


def error(id_: str, says: str, do: str) -> Finding:
    return Finding(id_, "error", says, do)


def unchecked(id_: str, why: str, do: str = "") -> Finding:
    return Finding(id_, "unchecked", f"not checked: {why}", do)


def lines(finding: Finding) -> list[str]:
    """Show a row for people: one line where nothing is to be done, and below it what is."""
    first = f"{MARKS[finding.level]} {finding.id}: {finding.says}"
    return [first, f"    {finding.do}"] if finding.do else [first]
