"""Whoever reaches the engine's port cannot fill its log: a line, then a number a minute, and no traceback."""

import asyncio
import contextlib
import logging
import random
from functools import partial

import aiohttp

from engine import badrequests, clients, server, wire
from engine.config import Wire
from engine.listen import bind
from tests.engine.modelless import Worker, serving

SECRET = "s3cret"  # noqa: S105  made up here


def nonsense(seed, count):
    """Requests as strangers and broken programs send them."""
    chance = random.Random(seed)
    good = f"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {SECRET}\r\n\r\n".encode()
    made = [
        b"",
        b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),  # TLS
        b"SSH-2.0-x\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nAuthorization: \xff\xfe\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \xc3\xa9\r\n\r\n",
        b"GET http://[::/ HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET //%00%ff?\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"a" * 70_000 + b": b\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 5000 + b"\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
        b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
        good.replace(b"\r\n\r\n", b"\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n\r\n"),
        good.replace(b"\r\n\r\n", b"\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nExpect: 100-continue\r\n\r\n"),
        good.replace(b"\r\n\r\n", b"\r\nExpect: nonsense\r\n\r\n"),
    ]
    yield from made
    for _ in range(count - len(made)):
        data = bytearray(chance.choice([good, *made]))
        for _ in range(chance.randint(1, 20)):
            data[chance.randrange(len(data) or 1) : chance.randrange(len(data) + 1)] = chance.randbytes(
                chance.randint(0, 8)
            )
        yield bytes(data)


async def send(port, data):
    """Send something over TCP and wait until the other end has said or closed something."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with contextlib.suppress(ConnectionError):
        writer.write(data)
        writer.write_eof()
        await reader.read()
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def test_requests_that_are_none_cost_a_line_a_minute(tmp_path, monkeypatch, caplog):
    """Whatever a stranger sends before anybody has seen a secret, and however often."""
    monkeypatch.setattr(server, "Worker", Worker)
    minutes = []
    monkeypatch.setattr(
        clients, "BadRequests", partial(badrequests.BadRequests, later=lambda _s, act: minutes.append(act))
    )
    caplog.set_level(logging.INFO)
    async for engine in serving(bind(Wire(url="ws://127.0.0.1:0"), tmp_path, {"ESHI_WIRE_SECRET": SECRET})):
        port = engine._clients._listener.socket.getsockname()[1]
        requests = list(nonsense(1, 300))
        for start in range(0, len(requests), 20):
            await asyncio.gather(*(send(port, data) for data in requests[start : start + 20]))
        lines = [record for record in caplog.records if record.levelno >= logging.WARNING]
        assert not any(record.exc_info for record in lines)
        [line] = [record.getMessage() for record in lines]
        assert line.startswith("a request was refused that is no HTTP: 400, message")
        minutes.pop()()
        [_, counted] = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
        assert counted.endswith("more of such requests in the last minute")
        headers = {"Authorization": f"Bearer {SECRET}"}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.ws_connect(f"http://127.0.0.1:{port}/") as websocket,
        ):
            assert wire.decode_event((await websocket.receive()).data)


def ours():
    """An error that code of the engine ends in."""
    try:
        wire.encode(object)
    except TypeError as error:
        return error
    raise AssertionError


def test_an_error_of_our_own_keeps_its_traceback(caplog):
    """The first of its kind; the others are counted with the rest, and a quiet minute begins anew."""
    minutes = []
    log = logging.getLogger("tests.strangers")
    refusing = badrequests.BadRequests(later=lambda seconds, act: minutes.append((seconds, act)))
    log.addFilter(refusing)
    for _ in range(3):
        log.error("Error handling request", exc_info=ours())
        log.info("nothing to do with it")
    assert len([record for record in caplog.records if record.exc_info]) == 1
    [(seconds, act)] = minutes
    assert seconds == 60
    act()
    assert "2 more of such requests in the last minute" in caplog.text
    minutes[1][1]()
    log.error("Error handling request", exc_info=ours())
    assert len([record for record in caplog.records if record.exc_info]) == 2
    log.error("Error handling request", exc_info=ZeroDivisionError("a library's"))
    assert caplog.messages[-1] == "a request was refused that is no HTTP: a library's"
    log.removeFilter(refusing)
