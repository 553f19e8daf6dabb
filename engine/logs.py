"""How a process writes its log: for a person at a terminal, or as JSON for a service; no secret is in either.

Every line about a job names it: the code says so itself where it knows the job, and inside of `about_job` every line
does, also that of a library. Prompts are logged at DEBUG and nowhere else.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import threading
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, TextIO, TypeAlias, get_args
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from types import TracebackType

LogForm: TypeAlias = Literal["auto", "text", "json"]
"""``auto`` is JSON where systemd's journal reads, and text elsewhere."""

LOG_FORMS: tuple[LogForm, ...] = get_args(LogForm)

STARS = "***"

_TEXT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
_JOB = re.compile(r"\bjob ([0-9A-HJKMNP-TV-Z]{6})(?:\.\d+)?\b")
"""A job's id (`bot.job.ID_PATTERN`), and the number of the attempt behind it as the engine has it."""

_TOKENS_OF_ADDRESSES = re.compile(r"(/(?:webhooks|interactions)/\d+/)[^/\s\"'?)]+")
"""What opens a message for a quarter of an hour: Discord's addresses carry it, and libraries log addresses."""
_AUTHORIZATION = re.compile(r"((?:Authorization['\"]?: *['\"]?)?\b(?:Bot|Bearer) )[\w.~+/=-]{8,}")

_MIN_SECRET_CHARS = 4
"""What is shorter is no secret, and would make stars of every other word."""

_job: ContextVar[str] = ContextVar("job", default="")


@contextmanager
def about_job(job_id: str) -> Generator[None]:
    """Have every line that is logged in here, and by tasks that begin in here, name this job."""
    token = _job.set(job_id)
    try:
        yield
    finally:
        _job.reset(token)


class _Noting(logging.Filter):
    """Notes which job a line is about, when it is logged: a handler may write it elsewhere."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not hasattr(record, "job"):
            record.job = _job.get()
        return True


class Redacting(logging.Formatter):
    """Writes stars where a secret would stand, in tracebacks too."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__(_TEXT)
        known = {one for secret in secrets if len(secret) >= _MIN_SECRET_CHARS for one in _spellings(secret)}
        self._secrets = sorted(known, key=len, reverse=True)  # one may begin with another

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        job = getattr(record, "job", "")
        if job and job not in line:
            line = f"{line} (job {job})"
        return self.redacted(line)

    def redacted(self, text: str) -> str:
        """Give the text without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, STARS)
        text = _TOKENS_OF_ADDRESSES.sub(rf"\1{STARS}", text)
        return _AUTHORIZATION.sub(rf"\1{STARS}", text)


class AsJson(Redacting):
    """One JSON object a line: time, level, logger, message, and job and error where there are."""

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        found = _JOB.search(message)
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message,
            "job": found[1] if found else getattr(record, "job", ""),
            "error": self.formatException(record.exc_info) if record.exc_info else record.exc_text or "",
            "stack": self.formatStack(record.stack_info) if record.stack_info else "",
        }
        written = {key: self.redacted(value) for key, value in said.items() if value}
        return json.dumps(written, ensure_ascii=False)


def _spellings(secret: str) -> Iterable[str]:
    """Give the ways in which Python, JSON and addresses write a string."""
    yield secret
    yield repr(secret)[1:-1]
    yield ascii(secret)[1:-1]
    yield repr(secret.encode())[2:-1]
    yield quote(secret, safe="")
    yield json.dumps(secret)[1:-1]


def formatter(form: LogForm, secrets: Iterable[str], stream: TextIO) -> Redacting:
    """Make what writes lines of a form to a stream."""
    as_json = form == "json" or (form == "auto" and to_journal(stream))
    return AsJson(secrets) if as_json else Redacting(secrets)


def to_journal(stream: TextIO) -> bool:
    """Tell whether systemd's journal reads a stream, by its device and inode (systemd.exec(5), JOURNAL_STREAM)."""
    try:
        seen = os.fstat(stream.fileno())
    except (OSError, ValueError):  # a stream in memory has no number
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{seen.st_dev}:{seen.st_ino}"


def handler(form: LogForm, secrets: Iterable[str], stream: TextIO | None = None) -> logging.Handler:
    """Make what writes the log; `stream` None is standard error."""
    out = stream or sys.stderr
    writing = logging.StreamHandler(out)
    writing.addFilter(_Noting())
    writing.setFormatter(formatter(form, secrets, out))
    return writing


def log_what_nobody_caught() -> None:
    """Have the log tell of errors that end the program or a thread, and of warnings: Python writes to the terminal."""
    log = logging.getLogger("uncaught")

    def ended(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            log.critical("ended by an error", exc_info=(kind, error, trace))

    def thread_ended(hook: threading.ExceptHookArgs) -> None:
        if hook.exc_value is not None and not isinstance(hook.exc_value, SystemExit):
            name = hook.thread.name if hook.thread else "unknown"
            log.critical(
                "the thread %s ended by an error", name, exc_info=(hook.exc_type, hook.exc_value, hook.exc_traceback)
            )

    sys.excepthook, threading.excepthook = ended, thread_ended
    logging.captureWarnings(capture=True)
