"""The bot, whose event loop is timed: when each of its turns ended, and how long it took, in a file at the end.

python -m tests.bench._timed_bot FILE ARGUMENTS...        as `python -m bot ARGUMENTS...`
"""

import json
import sys
import time
from pathlib import Path

from bot import cli
from bot.__main__ import main
from bot.watchdog import Watchdog

turns: list[tuple[float, float]] = []


class Timed(Watchdog):
    """Notes every turn; by the clock that all programs of a machine share."""

    began = 0.0

    def woke(self) -> None:
        self.began = time.monotonic()
        super().woke()

    def waits(self) -> None:
        if self.began:
            now = time.monotonic()
            turns.append((now, now - self.began))
        super().waits()


cli.Watchdog = Timed
try:
    sys.exit(main(sys.argv[2:]))
finally:
    Path(sys.argv[1]).write_text(json.dumps(turns))
