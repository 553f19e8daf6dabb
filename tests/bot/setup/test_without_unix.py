"""What `docs/windows.md` says of Windows itself, as far as another system can show it: nothing of Unix is used.

Windows' Python lacks these modules and names; here every process of ours has them taken away before it begins.
"""

import json
import os
import subprocess
import sys

import pytest

from bot.__main__ import main
from bot.demo import _CHECKPOINT
from tests.documents import ROOT

TAKEN_AWAY = """
import functools, os, signal, socket, sys
import aiohttp, asyncio, filelock, getpass, psutil, subprocess, tempfile  # they have a way of their own on each system

for name in "fcntl grp pty pwd resource syslog termios tty torch".split():
    sys.modules[name] = None  # which is how an import finds that there is none
socket.socketpair = functools.partial(socket.socketpair, socket.AF_UNIX)  # asyncio's, which has another there
for module, names in {
    os: "chown fork forkpty getegid geteuid getgid getpgid getuid killpg mkfifo setsid",
    signal: "SIGALRM SIGHUP SIGPIPE SIGQUIT SIGUSR1 SIGUSR2 alarm pthread_kill setitimer sigwait",
    socket: "AF_UNIX CMSG_LEN SO_REUSEPORT",
}.items():
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)
"""
"""The site module of Python runs it first, in children, too. torch is no part of what is looked at here."""


def run(folder, *words):
    (folder / "taken" / "sitecustomize.py").parent.mkdir(exist_ok=True)
    (folder / "taken" / "sitecustomize.py").write_text(TAKEN_AWAY)
    return subprocess.run(  # noqa: S603  our own commands
        [sys.executable, "-m", *map(str, words)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder / "taken"), str(ROOT)]), "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_set_up_and_check_use_nothing_of_unix(tmp_path, discord):
    """The configuration is written; the check says what is wrong there in rows, and ends with a verdict."""
    (tmp_path / "token").write_text(discord.token)
    given = ("--api", discord.api_url, "--contact", "@ada", "--checkpoint", _CHECKPOINT, "--tagger", "none")
    done = run(tmp_path, "bot", "setup", *given, "--token-file", "token", "--card", "cpu")
    assert (done.returncode, done.stderr) == (0, ""), done
    done = run(tmp_path, "bot", "check", "--no-draw", "--json")
    assert done.stderr == ""
    found = {row["id"]: row for row in json.loads(done.stdout)["rows"]}
    assert {name for name, row in found.items() if row["level"] == "error"} == {"socket", "packages"}
    assert 'wire.url = "ws://127.0.0.1:' in found["socket"]["do"]
    assert found["engine"]["level"] == "ok"


@pytest.mark.parametrize(
    "words",
    [("engine", "download", "--list"), ("bot", "prompt", "--prompt", "1girl, smile")],
    ids=["download", "prompt"],
)
def test_other_commands_use_nothing_of_unix(tmp_path, words):
    done = run(tmp_path, *words)
    assert (done.returncode, done.stderr) == (0, ""), done


def test_the_bot_says_that_windows_is_not_for_it(tmp_path, monkeypatch, capsys):
    """Its event loop has no signals there; that is one sentence, before anything begins."""
    monkeypatch.setattr(sys, "platform", "win32")
    assert main(["run", "--config", str(tmp_path / "config.toml")]) == 78  # no start anew would help
    assert capsys.readouterr().err.strip().endswith("use WSL2, as docs/windows.md says")
