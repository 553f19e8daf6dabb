"""The last errors of the log, for the operator who has no terminal at hand; no secret and no prompt is in them."""

from __future__ import annotations

import logging
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

from engine.logs import Redacting

if TYPE_CHECKING:
    from collections.abc import Generator

KEPT = 10


class RecentErrors(logging.Handler):
    """Keeps the lines of errors, each without its place in the program."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: deque[str] = deque(maxlen=KEPT)
        """The newest last."""
        self._writes = _formatter()

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        why = f" ({type(error).__name__})" if error is not None else ""
        at = self._writes.formatTime(record, "%d %H:%M:%S")
        self.lines.append(self._writes.redacted(f"{at} {record.name}: {record.getMessage()}{why}"))

    @contextmanager
    def listening(self) -> Generator[None]:
        """Keep what is logged until the block is left."""
        root = logging.getLogger()
        root.addHandler(self)
        try:
            yield
        finally:
            root.removeHandler(self)


def _formatter() -> Redacting:
    """Give what knows the secrets: the log's own formatter, where it was set up."""
    known = (one.formatter for one in logging.getLogger().handlers)
    return next((one for one in known if isinstance(one, Redacting)), Redacting(()))
