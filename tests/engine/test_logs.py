"""What a process writes into its log, for a person and for a service: which job it is about, and no secret."""

import io
import json
import logging
import os
import subprocess
import sys
import traceback
from contextvars import copy_context
from urllib.parse import quote

import pytest

from engine.logs import about_job, handler, to_journal

SECRETS = ("MTI3.a-bot-token.with_parts", 'wire secret with "quotes" and \\', "hf_geheimnisß", "watch-token")


@pytest.fixture(params=["text", "json"])
def form(request):
    return request.param


@pytest.fixture
def log(form):
    """A logger of its own, and what it wrote."""
    stream = io.StringIO()
    logger = logging.Logger("bot.flow", logging.DEBUG)  # noqa: LOG001  nobody else's
    logger.addHandler(handler(form, SECRETS, stream))
    logger.written = stream.getvalue
    return logger


def everything_that_can_be_logged(log):
    """Each secret in every place of a record that a library or a mistake could put it into."""
    for secret in SECRETS:
        log.info(secret)
        log.warning("the header was %r", {"Authorization": f"Bot {secret}"})
        log.error("%s", secret.encode())
        log.info("%s", [secret, (secret, {secret: secret})])
        log.info(json.dumps({"token": secret}))
        log.info("https://example.com/?token=%s", quote(secret))
        log.info("PATCH https://discord.com/api/v10/webhooks/9/%s/messages/1", secret)
        try:
            try:
                raise ValueError(secret)  # noqa: TRY301  its traceback is what is looked at
            except ValueError as error:
                raise RuntimeError({"said": secret}) from error
        except RuntimeError:
            log.exception("failed with %s", secret)
            log.info("as text:\n%s", traceback.format_exc())
        log.critical("where", stack_info=True)


def test_no_secret_is_in_any_byte_that_is_written(log):
    """Whether it was a value, a part of one, in a traceback or in an address; escaped letters are searched, too."""
    everything_that_can_be_logged(log)
    written = log.written()
    assert "***" in written
    for text in (written, *map(repr, _strings(written))):
        assert [secret for secret in SECRETS if secret in text or repr(secret)[1:-1] in text] == []
    assert b"hf_geheimnis" not in written.encode("utf-8", "surrogatepass")


def _strings(written):
    for line in written.splitlines():
        try:
            yield from map(str, json.loads(line).values())
        except json.JSONDecodeError:
            yield line


@pytest.mark.parametrize(
    "address",
    [
        "https://discord.com/api/v10/webhooks/9/aW50ZXJhY3Rpb246the-token/messages/@original",
        "https://discord.com/api/v10/interactions/12/aW50ZXJhY3Rpb246the-token/callback",
        "'http://127.0.0.1:1/api/v10/webhooks/9/aW50ZXJhY3Rpb246the-token?wait=true'",
    ],
)
def test_what_opens_a_message_is_in_no_address(log, address):
    """discord.py logs the address where Discord limits it, and nobody knows these tokens before."""
    log.warning("We are being rate limited. %s responded with 429.", address)
    assert "the-token" not in log.written()
    assert "/9/***" in log.written() or "/12/***" in log.written()


def test_a_short_word_is_no_secret(form):
    """An empty variable must not make stars of everything."""
    stream = io.StringIO()
    logger = logging.Logger("bot", logging.INFO)  # noqa: LOG001  nobody else's
    logger.addHandler(handler(form, ("", "the"), stream))
    logger.info("the engine")
    assert "the engine" in stream.getvalue()


def test_a_line_about_a_job_names_it(log, form):
    """Also that of a library, and of what was begun in there; elsewhere none is named."""
    with about_job("00004K"):
        log.info("it waits for Discord")
        context = copy_context()
        log.info("job 00004K: delivered")
    log.info("nobody's")
    context.run(log.info, "later, in its task")
    lines = log.written().splitlines()
    if form == "json":
        assert [json.loads(line).get("job") for line in lines] == ["00004K", "00004K", None, "00004K"]
    else:
        assert [line.count("00004K") for line in lines] == [1, 1, 0, 1]


def test_the_engine_s_number_of_an_attempt_is_no_part_of_the_job(log, form):
    """So that both processes' lines are found by one id."""
    log.info("job 00004K.2: out_of_memory")
    if form == "json":
        assert json.loads(log.written())["job"] == "00004K"


@pytest.mark.parametrize("form", ["json"])
def test_json_is_one_object_a_line(log):
    """Whatever is in a message; an error is in the same object, with its place."""
    log.info("two\nlines, “quotes” and \u2028")
    try:
        raise KeyError("id")  # noqa: TRY301  as above
    except KeyError:
        log.exception("job 00004K: failed")
    first, second = map(json.loads, log.written().strip().split("\n"))
    assert first == {
        "time": first["time"],
        "level": "info",
        "logger": "bot.flow",
        "message": "two\nlines, “quotes” and \u2028",
    }
    assert first["time"].endswith("+00:00")
    assert (second["level"], second["job"]) == ("error", "00004K")
    assert "KeyError: 'id'" in second["error"]
    assert "test_logs.py" in second["error"]


def test_auto_is_json_where_the_journal_reads_and_text_elsewhere(monkeypatch, tmp_path):
    """systemd names the stream by its device and inode; a service's own file beside it is another one."""
    with (tmp_path / "out").open("w") as out, (tmp_path / "other").open("w") as other:
        seen = os.fstat(out.fileno())
        monkeypatch.setenv("JOURNAL_STREAM", f"{seen.st_dev}:{seen.st_ino}")
        assert (to_journal(out), to_journal(other), to_journal(io.StringIO())) == (True, False, False)
        monkeypatch.delenv("JOURNAL_STREAM")
        assert not to_journal(out)


def test_what_nobody_caught_is_logged_too():
    """Python would write it to the terminal, past the log and with every secret in it."""
    program = f"""
import logging, threading, warnings
from engine import logs
logging.basicConfig(level=logging.INFO, handlers=[logs.handler("json", {SECRETS!r})])
logs.log_what_nobody_caught()
def fail():
    raise ValueError({SECRETS[0]!r})
thread = threading.Thread(target=fail, name="pool")
thread.start()
thread.join()
warnings.warn({SECRETS[3]!r})
fail()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 1
    assert done.stdout == ""
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(line["level"], line["logger"]) for line in lines] == [
        ("critical", "uncaught"),
        ("warning", "py.warnings"),
        ("critical", "uncaught"),
    ]
    assert "the thread pool" in lines[0]["message"]
    assert [secret for secret in SECRETS if secret in done.stderr] == []
