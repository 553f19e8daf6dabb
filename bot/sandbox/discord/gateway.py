"""The gateway: one WebSocket of a bot, from HELLO to its close code (documentation, "Gateway")."""

from __future__ import annotations

import asyncio
import json
import logging
import zlib
from typing import TYPE_CHECKING, Any, cast

from aiohttp import WSMsgType, web

from bot.sandbox.discord.compression import NotSpoken, packer
from bot.sandbox.rules import json_body
from bot.sandbox.rules.protocol import PRIVILEGED, CloseCode, Intent, Json, Opcode, number
from bot.sandbox.rules.refusal import Refusal
from bot.sandbox.world import payloads
from bot.sandbox.world.sessions import without_token

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.sandbox.discord.compression import Pack
    from bot.sandbox.world.allowances import Allowances
    from bot.sandbox.world.faults import Faults
    from bot.sandbox.world.feed import EventFeed
    from bot.sandbox.world.sessions import Session, Sessions
    from bot.sandbox.world.state import Guild, World

log = logging.getLogger(__name__)

HEARTBEAT_MS = 41_250
AWAY_S = 0.1
"""No real gateway answers a heartbeat at once. discord.py notes when it sent one after sending it, in another thread;
an answer before that looks late by a whole interval, and is a warning in the log."""
_COMMANDS_A_MINUTE = 120
_CUT = 1006
"""RFC 6455: no code was sent at all; to close with it is to cut the line."""
_PACKED_OVER = 1024
"""Characters. Not every payload is compressed (documentation, "Payload Compression"); which ones is not said."""
_TRACE = '["gateway-local",{"micros":0}]'
"""Discord names the servers that a connection came through, each as JSON in a string."""
_LARGEST_FRAME = 4096
"""Bytes of what a client sends (documentation, "Sending Events"); more is 4002."""
_MOST_READ = 1 << 16
"""Of still larger frames nothing is read (1009)."""
_VERSIONS = {"6", "7", "8", "9", "10"}
"""Those that Discord has not discontinued (documentation, "API Versioning"); all of them get version 10's payloads."""
_MOST_GUILDS = 2500
"""Of one session (documentation, "Sharding")."""
_AT_ONCE = 100
"""Guilds that are sent with READY; thousands of them would hold everybody up for seconds."""
_KNOWN_INTENTS = (1 << 26) - 1
_REQUIRED_PROPERTIES = {"os", "browser", "device"}


class _Close(Exception):
    """The connection must end with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Gateway:
    """Answers every connection; what is sent over it afterwards is `Sessions`' business."""

    def __init__(
        self, world: World, sessions: Sessions, faults: Faults, feed: EventFeed, *, allowances: Allowances, token: str
    ) -> None:
        self._world = world
        self._allowances = allowances
        self._sessions = sessions
        self._faults = faults
        self._feed = feed
        self._token = token
        self._sending: set[asyncio.Task[None]] = set()
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if self._faults.refuses_gateway():
            if request.transport is not None:
                request.transport.abort()
            raise web.HTTPServiceUnavailable
        if (encoding := request.query.get("encoding", "json")) != "json":
            log.warning("A client wants encoding=%s at the gateway; this stand-in speaks only json", encoding)
            raise web.HTTPBadRequest(text=f"encoding={encoding} is not spoken here, json is.")
        compress = request.query.get("compress")
        try:
            pack = None if compress is None else packer(compress)
        except NotSpoken as error:
            log.warning("A bot asks for what is not spoken here: %s", error)
            raise web.HTTPBadRequest(text=str(error)) from None
        socket = web.WebSocketResponse(max_msg_size=_MOST_READ, autoping=True)
        await socket.prepare(request)
        if request.query.get("v", "10") not in _VERSIONS:
            await socket.close(code=CloseCode.INVALID_VERSION)
            return socket
        await _Connection(self, socket, request.transport, pack=pack).run()
        return socket

    # What a connection asks of the gateway.

    def record(self, message: Json) -> None:
        data: Any = message.get("d")
        if isinstance(data, dict):
            data = without_token(cast("Json", data))
        self._feed.add("gateway", direction="received", shard=None, op=message.get("op"), t=None, s=None, d=data)

    def _authenticate(self, data: Json) -> None:
        """Compare the token; Discord also takes it as the REST API has it, and some libraries send it so."""
        if str(data.get("token")).removeprefix("Bot ") != self._token:
            raise _Close(CloseCode.AUTHENTICATION_FAILED, "Authentication failed.")

    def identify(self, data: Json, connection: _Connection) -> Session | None:
        """Begin a session; None where Discord answers "invalid session", because another began just now."""
        self._authenticate(data)
        if self._allowances.starts_are_spent:
            raise _Close(CloseCode.AUTHENTICATION_FAILED, "All session starts are spent; the token was reset.")
        properties: Any = data.get("properties")
        if not isinstance(properties, dict) or _REQUIRED_PROPERTIES - {
            name.removeprefix("$") for name in cast("Json", properties)
        }:
            raise _Close(CloseCode.DECODE_ERROR, "IDENTIFY needs properties: os, browser, device.")
        match data.get("shard") or [0, 1]:
            case [int(shard), int(shards)] if 0 <= shard < shards:
                pass
            case _:
                raise _Close(CloseCode.INVALID_SHARD, "Invalid shard.")
        intents = data.get("intents")
        if not isinstance(intents, int) or intents < 0 or intents & ~_KNOWN_INTENTS:
            raise _Close(CloseCode.INVALID_INTENTS, "Invalid intent(s).")
        if any(intents & one and one not in self._world.application.privileged_intents for one in PRIVILEGED):
            raise _Close(CloseCode.DISALLOWED_INTENTS, "Disallowed intent(s).")
        mine = (guild for guild in self._world.guilds.values() if (guild.id >> 22) % shards == shard)
        if sum(self._world.bot_member(guild) is not None for guild in mine) > _MOST_GUILDS:
            raise _Close(CloseCode.SHARDING_REQUIRED, "Sharding required.")
        if not self._allowances.identify(shard):
            return None
        session = self._sessions.open(intents, shard, shards)
        connection.packs = data.get("compress") is True
        self._sessions.attach(session, connection.send, connection.close)
        self._welcome(session)
        return session

    def _welcome(self, session: Session) -> None:
        world = self._world
        here = [guild for guild in world.guilds.values() if world.bot_member(guild) and session.covers(guild)]
        self._sessions.send(
            session,
            "READY",
            {
                "v": 10,
                "user": payloads.own_user(world.bot),
                "guilds": [{"id": str(guild.id), "unavailable": True} for guild in here],
                "session_id": session.id,
                "session_type": "normal",
                "resume_gateway_url": self.url,
                "shard": [session.shard, session.shards],
                "application": payloads.application_in_ready(world),
                "private_channels": [],
                "relationships": [],
                "presences": [],
                "user_settings": {},
                "geo_ordered_rtc_regions": [],
                "guild_join_requests": [],
                "game_relationships": [],
                "auth": {},
                "_trace": [_TRACE],
            },
        )
        if Intent.GUILDS in session.intents:
            self._send_guilds(session, here[:_AT_ONCE])
            if later := here[_AT_ONCE:]:
                task = asyncio.create_task(self._send_on(session, later), name=f"guilds of shard {session.shard}")
                self._sending.add(task)
                task.add_done_callback(self._sending.discard)

    def _send_guilds(self, session: Session, guilds: Iterable[Guild]) -> None:
        everybody = Intent.GUILD_MEMBERS in session.intents
        for guild in guilds:
            if not guild.unavailable:
                body = payloads.guild_create(guild, self._world, everybody=everybody) | {"unavailable": False}
                self._sessions.send(session, "GUILD_CREATE", body)

    async def _send_on(self, session: Session, guilds: list[Guild]) -> None:
        """Send guilds one by one, and let everybody else have as much time between two of them."""
        clock, took_s = asyncio.get_running_loop().time, 0.0
        for guild in guilds:
            await asyncio.sleep(took_s)
            began = clock()
            if self._sessions.find(session.id) is None:
                return  # it was ended; to one that is only cut off they are sent when it comes back
            self._send_guilds(session, [guild])
            took_s = clock() - began

    def resume(self, data: Json, connection: _Connection) -> Session | None:
        """Take a session up again; None where Discord answers "invalid session"."""
        self._authenticate(data)
        after = data.get("seq")
        if not isinstance(after, int):
            raise _Close(CloseCode.INVALID_SEQ, "Invalid seq.")
        session = self._sessions.find(str(data.get("session_id")))
        if session is None:
            return None
        if session.close is not None:
            session.close(CloseCode.SESSION_TIMED_OUT)
        self._sessions.attach(session, connection.send, connection.close)
        if not self._sessions.replay(session, after):
            self._sessions.detach(session, connection.send)
            self._sessions.forget(session)
            return None
        return session

    def leave(self, session: Session, connection: _Connection) -> None:
        self._sessions.detach(session, connection.send)

    def end(self, session: Session) -> None:
        """The client said good-bye (1000 or 1001): Discord then forgets the session."""
        self._sessions.forget(session)

    def members(self, session: Session, data: Json) -> None:
        """Answer REQUEST_GUILD_MEMBERS in one chunk."""
        guild = self._world.guilds.get(number(data.get("guild_id")))
        if guild is None:
            return
        wanted = {number(one) for one in _as_list(data.get("user_ids"))}
        prefix = str(data.get("query") or "").lower()
        found = [
            member
            for member in guild.members.values()
            if (member.user.id in wanted if wanted else member.user.username.startswith(prefix))
        ]
        chunk: Json = {
            "guild_id": str(guild.id),
            "members": [payloads.member(one, self._world) for one in found],
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [str(one) for one in wanted - {member.user.id for member in found}],
        }
        if data.get("nonce") is not None:
            chunk["nonce"] = data["nonce"]
        self._sessions.send(session, "GUILD_MEMBERS_CHUNK", chunk)


def _as_list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [] if value is None else [value]


def _read_frame(sent: str | bytes) -> Json:
    raw = sent.encode(errors="replace") if isinstance(sent, str) else sent
    try:
        message: Any = json_body.decode(raw) if len(raw) <= _LARGEST_FRAME else None
    except Refusal:
        message = None
    if not isinstance(message, dict) or not isinstance(cast("Json", message).get("op"), int):
        raise _Close(CloseCode.DECODE_ERROR, "Decode error.")
    return cast("Json", message)


class _Connection:
    """One socket: a reader, and a writer with a queue, so that no event waits for a slow client."""

    def __init__(
        self,
        gateway: Gateway,
        socket: web.WebSocketResponse,
        transport: asyncio.Transport | None,
        *,
        pack: Pack | None,
    ) -> None:
        self._gateway = gateway
        self._socket = socket
        self._transport = transport
        self._pack = pack
        self.packs = False
        """Whether the client asked for large payloads to be compressed one by one (IDENTIFY, ``compress``)."""
        self._outbox: asyncio.Queue[str | int] = asyncio.Queue()
        """Texts, and at last a close code."""
        self._session: Session | None = None
        self._commands: list[float] = []

    def send(self, text: str) -> None:
        self._outbox.put_nowait(text)

    def close(self, code: int) -> None:
        self._outbox.put_nowait(code)

    def _say(self, op: Opcode, data: Any) -> None:
        self.send(json.dumps({"op": op, "d": data, "s": None, "t": None}))

    async def run(self) -> None:
        writer = asyncio.create_task(self._write())
        self._say(Opcode.HELLO, {"heartbeat_interval": HEARTBEAT_MS, "_trace": []})
        try:
            await self._read()
        except _Close as close:
            log.info("The gateway closes a connection: %s %s", close.code, close.reason)
            self._leave()
            self.close(close.code)
            await writer
        finally:
            self._leave()
            writer.cancel()

    def _leave(self) -> None:
        if self._session is not None:
            self._gateway.leave(self._session, self)

    async def _write(self) -> None:
        while True:
            item = await self._outbox.get()
            try:
                if isinstance(item, int):
                    await self._shut(item)
                    return
                if self._pack is not None:
                    await self._socket.send_bytes(self._pack(item.encode()))
                elif self.packs and len(item) > _PACKED_OVER:
                    await self._socket.send_bytes(zlib.compress(item.encode()))
                else:
                    await self._socket.send_str(item)
            except ConnectionError:
                return

    async def _shut(self, code: int) -> None:
        if code != _CUT:
            await self._socket.close(code=code)
        elif self._transport is not None:
            self._transport.abort()

    async def _read(self) -> None:
        patience_s = 2 * HEARTBEAT_MS / 1000
        while True:
            try:
                frame = await self._socket.receive(timeout=patience_s)
            except TimeoutError:
                raise _Close(CloseCode.SESSION_TIMED_OUT, "No heartbeat.") from None
            if frame.type not in {WSMsgType.TEXT, WSMsgType.BINARY}:
                if self._session is not None and frame.type == WSMsgType.CLOSE and frame.data in {1000, 1001}:
                    self._gateway.end(self._session)
                return
            self._count()
            self._obey(_read_frame(frame.data))

    def _count(self) -> None:
        now = asyncio.get_running_loop().time()
        self._commands = [moment for moment in self._commands if moment > now - 60] + [now]
        if len(self._commands) > _COMMANDS_A_MINUTE:
            raise _Close(CloseCode.RATE_LIMITED, "You are being rate limited.")

    def _obey(self, message: Json) -> None:
        op, data = message.get("op"), message.get("d")
        if op == Opcode.HEARTBEAT:
            asyncio.get_running_loop().call_later(AWAY_S, self._say, Opcode.HEARTBEAT_ACK, None)
            return
        self._gateway.record(message)
        if op in {Opcode.IDENTIFY, Opcode.RESUME}:
            if self._session is not None and self._session.send == self.send:
                raise _Close(CloseCode.ALREADY_AUTHENTICATED, "Already authenticated.")
            if not isinstance(data, dict):
                raise _Close(CloseCode.DECODE_ERROR, "Decode error.")
            body = cast("Json", data)
            begin = self._gateway.identify if op == Opcode.IDENTIFY else self._gateway.resume
            self._session = begin(body, self)
            if self._session is None:
                self._say(Opcode.INVALID_SESSION, False)
            return
        if self._session is None:
            raise _Close(CloseCode.NOT_AUTHENTICATED, "Not authenticated.")
        if op == Opcode.REQUEST_MEMBERS and isinstance(data, dict):
            self._gateway.members(self._session, cast("Json", data))
        elif op not in {Opcode.PRESENCE, Opcode.VOICE_STATE}:
            raise _Close(CloseCode.UNKNOWN_OPCODE, "Unknown opcode.")
