"""A systemd unit of this user, so that the bot runs after the terminal is closed and after a restart."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import BotError

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
ExecStart={python} -m bot run --config {config}
# Discord resets the token of a bot that connects a thousand times a day, so restarts become slow.
Restart=on-failure
RestartSec=10
RestartSteps=6
RestartMaxDelaySec=15min
RestartPreventExitStatus=78
TimeoutStopSec={stop_s:.0f}

[Install]
WantedBy=default.target
"""


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


def unit(config: Path, drain_s: float) -> str:
    """Write the unit; the bot has its drain and what ends after it."""
    return UNIT.format(
        folder=_plain(str(config.parent)),
        python=_quoted(sys.executable),
        config=_quoted(str(config)),
        stop_s=drain_s + 20,
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
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(unit(config, drain_s), encoding="utf-8")
    except OSError as error:
        raise ServiceFailed(f"{path}: cannot be written: {error.strerror}") from error
    for words in (("daemon-reload",), ("enable", NAME), ("restart", NAME)):
        done = subprocess.run(  # noqa: S603  systemd's own program
            [shutil.which("systemctl") or "systemctl", "--user", *words], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise ServiceFailed(f"systemctl --user {' '.join(words)}: {done.stderr.strip()}")
    return path
