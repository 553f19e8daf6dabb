"""The engine's lines keep their levels on the way into the bot's log."""

import logging

from bot.engine.log import EngineLog
from engine.logs import Redacting

AT = "2026-01-02 03:04:05,678"


def test_every_line_has_the_level_that_it_was_logged_at(caplog):
    """A line that is no record of its own goes on with the one before it, as tracebacks do."""
    caplog.set_level(logging.DEBUG)
    lines = [
        "warming up",
        f"{AT} INFO engine.batch: job A1.1: started",
        f"{AT} ERROR engine.batch: job A1.1: failed",
        "Traceback (most recent call last):",
        "ValueError: no",
        f"{AT} WARNING diffusers.models: old",
        f"{AT} DEBUG engine: fine",
        "Traceback (most recent call last):",
        "KeyError",
    ]
    log = EngineLog()
    for line in lines:
        log.write(line)
    assert [(record.name, record.levelname, record.message) for record in caplog.records] == [
        ("engine", "INFO", "warming up"),
        ("engine.batch", "INFO", "job A1.1: started"),
        ("engine.batch", "ERROR", "job A1.1: failed"),
        ("engine.batch", "ERROR", "Traceback (most recent call last):"),
        ("engine.batch", "ERROR", "ValueError: no"),
        ("engine.diffusers.models", "WARNING", "old"),
        ("engine", "DEBUG", "fine"),
        ("engine", "ERROR", "Traceback (most recent call last):"),
        ("engine", "ERROR", "KeyError"),
    ]


def test_the_format_is_the_one_that_the_engine_sets():
    """Both halves must agree on it, and so must each level's width."""
    log = EngineLog()
    for level in (logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL):
        record = logging.LogRecord("engine.server", level, "", 0, "a job was cancelled", None, None)
        log.write(Redacting(()).format(record))
        assert log._level == level
