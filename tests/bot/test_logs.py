"""What an operator reads in the log."""

import io
import logging
from types import SimpleNamespace

import aiohttp
import discord
import pytest

from bot import logs


@pytest.fixture
def written():
    """Set the log up as the bot does, and give what was written."""
    root, stream = logging.getLogger(), io.StringIO()
    level = root.level
    logs.set_up(secrets=("a-token", ""), stream=stream)
    yield stream.getvalue
    root.removeHandler(root.handlers[-1])
    root.setLevel(level)


def fail(name, error):
    """Log an error as discord.py does."""
    try:
        raise error
    except type(error):
        logging.getLogger(name).exception("Ignoring exception in %s", "autocomplete")


REFUSED = discord.NotFound(
    SimpleNamespace(status=404, reason="Not Found"), {"code": 10062, "message": "Unknown interaction"}
)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (aiohttp.ServerDisconnectedError(), "(ServerDisconnectedError: Server disconnected)"),
        (
            ConnectionResetError(104, "Connection reset by peer"),
            "(ConnectionResetError: [Errno 104] Connection reset by",
        ),
        (TimeoutError(), "(TimeoutError: )"),
        (REFUSED, "(NotFound: 404 Not Found (error code: 10062): Unknown interaction)"),
    ],
)
def test_a_connection_that_breaks_inside_discord_py_is_one_line(written, error, said):
    """Its place in the library tells an operator nothing; the reason does."""
    fail("discord.app_commands.tree", error)
    [line] = written().splitlines()
    assert f"discord.app_commands.tree: Ignoring exception in autocomplete {said}" in line


@pytest.mark.parametrize(("name", "error"), [("discord.client", KeyError("id")), ("bot.app", TimeoutError())])
def test_any_other_error_keeps_its_place(written, name, error):
    """A fault of this program, or of the library, has to be found."""
    fail(name, error)
    text = written()
    assert "Traceback" in text
    assert "tests/bot/test_logs.py" in text


def test_no_secret_is_ever_written(written):
    """Neither in a line nor in a traceback."""
    fail("bot.app", KeyError("a-token"))
    text = written()
    assert "***" in text
    assert "a-token" not in text
