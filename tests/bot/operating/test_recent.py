"""The last errors, for the operator who has no terminal at hand."""

import io
import logging

import pytest

from bot import logs
from bot.operating.recent import KEPT, RecentErrors


@pytest.fixture
def recent():
    """With the log set up as the bot does, so that secrets are known."""
    root, before = logging.getLogger(), list(logging.getLogger().handlers)
    level = root.level
    logs.set_up(secrets=("a-secret-token",), stream=io.StringIO())
    made = RecentErrors()
    with made.listening():
        yield made
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
    root.setLevel(level)


def test_the_newest_errors_are_kept_without_secrets(recent):
    """Not what is less than an error, and of an error its kind but not its place."""
    log = logging.getLogger("bot.flow")
    log.warning("nothing much")
    for number in range(KEPT + 3):
        log.error("job 00004K: number %d with a-secret-token", number)
    try:
        raise KeyError("a-secret-token")  # noqa: TRY301  as somebody's code does
    except KeyError:
        log.exception("the last")
    assert len(recent.lines) == KEPT
    assert recent.lines[-1].endswith("bot.flow: the last (KeyError)")
    assert "number 12 with ***" in recent.lines[-2]
    assert not any("a-secret-token" in line or "Traceback" in line for line in recent.lines)
