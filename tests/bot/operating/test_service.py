"""The bot as systemd's service."""

import asyncio
import socket

import pytest

from bot.operating.service import Service
from engine.systemd import Systemd
from tests.patience import until


class Overview:
    """What is asked of it."""

    def __init__(self):
        self.client = self
        self.connected = asyncio.Event()

    async def wait_until_ready(self):
        await self.connected.wait()

    async def status(self):
        return "3 in line"


@pytest.fixture
def systemd(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(str(tmp_path / "notify"))
        server.setblocking(False)
        came = []

        def heard():
            while True:
                try:
                    came.append(server.recv(4096).decode())
                except BlockingIOError:
                    return came

        yield Systemd({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "2000"}), heard


async def test_it_is_ready_when_it_is_connected_and_alive_from_then_on(systemd):
    """Before that the start goes on, however long Discord is away, as long as the loop runs."""
    line, heard = systemd
    overview = Overview()
    service = Service(line, overview)
    working = asyncio.create_task(service.work())
    await until(lambda: any("connecting to Discord\nEXTEND_TIMEOUT" in one for one in heard()))
    assert not {"READY=1", "WATCHDOG=1"} & {*heard()}
    overview.connected.set()
    await until(lambda: heard().count("WATCHDOG=1") >= 3)
    assert heard().index("READY=1") < heard().index("WATCHDOG=1")
    assert "STATUS=3 in line" in heard()
    working.cancel()
    service.stopping()
    assert heard()[-1] == "STOPPING=1"


async def test_without_systemd_it_ends_at_once():
    """Nobody wants to know."""
    await Service(Systemd({}), Overview()).work()
