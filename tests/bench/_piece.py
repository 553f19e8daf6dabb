"""A named piece of work that is measured in the same run: how fast this machine is just now, in plain Python.

What is a number of milliseconds on one machine says something false on another. Beside this piece it says how much work
something is.
"""

from __future__ import annotations

import re
import statistics
import time
from collections import Counter
from typing import Any

from tests.bench._rows import row

NAME = "counting the words of 16 kB"
EVERY = 20
"""Of what is measured beside it."""

_TEXT = " ".join(f"word{number * 7 % 997}" for number in range(2000))
_WORD = re.compile(r"[^\W_]+")


class Pieces:
    """The piece, done again and again between what is measured, so that both meet the same machine."""

    def __init__(self) -> None:
        self._took_ms: list[float] = []
        self._asked = 0

    def beside(self) -> None:
        """Do it now, every so many times that this is called."""
        if self._asked % EVERY == 0:
            start = time.thread_time()  # what else the machine does is no cost of the piece
            Counter(_WORD.findall(_TEXT))
            self._took_ms.append((time.thread_time() - start) * 1e3)
        self._asked += 1

    def at_most(self, name: str, took_ms: float, times: float) -> dict[str, Any]:
        """Make a row of so many milliseconds, as a multiple of the piece."""
        ratio = took_ms / statistics.median(self._took_ms)
        return row(f"{name}, beside {NAME}", ratio, "times", f"≤ {times:g}", ok=ratio <= times)
