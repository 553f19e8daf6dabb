"""Tells systemd how a service is: ready, its status in words, stopping, and that it still answers (sd_notify(3)).

Without systemd all of it does nothing. A message is one datagram to a socket, so no library is needed.
"""

from __future__ import annotations

import contextlib
import os
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

STARTING_S = 60.0
"""How long a start may go on after each word of it."""


class Systemd:
    """One service's line to systemd."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._watchdog_s = _watchdog_s(environ)

    @property
    def listens(self) -> bool:
        """Whether anybody wants to know."""
        return bool(self._address)

    @property
    def alive_every_s(self) -> float | None:
        """How often to say `alive`: twice in the time after which systemd ends what says nothing; None: never."""
        return None if self._watchdog_s is None else self._watchdog_s / 2

    def starting(self, what: str) -> None:
        """Say what takes so long, and that it still goes on."""
        self._tell(f"STATUS={_line(what)}", f"EXTEND_TIMEOUT_USEC={STARTING_S * 1e6:.0f}")

    def ready(self) -> None:
        self._tell("READY=1")

    def status(self, words: str) -> None:
        """Say in words how it is, for ``systemctl status``."""
        self._tell(f"STATUS={_line(words)}")

    def alive(self) -> None:
        self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    def _tell(self, *lines: str) -> None:
        if not self._address:
            return
        # A service must not end because nobody listens to how it is, nor wait for that
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.setblocking(False)
            out.sendto("\n".join(lines).encode(), self._address)


def _watchdog_s(environ: Mapping[str, str]) -> float | None:
    """Read after how long systemd ends what says nothing (sd_watchdog_enabled(3)); None where it never does."""
    if environ.get("WATCHDOG_PID") not in (None, str(os.getpid())):
        return None
    try:
        return int(environ["WATCHDOG_USEC"]) / 1e6 or None
    except (KeyError, ValueError):
        return None


def _line(words: str) -> str:
    return " ".join(words.split())
