"""How many processors this process may use; a container or a service often has fewer than its machine."""

from __future__ import annotations

import math
import os
from pathlib import Path

RATING = 8
"""A picture's rating is on its way to whoever waits for it; more threads make so small a network hardly faster."""


def usable(root: Path = Path("/")) -> int:
    """Count those that this process may run on, and no more than its control groups let it have at a time.

    Args:
        root: Where the system's own folders begin.
    """
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, math.ceil(min(count, _quota(root))))


def for_rating() -> int:
    """Leave one to whatever prepares the device's work."""
    return max(1, min(RATING, usable() - 1))


def _quota(root: Path) -> float:
    """Give the processors' time per second of the tightest control group; infinite where there is none.

    Source: Documentation/admin-guide/cgroup-v2.rst of Linux, "cpu.max"; scheduler/sched-bwc.rst for version 1.
    """
    groups = root / "sys" / "fs" / "cgroup"
    own = next((line[3:] for line in _read(root / "proc" / "self" / "cgroup") if line.startswith("0::")), "/")
    folder = groups / own.lstrip("/")
    quotas = [_share(_read(one / "cpu.max")) for one in (folder, *folder.parents) if one.is_relative_to(groups)]
    first = groups / "cpu"
    quotas.append(_share([*_read(first / "cpu.cfs_quota_us"), *_read(first / "cpu.cfs_period_us")]))
    return min(quotas)


def _share(words: list[str]) -> float:
    try:
        quota, period = map(int, " ".join(words).split())
    except ValueError:  # "max", or no such file
        return math.inf
    return quota / period if quota > 0 and period > 0 else math.inf


def _read(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
