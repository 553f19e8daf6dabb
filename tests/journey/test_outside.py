"""Bot and engine speak to Discord and to each other, and to nobody else; and nobody can speak to them."""

import ast
import ipaddress

import psutil
import pytest

from tests.journey.people import gallery, result_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


def is_here(host):
    """A socket file, or an address of this machine."""
    if host is None or isinstance(host, bytes) or host.startswith(("/", "\0")) or host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return "/" in host


async def test_nobody_outside_is_spoken_to(drawing_studio):
    """From the start to a picture: no name is looked up and no connection made but to the local Discord."""
    async with drawing_studio.person("yuki") as yuki:
        assert gallery(await result_of(yuki, await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl")))
    noted = [line.split(maxsplit=2) for line in drawing_studio.connections.read_text().splitlines()]
    spoken_to = {(pid, ast.literal_eval(host)) for pid, _, host in noted}
    processes = {str(drawing_studio.process(name).pid) for name in ("bot", "engine")}
    assert processes <= {pid for pid, _ in spoken_to}, "who is not noted is not tested"
    assert [one for one in spoken_to if not is_here(one[1])] == []


async def test_the_bot_listens_nowhere(drawing_studio):
    """As shipped: no port, so nothing to scrape and nobody to ask. The engine has its socket file."""
    for name in ("bot", "engine"):
        process = psutil.Process(drawing_studio.process(name).pid)
        listening = [one for one in process.net_connections("inet") if one.status == psutil.CONN_LISTEN]
        assert listening == [], name
