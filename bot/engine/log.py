"""What the engine's process writes, as lines of this process's log, each at the level at which it was logged there."""

from __future__ import annotations

import logging
import re

_RECORD = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (?P<level>DEBUG|INFO|WARNING|ERROR|CRITICAL) +(?P<name>\S+): (?P<message>.*)"
)
"""As `engine.logs` writes it for a person: time, level, logger, message."""

_UNCAUGHT = ("Traceback (most recent call last)", "Fatal Python error")


class EngineLog:
    """Reads line by line, for a record may have several: a traceback belongs to the line above it."""

    def __init__(self) -> None:
        self._log = logging.getLogger("engine")
        self._level = logging.INFO

    def write(self, line: str) -> None:
        """Log one line; what is no record of the engine's logging goes on at the level of the last one."""
        if match := _RECORD.fullmatch(line):
            self._level = logging.getLevelNamesMapping()[match["level"]]
            name = match["name"]
            # Its libraries log too, and could have the name of one of ours.
            self._log = logging.getLogger(name if name.split(".")[0] == "engine" else f"engine.{name}")
            line = match["message"]
        elif line.startswith(_UNCAUGHT):
            self._level = logging.ERROR
        self._log.log(self._level, "%s", line)
