"""A hub on loopback that answers as it is told: honestly, or in any of the ways in which downloads go wrong."""

import asyncio
import hashlib

from aiohttp import web
from aiohttp.test_utils import TestServer

from engine.downloads import Download, DownloadFile, Wanted

CONTENT = bytes(range(256)) * 4096
"""A megabyte."""


def wanted(folder, content=CONTENT, *, name="weights.safetensors"):
    file = DownloadFile(name=name, bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    return Wanted("weights", Download("a test", "somebody/weights", "0" * 40, (file,)), file, folder / name)


class Hub:
    """Serves CONTENT; `answers` are taken one a request, and afterwards it is honest."""

    def __init__(self, content=CONTENT):
        self.content = content
        self.answers = []
        self.asked = []
        self.was_asked = asyncio.Event()
        app = web.Application()
        app.router.add_get("/{path:.*}", self._serve)
        self.server = TestServer(app)

    async def __aenter__(self):
        await self.server.start_server()
        return self

    async def __aexit__(self, *_exc):
        await self.server.close()

    @property
    def url(self):
        return str(self.server.make_url("")).rstrip("/")

    @property
    def ranges(self):
        return [headers.get("Range") for _, headers in self.asked]

    async def _serve(self, request):
        self.asked.append((request.path, dict(request.headers)))
        self.was_asked.set()
        answer = self.answers.pop(0) if self.answers else honest
        return await answer(self, request)


def _from(request):
    asked = request.headers.get("Range", "")
    return int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0


async def honest(hub, request):
    start = _from(request)
    if not start:
        return web.Response(body=hub.content)
    where = f"bytes {start}-{len(hub.content) - 1}/{len(hub.content)}"
    return web.Response(status=206, body=hub.content[start:], headers={"Content-Range": where})


async def deaf_to_ranges(hub, _request):
    return web.Response(body=hub.content)


async def from_elsewhere(hub, request):
    """Says 206, of another place than was asked for."""
    start = _from(request) + 7
    where = f"bytes {start}-{len(hub.content) - 1}/{len(hub.content)}"
    return web.Response(status=206, body=hub.content[start:], headers={"Content-Range": where})


async def from_elsewhere_in_secret(hub, request):
    """Says that it goes on from there, and begins again."""
    start = _from(request)
    where = f"bytes {start}-{len(hub.content) - 1}/{len(hub.content)}"
    return web.Response(status=206, body=hub.content[: len(hub.content) - start], headers={"Content-Range": where})


async def corrupting(hub, _request):
    return web.Response(body=hub.content[:-1] + b"\x00")


def breaking_off(after):
    """Send so much of what was promised, and hang up."""

    async def answer(hub, request):
        start = _from(request)
        status = 206 if start else 200
        headers = {"Content-Length": str(len(hub.content) - start)}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(hub.content) - 1}/{len(hub.content)}"
        response = web.StreamResponse(status=status, headers=headers)
        await response.prepare(request)
        await response.write(hub.content[start : start + after])
        request.transport.close()
        return response

    return answer


def waiting(after, until):
    """Send so much, and the rest when somebody says so."""

    async def answer(hub, request):
        response = web.StreamResponse(headers={"Content-Length": str(len(hub.content))})
        await response.prepare(request)
        await response.write(hub.content[:after])
        await until.wait()
        await response.write(hub.content[after:])
        return response

    return answer


def without_length(content):
    async def answer(_hub, request):
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(content)
        await response.write_eof()
        return response

    return answer


def saying(status, body=b"", **headers):
    async def answer(_hub, _request):
        return web.Response(status=status, body=body, headers={key.replace("_", "-"): v for key, v in headers.items()})

    return answer
