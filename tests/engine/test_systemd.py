"""What is told to systemd: datagrams to the socket that it names, and nothing where it names none."""

import os
import socket

import pytest

from engine.systemd import Systemd


@pytest.fixture(params=["a file", "abstract"])
def listening(request, tmp_path):
    """A socket as systemd's, the environment that names it, and what came."""
    name = str(tmp_path / "notify") if request.param == "a file" else f"@eshi-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(name.replace("@", "\0", 1))
        server.setblocking(False)
        yield {"NOTIFY_SOCKET": name}, lambda: server.recv(4096).decode()


def test_a_service_s_life_is_told(listening):
    """As sd_notify(3) writes it; one line a value, whatever words are in it."""
    environ, came = listening
    systemd = Systemd(environ)
    assert systemd.listens
    systemd.starting("reading\nWATCHDOG=1")
    assert came() == "STATUS=reading WATCHDOG=1\nEXTEND_TIMEOUT_USEC=60000000"
    systemd.ready()
    assert came() == "READY=1"
    systemd.status("12 in line, drawing 2")
    assert came() == "STATUS=12 in line, drawing 2"
    systemd.alive()
    assert came() == "WATCHDOG=1"
    systemd.stopping()
    assert came() == "STOPPING=1"


@pytest.mark.parametrize("address", ["", "/nowhere/at/all", "@nobody-listens-here"])
def test_where_nobody_listens_nothing_happens(address):
    """A service must not end because of that, nor wait."""
    systemd = Systemd({"NOTIFY_SOCKET": address} if address else {})
    assert systemd.listens == bool(address)
    systemd.ready()


@pytest.mark.parametrize(
    ("environ", "every_s"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "60000000"}, 30.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_alive_is_said_twice_in_the_time_of_the_watchdog(environ, every_s):
    """Of this process: what a parent was given is not for its child."""
    assert Systemd(environ).alive_every_s == every_s
