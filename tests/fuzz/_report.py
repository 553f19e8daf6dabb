"""What a part sent, what came of it and what it measured: printed as a table, and written as JSON beside it."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

MB = 1000**2


@dataclass
class Report:
    """One run of one part."""

    part: str
    seed: int
    wanted: int | None = None
    """How many were to be sent, if the time sufficed; None: as many as fit into it."""
    sent: Counter = field(default_factory=Counter)
    """How many of each kind."""
    came: dict[str, Counter] = field(default_factory=lambda: defaultdict(Counter))
    """What came of a kind, or of several kinds together, and how often."""
    measured: dict[str, float] = field(default_factory=dict)
    """By what it is, with its unit."""
    wrong: list[str] = field(default_factory=list)
    """What must not be."""

    @property
    def number(self):
        return sum(self.sent.values())

    def at_most(self, name, value, limit):
        """Keep a number; it is wrong where it is over its limit."""
        self.measured[name] = round(value, 3)
        if value > limit:
            self.wrong.append(f"{name}: {value:,.2f}, and {limit:,.2f} is the limit")

    def lines(self):
        """The table."""
        for kind in sorted({*self.sent, *self.came}):
            outcomes = ", ".join(
                f"{outcome} {times:,}" for outcome, times in self.came.get(kind, Counter()).most_common()
            )
            yield f"{kind:44} {f'{self.sent[kind]:,}' if kind in self.sent else '':>8}  {outcomes}".rstrip()
        yield from (f"{name:44} {value:>12,.2f}" for name, value in self.measured.items())
        yield from (f"WRONG: {line}" for line in self.wrong)

    def publish(self, folder=Path()):
        """Print and write it.

        Returns:
            Whether all held.
        """
        of = "" if self.wanted is None else f" of {self.wanted:,}"
        print(f"{self.number:,}{of} sent", *self.lines(), sep="\n")
        path = folder / f"fuzz-{self.part}.json"
        print(f"The same is in {path}.", flush=True)
        path.write_text(
            json.dumps(
                {
                    "part": self.part,
                    "seed": self.seed,
                    "wanted": self.wanted,
                    "sent": self.sent,
                    "came": self.came,
                    "measured": self.measured,
                    "wrong": self.wrong,
                },
                indent=2,
            )
            + "\n"
        )
        return not self.wrong


def grown_mb(before, after):
    """How much more memory that is, from two looks in bytes."""
    return (after - before) / MB
