"""A systemd unit of this user, so that the bot runs after the terminal is closed and after a restart."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import BotError
from engine.terminal import installed

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "eshi.service"

UNIT = """\
[Unit]
Description=Eshi
After=network-online.target
StartLimitIntervalSec=0

[Service]
WorkingDirectory={folder}
ExecStart={program} run --config {config}
# Discord resets the token of a bot that connects a thousand times a day, so restarts are slow, or become slow.
Restart=on-failure
{restarts}
RestartPreventExitStatus=78
TimeoutStopSec={stop_s:.0f}

[Install]
WantedBy=default.target
"""


SLOWER_AND_SLOWER = "RestartSec=10\nRestartSteps=6\nRestartMaxDelaySec=15min"
ALWAYS_SLOW = "RestartSec=90"
"""Nine hundred and sixty a day, for a systemd that would leave out the other lines."""
STEPS_SINCE = 254
"""systemd's NEWS: RestartSteps= and RestartMaxDelaySec=."""


class ServiceFailed(BotError):
    """The unit cannot be written or started; the message is one line."""


def available() -> bool:
    """Tell whether systemd runs for this user."""
    program = shutil.which("systemctl")
    if program is None:
        return False
    try:
        done = subprocess.run(  # noqa: S603  systemd's own program
            [program, "--user", "show-environment"], capture_output=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def program() -> list[str]:
    """Give the words that start the bot from anywhere: the installed command, or the module in this Python."""
    return [str(Path(sys.argv[0]).absolute())] if installed() else [sys.executable, "-m", "bot"]


def version(said: str) -> int:
    """Read systemd's version out of what ``systemctl --version`` prints; 0 where it is not there."""
    found = re.match(r"systemd (\d+)", said)
    return int(found[1]) if found else 0


def unit(config: Path, drain_s: float, systemd: int) -> str:
    """Write the unit; the bot has its drain and what ends after it.

    Args:
        config: The configuration file.
        drain_s: How long the bot lets jobs end.
        systemd: Its version, as `version` gives it.
    """
    return UNIT.format(
        folder=_plain(str(config.parent)),
        program=" ".join(map(_quoted, program())),
        config=_quoted(str(config)),
        stop_s=drain_s + 20,
        restarts=SLOWER_AND_SLOWER if systemd >= STEPS_SINCE else ALWAYS_SLOW,
    )


def _plain(text: str) -> str:
    """Write a whole line's value, in which only ``%`` means something (systemd.unit(5), specifiers)."""
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    """Write one argument of a command line (systemd.service(5), command lines)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$").replace("%", "%%")
    return f'"{escaped}"'


def install(config: Path, drain_s: float, environ: Mapping[str, str] = os.environ) -> Path:
    """Write the unit and start it.

    Raises:
        ServiceFailed: It cannot be written, or systemd refuses it.
    """
    base = environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    path = Path(base) / "systemd" / "user" / NAME
    known = version(_systemctl("--version").stdout)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(unit(config, drain_s, known), encoding="utf-8")
    except OSError as error:
        raise ServiceFailed(f"{path}: cannot be written: {error.strerror}") from error
    for words in (("daemon-reload",), ("enable", NAME), ("restart", NAME)):
        done = _systemctl("--user", *words)
        if done.returncode:
            raise ServiceFailed(f"systemctl --user {' '.join(words)}: {done.stderr.strip()}")
    return path


def _systemctl(*words: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemctl") or "systemctl"
    return subprocess.run([program, *words], capture_output=True, text=True, check=False)  # noqa: S603  systemd's own
