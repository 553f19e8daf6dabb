"""Both compressed gateways, by hand and as the real client asks for them."""

import asyncio
import sys
from importlib import import_module

import aiohttp
import pytest

from bot.sandbox.discord import compression

MESSAGES = ['{"op": 10}', '{"t": "READY"}' * 900, "ü"]

CLIENT = """
import asyncio, sys

if sys.argv[3] == "zlib-stream":
    sys.modules["zstandard"] = sys.modules["compression.zstd"] = None
import discord, yarl

discord.http.Route.BASE = sys.argv[1]
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(sys.argv[4])


class Client(discord.Client):
    async def on_ready(self):
        while not self.guilds[0].name:
            await asyncio.sleep(0.01)
        print(discord.utils._ActiveDecompressionContext.COMPRESSION_TYPE, self.guilds[0].name)
        await self.close()


asyncio.run(Client(intents=discord.Intents(guilds=True), guild_ready_timeout=0).start(sys.argv[2]))
"""


def test_zlib_messages_are_readable_one_by_one():
    """Each message ends in a sync flush, and the stream's dictionary goes on."""
    pack, inflate = compression.packer("zlib-stream"), import_module("zlib").decompressobj()
    packed = [pack(one.encode()) for one in MESSAGES]
    assert all(one.endswith(b"\x00\x00\xff\xff") for one in packed)
    assert [inflate.decompress(one).decode() for one in packed] == MESSAGES


@pytest.mark.parametrize("name", ["zstandard", "compression.zstd"])
def test_zstd_messages_are_readable_one_by_one(monkeypatch, name):
    """The package and Python's own module write the same kind of stream."""
    zstd = pytest.importorskip(name, reason=f"{name} is not here: Python 3.14 has one, the package is the other")
    if name != "zstandard":
        monkeypatch.setitem(sys.modules, "zstandard", None)
    reader = zstd.ZstdDecompressor()
    reader = reader.decompressobj() if name == "zstandard" else reader
    pack = compression.packer("zstd-stream")
    assert [reader.decompress(pack(one.encode())).decode() for one in MESSAGES] == MESSAGES


async def test_zstd_without_either_is_refused_in_words(monkeypatch, sandbox):
    """Who asks for what cannot be spoken here is told what would help; the plain gateway still opens."""
    monkeypatch.setitem(sys.modules, "zstandard", None)
    monkeypatch.setitem(sys.modules, "compression.zstd", None)
    url = sandbox.local.gateway_url().replace("ws", "http", 1)
    async with aiohttp.ClientSession() as session:
        async with session.get(url, params={"compress": "zstd-stream"}) as response:
            assert response.status == 400
            assert "pip install zstandard" in await response.text()
        async with session.get(url, params={"compress": "brotli"}) as response:
            assert (response.status, "zlib-stream" in await response.text()) == (400, True)
        async with session.ws_connect(url) as socket:
            assert (await socket.receive_json())["op"] == 10


@pytest.mark.parametrize("way", ["zlib-stream", "zstd-stream"])
async def test_the_real_client_connects_either_way(sandbox, way):
    """discord.py asks for zstd wherever it finds it, else for zlib; both times it learns its guilds."""
    script = (sys.executable, "-c", CLIENT, sandbox.api_url, sandbox.token, way, sandbox.local.gateway_url())
    client = await asyncio.create_subprocess_exec(*script, stdout=asyncio.subprocess.PIPE)
    try:
        async with asyncio.timeout(60):
            said, _ = await client.communicate()
    finally:
        if client.returncode is None:
            client.kill()
    assert said.decode().split() == [way, "Atelier"]
