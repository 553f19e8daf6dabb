"""What a process counts about itself, each with labels out of closed sets; it knows neither Prometheus nor the web.

Counting is adding to a number in a dictionary, so it may be done anywhere, by one thread for each measure. Every series
is there from the start with a zero: else the first failure would be no change.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import product
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Labels: TypeAlias = tuple[str, ...]
"""The value of every label, in the order of their names."""

OTHER = "other"
"""Stands in a set for every value that is not in it: what comes from outside must not make series without end."""


class Metric:
    """Its name, what it says, and which series it can have."""

    def __init__(self, name: str, explanation: str, **labels: Iterable[str]) -> None:
        """Describe it.

        Args:
            name: As Prometheus wants it: prefix, base unit, ``_total`` for what only grows.
            explanation: A sentence for whoever reads the page.
            labels: Every value that a label can have.
        """
        self.name = name
        self.explanation = explanation
        self.labels = {label: tuple(values) for label, values in labels.items()}

    def series(self) -> Iterator[Labels]:
        """Give the labels of every series that it can have."""
        return product(*self.labels.values())

    def known(self, values: Labels) -> Labels:
        """Give labels as they are counted: what is in no set is `OTHER`.

        Raises:
            ValueError: A set without `OTHER` does not have a value, or there are more or fewer than labels.
        """
        return tuple(
            value if value in allowed else self._other(label, value)
            for value, (label, allowed) in zip(values, self.labels.items(), strict=True)
        )

    def _other(self, label: str, value: str) -> str:
        if OTHER in self.labels[label]:
            return OTHER
        raise ValueError(f"{self.name}: {label} cannot be {value!r}")


class Counter(Metric):
    """Only grows."""

    def __init__(self, name: str, explanation: str, **labels: Iterable[str]) -> None:
        super().__init__(name, explanation, **labels)
        self.values = dict.fromkeys(self.series(), 0.0)

    def add(self, *values: str, amount: float = 1.0) -> None:
        """Count once more, or so much more."""
        self.values[self.known(values)] += amount


class Gauge(Metric):
    """Goes up and down; a series that was never set is not shown."""

    def __init__(self, name: str, explanation: str, **labels: Iterable[str]) -> None:
        super().__init__(name, explanation, **labels)
        self.values: dict[Labels, float] = {}

    def set(self, *values: str, to: float) -> None:
        """Say how it is now."""
        self.values[self.known(values)] = to


class Histogram(Metric):
    """How values are spread over buckets."""

    def __init__(self, name: str, explanation: str, *, buckets: Sequence[float], **labels: Iterable[str]) -> None:
        """Describe it; arguments as in `Metric`, and where each bucket ends, from the smallest."""
        super().__init__(name, explanation, **labels)
        self.buckets = tuple(buckets)
        self.counts = {values: [0] * (len(self.buckets) + 1) for values in self.series()}
        """How many were in each bucket; those beyond the last one are last."""
        self.sums = dict.fromkeys(self.series(), 0.0)

    def add(self, *values: str, value: float) -> None:
        """Count a value."""
        known = self.known(values)
        self.counts[known][bisect_left(self.buckets, value)] += 1
        self.sums[known] += value


class Measures:
    """All that a process counts; its measures are its attributes."""

    def __iter__(self) -> Iterator[Metric]:
        return (one for one in vars(self).values() if isinstance(one, Metric))
