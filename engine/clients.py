"""Everybody who is connected: let in by their secret, listened to, and told of what they have asked for.

It does not know who draws.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import msgspec
from aiohttp import WSMsgType, web

from engine.badrequests import BadRequests
from engine.client import FLUSH_S, ConnectedClient
from engine.wire import MAX_COMMAND_BYTES, Rejected, decode_command

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator, Sequence

    from engine.listen import Listener
    from engine.wire import Command, Event

log = logging.getLogger(__name__)

HEARTBEAT_S = 30.0
"""A client that answers no ping for half of this again is gone, and its jobs are cancelled."""

DETAIL_CHARS = 300
"""Of what is wrong with a command: a key in it may have a megabyte."""


class Clients:
    """For one event loop."""

    def __init__(
        self,
        listener: Listener,
        *,
        greeting: Callable[[], Sequence[Event]],
        obey: Callable[[ConnectedClient, Command], None],
        left: Callable[[ConnectedClient], None],
    ) -> None:
        """Prepare to let them in.

        Args:
            listener: Where they come.
            greeting: What each is told first.
            obey: Does what one commands.
            left: Hears that one is gone, whose jobs nobody waits for any more.
        """
        self._listener = listener
        self._greeting = greeting
        self._obey = obey
        self._left = left
        self._connected: set[ConnectedClient] = set()
        self._workers = 1
        self._closed = False

    def __len__(self) -> int:
        return len(self._connected)

    def __iter__(self) -> Iterator[ConnectedClient]:
        return iter(self._connected)

    @property
    def jobs(self) -> int:
        """How many they have here, all together."""
        return sum(len(client.jobs) for client in self._connected)

    @asynccontextmanager
    async def listened_to(self) -> AsyncGenerator[None]:
        """Let them in until the block is left."""
        app = web.Application()
        app.router.add_get("/", self._handle)
        http = logging.getLogger("engine.http")
        http.addFilter(BadRequests())
        runner = web.AppRunner(app, access_log=None, logger=http, handle_signals=False, shutdown_timeout=FLUSH_S)
        await runner.setup()
        try:
            await web.SockSite(runner, self._listener.socket).start()
            log.info("listening on %s", self._listener.address)
            yield
        finally:
            await runner.cleanup()
            self._listener.close()

    def tell_all(self, event: Event) -> None:
        """Tell everybody."""
        for client in self._connected:
            client.tell(event)

    def make_room(self, workers: int) -> None:
        """Let as much wait for each as so many workers may have to say, and never less than that again."""
        self._workers = max(self._workers, workers)
        for client in self._connected:
            client.make_room(self._workers)

    def close(self) -> None:
        """Let nobody in any more: a client that was said goodbye to need not come again."""
        self._closed = True

    async def say_goodbye(self) -> None:
        """Let each read what is left for it, and close."""
        await asyncio.gather(*(client.say_goodbye() for client in self._connected))

    async def _handle(self, request: web.Request) -> web.WebSocketResponse:
        if self._listener.secret:
            shown = request.headers.get("Authorization", "").encode(errors="surrogateescape")  # as aiohttp read it
            if not hmac.compare_digest(shown, f"Bearer {self._listener.secret}".encode()):
                raise web.HTTPUnauthorized(headers={"WWW-Authenticate": "Bearer"})
        if self._closed:
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=MAX_COMMAND_BYTES, compress=False)
        try:
            await socket.prepare(request)
        except UnicodeEncodeError as error:  # aiohttp repeats a header's bytes, which need not be text
            raise web.HTTPBadRequest from error
        client = ConnectedClient(socket, cut=request.transport.abort if request.transport is not None else socket.close)
        client.make_room(self._workers)
        for event in self._greeting():
            client.tell(event)
        self._connected.add(client)
        sending = asyncio.create_task(client.send())
        try:
            async for message in socket:
                await asyncio.sleep(0)  # whoever sends without end leaves the loop to others, too
                if client.dropped:
                    break
                if message.type is WSMsgType.BINARY:
                    self._receive(client, message.data)
                else:
                    client.tell(Rejected(detail="expected a binary frame with one msgpack message"))
        finally:
            self._connected.discard(client)
            sending.cancel()
            self._left(client)
        return socket

    def _receive(self, client: ConnectedClient, frame: bytes) -> None:
        try:
            command = decode_command(frame)
        except msgspec.DecodeError as error:
            client.tell(Rejected(detail=str(error)[:DETAIL_CHARS]))
            return
        self._obey(client, command)
