"""Gateway sessions: what each bot process was sent, numbered and kept, so that a lost connection can be resumed."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.sandbox.rules.protocol import Intent, Json, Opcode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.sandbox.world.feed import EventFeed
    from bot.sandbox.world.state import Guild

log = logging.getLogger(__name__)

NO_INTENT = Intent(0)
_KEPT_EVENTS = 2000
_KEPT_SESSIONS = 16
_DURING_OUTAGES = {"GUILD_DELETE", "INTERACTION_CREATE"}
"""Interactions come by a way of their own."""


@dataclass(eq=False)
class Session:
    id: str
    intents: Intent
    shard: int
    shards: int
    sequence: int = 0
    sent: deque[tuple[int, str]] = field(default_factory=lambda: deque[tuple[int, str]](maxlen=_KEPT_EVENTS))
    """Number and text of the newest events, for a replay."""
    send: Callable[[str], None] | None = None
    """The connection's; None while there is none."""
    close: Callable[[int], None] | None = None

    def covers(self, guild: Guild | None) -> bool:
        """Direct messages go to shard 0, guilds to ``(id >> 22) % shards``."""
        return (guild.id >> 22) % self.shards == self.shard if guild is not None else self.shard == 0


class Sessions:
    """All sessions, living and lost."""

    def __init__(self, feed: EventFeed) -> None:
        self._feed = feed
        self._sessions: dict[str, Session] = {}
        self.changed: Callable[[bool], None] = lambda _online: None
        """Called when the bot comes online or goes."""
        self.came = asyncio.Event()
        """Set as soon as the bot is online for the first time."""

    def open(self, intents: int, shard: int, shards: int) -> Session:
        while len(self._sessions) >= _KEPT_SESSIONS:
            oldest = next((one for one in self._sessions.values() if one.send is None), None)
            if oldest is None:
                break
            del self._sessions[oldest.id]
        session = Session(secrets.token_hex(16), Intent(intents), shard, shards)
        self._sessions[session.id] = session
        return session

    def find(self, session_id: str) -> Session | None:
        return self._sessions.get(session_id)

    def forget(self, session: Session) -> None:
        self._sessions.pop(session.id, None)

    @property
    def living(self) -> list[Session]:
        return [one for one in self._sessions.values() if one.send is not None]

    @property
    def online(self) -> bool:
        return bool(self.living)

    def attach(self, session: Session, send: Callable[[str], None], close: Callable[[int], None]) -> None:
        """Give a session its connection; a second one replaces the first."""
        before = self.online
        session.send, session.close = send, close
        if not before:
            self.came.set()
            self.changed(True)

    def detach(self, session: Session, send: Callable[[str], None]) -> None:
        """Take the connection away, unless another one has come in its place."""
        if session.send != send:
            return
        session.send = session.close = None
        if not self.online:
            self.changed(False)

    def dispatch(
        self,
        name: str,
        data: Json,
        *,
        guild: Guild | None,
        intent: Intent = NO_INTENT,
        without_content: Json | None = None,
    ) -> None:
        """Send an event to every session that covers the place and asked for it.

        Args:
            name: Such as ``MESSAGE_CREATE``.
            data: Its ``d``.
            guild: Where it happened; None for a direct message.
            intent: What a session must have asked for; 0 for what everybody receives.
            without_content: What sessions without the message-content intent get instead.
        """
        if guild is not None and guild.unavailable and name not in _DURING_OUTAGES:
            return
        for session in self._for(guild, intent):
            bare = without_content is not None and Intent.MESSAGE_CONTENT not in session.intents
            self.send(session, name, without_content if bare and without_content is not None else data)

    def dispatch_made(self, name: str, make: Callable[[Session], Json], *, guild: Guild, intent: Intent) -> None:
        """Send an event whose `d` depends on what a session asked for."""
        for session in self._for(guild, intent):
            self.send(session, name, make(session))

    def _for(self, guild: Guild | None, intent: Intent) -> Iterator[Session]:
        for session in list(self._sessions.values()):
            if session.covers(guild) and session.intents & intent == intent:
                yield session

    def send(self, session: Session, name: str, data: Json) -> None:
        """Number an event, keep it for a replay, and send it if somebody is connected."""
        session.sequence += 1
        text = json.dumps({"op": Opcode.DISPATCH, "t": name, "s": session.sequence, "d": data})
        session.sent.append((session.sequence, text))
        self._feed.add(
            "gateway",
            direction="sent" if session.send else "kept",
            shard=session.shard,
            op=int(Opcode.DISPATCH),
            t=name,
            s=session.sequence,
            d=without_token(data),
            **_about(name, data),
        )
        if session.send is not None:
            session.send(text)

    def command(self, session: Session, op: Opcode, data: Any) -> None:
        """Send what is not an event: it has no number and is not kept."""
        self._feed.add("gateway", direction="sent", shard=session.shard, op=int(op), t=None, s=None, d=data)
        if session.send is not None:
            session.send(json.dumps({"op": op, "t": None, "s": None, "d": data}))

    def invalidate(self, session: Session, *, resumable: bool) -> None:
        """Say "invalid session": the connection stays, for an IDENTIFY or a RESUME, and hears nothing until then."""
        self.command(session, Opcode.INVALID_SESSION, resumable)
        if session.send is not None:
            self.detach(session, session.send)

    def replay(self, session: Session, after: int) -> bool:
        """Send again what came after a number, then RESUMED; False if that is no longer kept."""
        missed = [text for number, text in session.sent if number > after]
        if after > session.sequence or session.sequence - after != len(missed) or session.send is None:
            return False
        for text in missed:
            session.send(text)
        self.send(session, "RESUMED", {"_trace": []})
        return True


def without_token(data: Json) -> Json:
    """Hide an interaction's token: the feed is shown to people."""
    return data | {"token": "<token>"} if "token" in data else data


def _about(name: str, data: Json) -> Json:
    """Say which channel, message and interaction an event is about."""
    message_id: str | None = data.get("message", {}).get("id")
    if name.startswith("MESSAGE_"):
        message_id = data.get("id")
    return {
        "channel_id": data.get("channel_id"),
        "message_id": message_id,
        "interaction_id": data.get("id") if name == "INTERACTION_CREATE" else None,
    }
