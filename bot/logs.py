"""The bot's log: one line an event, the job's id on every line about a job, and no secret on any."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.retrying import NOT_DONE
from engine.logs import handler, log_what_nobody_caught

if TYPE_CHECKING:
    from typing import TextIO

    from engine.logs import LogForm


class _OneLine(logging.Filter):
    """Leaves out where in discord.py it was that Discord refused or was not reached: the reason is what counts."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if record.name.startswith("discord") and isinstance(error, NOT_DONE):
            record.msg, record.args = f"{record.getMessage()} ({type(error).__name__}: {error})", ()
            record.exc_info = record.exc_text = None
        return True


def set_up(
    *, secrets: tuple[str, ...], verbose: bool = False, form: LogForm = "text", stream: TextIO | None = None
) -> None:
    """Log to one stream.

    Args:
        secrets: Strings that must never appear in a line: the bot token, the wire's secret.
        verbose: Log this project's own DEBUG lines too; prompts appear only there.
        form: For whom it is written.
        stream: None: standard error.
    """
    writing = handler(form, secrets, stream)
    writing.addFilter(_OneLine())
    root = logging.getLogger()
    root.addHandler(writing)
    root.setLevel(logging.INFO)
    if verbose:
        logging.getLogger("bot").setLevel(logging.DEBUG)
    if stream is None:
        log_what_nobody_caught()
