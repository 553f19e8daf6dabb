"""An engine without a model, in the test's own process, and clients that no library looks after."""

import asyncio
import base64
import contextlib
import logging
import os
import socket

import aiohttp

from engine import wire
from engine.config import Engine
from engine.server import Server
from engine.wire import Ready, SamplingParams
from tests.engine.batches import generate

READY = Ready(model_name="none", model_hash="", device="none", size_multiple=8)


def is_ready(event):
    """Whether the only worker is listed as one that draws."""
    return isinstance(event, wire.Workers) and isinstance(event.workers[0].state, Ready)


class Worker:
    """A worker without a model: it says that it is ready, and keeps what it is given."""

    compiling = False

    drawing_s = 0.0

    def __init__(self, _config, *, emit, measures):
        self.emit = emit
        self.measures = measures
        self.jobs = []
        self.cancelled = []
        self._closed = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def run(self):
        self.emit(READY)
        asyncio.run_coroutine_threadsafe(self._closed.wait(), self._loop).result()

    def submit(self, job):
        self.jobs.append(job)

    def cancel(self, job):
        self.cancelled.append(job)

    def close(self):
        self._closed.set()


async def serving(listener):
    stop = asyncio.Event()
    engine = Server(Engine(), listener)
    running = asyncio.create_task(engine.run(stop))
    yield engine
    stop.set()
    assert await running
    logging.getLogger("engine.http").filters.clear()


@contextlib.asynccontextmanager
async def connected(path):
    async with (
        aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(path))) as session,
        session.ws_connect("http://engine/", max_msg_size=wire.MAX_MESSAGE_BYTES) as websocket,
    ):
        while not is_ready(wire.decode_event((await websocket.receive()).data)):
            pass
        yield websocket


def job(number=0, **changes):
    values = {
        "prompt": "1girl",
        "negative_prompt": "",
        "seeds": tuple(range(16)),
    }
    return generate(f"job {number}", values, SamplingParams(num_inference_steps=150, width=64, height=64), changes)


def frame(opcode, data, *, masked=True):
    """A WebSocket frame as a client sends it (RFC 6455, section 5.2); the mask is all zeros."""
    size = len(data)
    length = bytes([size]) if size < 126 else b"\x7e" + size.to_bytes(2, "big") if size < 65536 else b""
    length = length or b"\x7f" + size.to_bytes(8, "big")
    return bytes([0x80 | opcode, length[0] | (0x80 if masked else 0)]) + length[1:] + bytes(4 * masked) + data


async def raw(path):
    """A connection that no library looks after."""
    client = socket.socket(socket.AF_UNIX)
    client.setblocking(False)
    await asyncio.get_running_loop().sock_connect(client, str(path))
    return client


async def upgraded(path):
    """A raw WebSocket, whose other end has answered."""
    loop, client = asyncio.get_running_loop(), await raw(path)
    key = base64.b64encode(os.urandom(16)).decode()
    await loop.sock_sendall(
        client,
        "GET / HTTP/1.1\r\nHost: engine\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode(),
    )
    assert (await loop.sock_recv(client, 12)) == b"HTTP/1.1 101"
    return client
