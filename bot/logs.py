"""Logging: one line an event, the job's id on every line about a job, and the token on none."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.retrying import NOT_DONE

if TYPE_CHECKING:
    from typing import TextIO

_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


class _Redact(logging.Formatter):
    """Writes stars where a secret would stand, in tracebacks too."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__(_FORMAT)
        self._secrets = tuple(secret for secret in secrets if secret)

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return line


class _OneLine(logging.Filter):
    """Leaves out where in discord.py it was that Discord refused or was not reached: the reason is what counts."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if record.name.startswith("discord") and isinstance(error, NOT_DONE):
            record.msg, record.args = f"{record.getMessage()} ({type(error).__name__}: {error})", ()
            record.exc_info = record.exc_text = None
        return True


def set_up(*, secrets: tuple[str, ...], verbose: bool = False, stream: TextIO | None = None) -> None:
    """Log to one stream.

    Args:
        secrets: Strings that must never appear in a line: the bot token, the wire's secret.
        verbose: Log this project's own DEBUG lines too; prompts appear only there.
        stream: None: standard error.
    """
    handler = logging.StreamHandler(stream)
    handler.addFilter(_OneLine())
    handler.setFormatter(_Redact(secrets))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    if verbose:
        logging.getLogger("bot").setLevel(logging.DEBUG)
