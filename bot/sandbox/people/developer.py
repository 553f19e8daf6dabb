"""What developers see and may break, over HTTP; the contract is in `bot.sandbox.people.api`."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from bot.sandbox.rules import json_body
from bot.sandbox.rules.protocol import number
from bot.sandbox.rules.refusal import Refusal
from bot.sandbox.world.broadcast import clock_view

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.sandbox.rules.protocol import Json
    from bot.sandbox.world.faults import Faults
    from bot.sandbox.world.feed import EventFeed
    from bot.sandbox.world.local_discord import LocalDiscord


@dataclass(frozen=True)
class Switch:
    """Something that the program around the stand-in lets a developer do to it."""

    name: str
    label: str
    press: Callable[[], Awaitable[None]]


class Advance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    advance_s: float


def add_to(
    app: web.Application, local: LocalDiscord, feed: EventFeed, faults: Faults, switches: Sequence[Switch]
) -> None:
    developer = _Developer(local, feed, faults, switches)
    app.router.add_get("/developer/feed", developer.feed)
    app.router.add_get("/developer/events", developer.events)
    app.router.add_get("/developer/violations", developer.violations)
    app.router.add_delete("/developer/violations", developer.forget_violations)
    app.router.add_get("/developer/faults", developer.faults)
    app.router.add_post("/developer/faults", developer.post_fault)
    app.router.add_delete("/developer/faults", developer.withdraw)
    app.router.add_delete("/developer/faults/{id}", developer.withdraw)
    app.router.add_post("/developer/clock", developer.clock)
    app.router.add_post("/developer/switches/{name}", developer.press)


class _Developer:
    def __init__(self, local: LocalDiscord, feed: EventFeed, faults: Faults, switches: Sequence[Switch]) -> None:
        self._local = local
        self._feed = feed
        self._faults = faults
        self._switches = {one.name: one for one in switches}

    async def feed(self, request: web.Request) -> web.Response:
        query = request.query
        entries = self._feed.entries(
            after=number(query.get("after")),
            message_id=query.get("message_id"),
            interaction_id=query.get("interaction_id"),
            limit=number(query.get("limit", "200")),
        )
        return web.json_response({"entries": entries})

    async def events(self, request: web.Request) -> web.WebSocketResponse:
        queue: asyncio.Queue[Json] = asyncio.Queue()
        self._feed.listeners.append(queue.put_nowait)
        try:
            return await stream(request, queue)
        finally:
            self._feed.listeners.remove(queue.put_nowait)

    async def violations(self, _request: web.Request) -> web.Response:
        return web.json_response({"violations": self._feed.violations})

    async def forget_violations(self, _request: web.Request) -> web.Response:
        self._feed.violations.clear()
        return web.Response(status=204)

    async def faults(self, _request: web.Request) -> web.Response:
        switches = [{"name": one.name, "label": one.label} for one in self._switches.values()]
        return web.json_response({"faults": self._faults.waiting(), "switches": switches})

    async def post_fault(self, request: web.Request) -> web.Response:
        try:
            fault_id = self._faults.post_json(json_body.decode(await request.read()))
        except (msgspec.ValidationError, Refusal) as error:
            return _invalid(error)
        return web.json_response({"id": fault_id})

    async def withdraw(self, request: web.Request) -> web.Response:
        self._faults.withdraw(request.match_info.get("id"))
        return web.Response(status=204)

    async def clock(self, request: web.Request) -> web.Response:
        try:
            wanted = msgspec.convert(json_body.decode(await request.read()), type=Advance)
        except (msgspec.ValidationError, Refusal) as error:
            return _invalid(error)
        self._local.world.clock.advance(wanted.advance_s)
        self._local.broadcast.clock_moved()
        return web.json_response(clock_view(self._local.world))

    async def press(self, request: web.Request) -> web.Response:
        switch = self._switches.get(request.match_info["name"])
        if switch is None:
            raise web.HTTPNotFound
        await switch.press()
        self._feed.add("fault", what=switch.label)
        return web.Response(status=204)


def _invalid(error: Exception) -> web.Response:
    body: dict[str, Any] = {"error": {"code": "invalid_body", "message": str(error)}}
    return web.json_response(body, status=400)


async def stream(request: web.Request, queue: asyncio.Queue[Json]) -> web.WebSocketResponse:
    """Send what comes into a queue as text frames until the other side leaves."""
    socket = web.WebSocketResponse(heartbeat=30.0)
    await socket.prepare(request)

    async def send() -> None:
        while True:
            await socket.send_str(json.dumps(await queue.get()))

    sender = asyncio.create_task(send())
    try:
        async for _ in socket:
            pass
    finally:
        sender.cancel()
        await asyncio.gather(sender, return_exceptions=True)
    return socket
