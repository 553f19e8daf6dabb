"""Logging: one line an event, the job's id on every line about a job, and the token on none."""

from __future__ import annotations

import logging

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


def set_up(*, secrets: tuple[str, ...], verbose: bool = False) -> None:
    """Log to standard error.

    Args:
        secrets: Strings that must never appear in a line: the bot token, the wire's secret.
        verbose: Log this project's own DEBUG lines too; prompts appear only there.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(_Redact(secrets))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    if verbose:
        logging.getLogger("bot").setLevel(logging.DEBUG)
