"""What the workers of a cluster count, on the front's page: as an engine's own, with the label ``worker``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.cluster.messages import Counted
from engine.counts import EngineMeasures
from engine.measures import Counter, Gauge, Histogram, Measures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from engine.measures import Metric


def counted(measures: EngineMeasures) -> Counted:
    """Give what a worker has counted of itself; zeros are left out."""
    return Counted(
        levels={one.name: [*one.values.items()] for one in measures if isinstance(one, Gauge) and one.values},
        spreads={
            one.name: [(labels, [*counts], one.sums[labels]) for labels, counts in one.counts.items() if any(counts)]
            for one in measures
            if isinstance(one, Histogram)
        },
    )


def take(measures: EngineMeasures, counted_: Counted) -> None:
    """Show what a worker has counted; what the front counts of it stays."""
    for one in measures:
        match one:
            case Gauge() if one.name in counted_.levels:
                one.values = dict(counted_.levels[one.name])
            case Histogram():
                spread = counted_.spreads.get(one.name, [])
                one.counts = {labels: [0] * (len(one.buckets) + 1) for labels in one.series()}
                one.counts |= {labels: counts for labels, counts, _ in spread}
                one.sums = dict.fromkeys(one.series(), 0.0) | {labels: total for labels, _, total in spread}
            case _:
                pass


class FleetMeasures(Measures):
    """Of all workers that there are when it is shown."""

    def __init__(self, each: Callable[[], Mapping[str, EngineMeasures]]) -> None:
        """Show what `each` gives, by the names of the workers."""
        self._each = each
        self.clients = EngineMeasures().clients

    def __iter__(self) -> Iterator[Metric]:
        yield self.clients
        each = self._each()
        for of_one in zip(*each.values(), strict=True):
            if of_one[0].name != self.clients.name:
                yield _together(dict(zip(each, of_one, strict=True)))


def _together(each: Mapping[str, Metric]) -> Metric:
    """Make one measure of the workers' own."""
    first = next(iter(each.values()))
    labels = {"worker": tuple(each), **first.labels}
    match first:
        case Histogram():
            spread = Histogram(first.name, first.explanation, buckets=first.buckets, **labels)
            for worker, one in each.items():
                if isinstance(one, Histogram):
                    spread.counts |= {(worker, *values): counts for values, counts in one.counts.items()}
                    spread.sums |= {(worker, *values): total for values, total in one.sums.items()}
            return spread
        case Counter() | Gauge():
            made = type(first)(first.name, first.explanation, **labels)
            for worker, one in each.items():
                if isinstance(one, Counter | Gauge):
                    made.values |= {(worker, *values): value for values, value in one.values.items()}
            return made
        case _:
            raise TypeError(first.name)
