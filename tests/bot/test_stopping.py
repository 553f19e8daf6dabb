"""What signals do to a bot that runs."""

import asyncio
import os
import signal
import sys

import pytest

from bot.stopping import Stop
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGHUP")


async def test_a_service_reads_its_configuration_again_at_sighup(monkeypatch):
    """And goes on: nothing is stopped."""
    monkeypatch.setattr(os, "isatty", lambda _number: False)
    stop = Stop(asyncio.current_task())
    stop.on_signals()
    os.kill(os.getpid(), signal.SIGHUP)
    async with asyncio.timeout(PATIENCE_S):
        await stop.hangup.wait()
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().remove_signal_handler(number)


async def test_at_a_terminal_sighup_means_what_it_always_did(monkeypatch):
    """A window that was closed leaves no bot behind, on whose database the next one could not start."""
    monkeypatch.setattr(os, "isatty", lambda _number: True)
    before = signal.getsignal(signal.SIGHUP)
    stop = Stop(asyncio.current_task())
    stop.on_signals()
    assert signal.getsignal(signal.SIGHUP) is before
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().remove_signal_handler(number)
