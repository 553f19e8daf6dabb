"""What the log says of requests that are no HTTP: a line at once, then their number once a minute, and no traceback."""

from __future__ import annotations

import asyncio
import logging
import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

EVERY_S = 60.0

SAID_CHARS = 200
"""Of what was wrong with the first one; it is a stranger's text."""


def _call_later(delay_s: float, action: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_later(delay_s, action)


class BadRequests(logging.Filter):
    """Stands before the log of aiohttp's server, which writes a traceback for each: anybody can send them.

    An error in code of our own passes, the first of its kind in a minute: it is no stranger's doing.
    """

    def __init__(self, *, later: Callable[[float, Callable[[], None]], None] = _call_later) -> None:
        """Count from here on; `later` calls a function after so many seconds."""
        super().__init__()
        self._later = later
        self._seen: set[type[BaseException] | None] = set()
        self._more = 0
        self._waiting = False

    def filter(self, record: logging.LogRecord) -> bool:
        """Let a record pass, or count it."""
        if record.levelno < logging.WARNING:
            return True
        error = record.exc_info[1] if record.exc_info else None
        kind = type(error) if error is not None and _is_ours(error) else None
        is_first = kind not in self._seen
        self._seen.add(kind)
        if not is_first:
            self._more += 1
        elif kind is None:
            log.warning("a request was refused that is no HTTP: %s", _one_line(str(error or record.getMessage())))
        if not self._waiting:
            self._waiting = True
            self._later(EVERY_S, self._say)
        return is_first and kind is not None

    def _say(self) -> None:
        """Say how many came since the last line; a minute without any ends the counting."""
        self._waiting = False
        if not self._more:
            self._seen.clear()
            return
        log.warning("%d more of such requests in the last minute", self._more)
        self._more, self._waiting = 0, True
        self._later(EVERY_S, self._say)


def _is_ours(error: BaseException) -> bool:
    """Whether code of this package had a part in it; that somebody went away while it answered is nobody's fault."""
    if isinstance(error, ConnectionError):
        return False
    return any(frame.f_globals.get("__package__") == __package__ for frame, _ in traceback.walk_tb(error.__traceback__))


def _one_line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:SAID_CHARS]
