"""How much a process grows with what it does."""

from __future__ import annotations

from typing import NamedTuple


class Sample(NamedTuple):
    """One look at a process."""

    jobs: int
    """That were done by then."""
    bytes: int
    """Of memory that is its own."""


def slope_mb(samples: list[Sample], *, warm_jobs: int) -> float:
    """Give the growth in MB for each thousand jobs after the first so many.

    It is the median of the slopes between looks of the first half and of the second (Theil and Sen's estimate, on pairs
    that are far apart): a few moments in which much is in use do not turn it.
    """
    warm = sorted(one for one in samples if one.jobs >= warm_jobs)
    half = len(warm) // 2
    pairs = [(first, second) for first, second in zip(warm, warm[-half:], strict=False) if second.jobs > first.jobs]
    slopes = sorted((second.bytes - first.bytes) / (second.jobs - first.jobs) for first, second in pairs)
    if not slopes:
        raise ValueError("too few samples after the warm-up")
    return slopes[len(slopes) // 2] * 1000 / 1e6
