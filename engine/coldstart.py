"""Times how long a checkpoint takes to load from the disk, beside the disk alone reading the same bytes."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from engine import checkpoint
from engine.bench import BenchRow
from engine.loading import load
from engine.readahead import reading_ahead

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from engine.config import Engine
    from engine.model import Model


def measure(config: Engine, say: Callable[[str], None]) -> tuple[Model, list[BenchRow]]:
    """Load what the configuration names, and say how long that took, in a process that has imported what it needs.

    Where the system cannot be made to forget files, that is all that is measured, and it may be quick because they
    were read before.

    Args:
        config: As for `load`.
        say: Told each stage.

    Raises:
        ModelLoadError: As `load`.
    """
    files = checkpoint.find(config).weights
    rows: list[BenchRow] = []
    if forget(files):
        say("reading the files")
        rows.append(BenchRow("its files from the disk, by themselves", _seconds(lambda: _read(files)), "s"))
        forget(files)
    start = time.perf_counter()
    model = load(config, say)
    return model, [*rows, BenchRow("until it is loaded", time.perf_counter() - start, "s")]


def forget(files: Sequence[Path]) -> bool:
    """Drop files from the system's cache; False where that cannot be asked for."""
    if not hasattr(os, "posix_fadvise"):
        return False
    for path in files:
        with path.open("rb") as file:
            os.fsync(file.fileno())  # what is not on the disk yet is not dropped
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return True


def _read(files: Sequence[Path]) -> None:
    with reading_ahead(files) as wait:
        wait()


def _seconds(action: Callable[[], None]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start
