"""Why a mutant may live: what is listed in reasons.toml, each with its reason."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.mutants.changes import Mutant

LIST = Path(__file__).with_name("reasons.toml")


class Reason(NamedTuple):
    """Why the tests cannot tell a mutant from the file, or need not."""

    where: str
    """The class and function; empty at the top of the module."""
    old: str
    new: str
    reason: str

    def fits(self, mutant: Mutant) -> bool:
        return (self.where, self.old, self.new) == (mutant.where, mutant.old, mutant.new)


def listed(text: str | None = None) -> dict[str, list[Reason]]:
    """Read the list: reasons by source file.

    Raises:
        TypeError: An entry has a key too many or too few.
        ValueError: An entry gives no reason.
    """
    read = tomllib.loads(LIST.read_text() if text is None else text)
    reasons = {
        path: [Reason(**{**entry, "new": new}) for entry in entries for new in entry["new"]]
        for path, entries in read.items()
    }
    for path, entries in reasons.items():
        for entry in entries:
            if not entry.reason.strip():
                raise ValueError(f"{path}: {entry.old} → {entry.new} is listed without a reason")
    return reasons


def reason_for(mutant: Mutant, reasons: Iterable[Reason]) -> Reason | None:
    return next((one for one in reasons if one.fits(mutant)), None)


def outdated(reasons: Iterable[Reason], mutants: Iterable[Mutant]) -> list[Reason]:
    """List the reasons that fit no mutant any more: the line was changed, and the reason with it."""
    made = list(mutants)
    return [one for one in reasons if not any(one.fits(mutant) for mutant in made)]
