"""What the operator decides about the whole bot while it runs: kept, logged, audited, and then done."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.flow.places import SHOWN_PLACES
from bot.safety.audit import AuditRecord
from bot.sentences import audit as says
from bot.store.operation import Decided

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.checks.audit import Audit
    from bot.flow.dispatch import Dispatch
    from bot.queue.queue import Queue
    from bot.sentences.sentence import Sentence
    from bot.store import Store

log = logging.getLogger(__name__)

BLOCKED_S = 3650 * 86_400.0
"""Ten years: Discord shows every such time, and nobody is locked out for ever."""


@dataclass(kw_only=True, eq=False)
class Steering:
    """Each decision takes who decided it; whether they may is for whoever calls."""

    store: Store
    queue: Queue
    dispatch: Dispatch
    audit: Audit
    now: Callable[[], float]
    """Unix time in seconds."""
    decided: Decided = field(default_factory=Decided, init=False)
    _deciding: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    """Of two decisions at once the second must know the first."""

    async def restore(self) -> None:
        """Let hold again what was decided before this process began."""
        self.decided = await self.store.operation.read()
        self._hold()
        if self.decided.paused or self.decided.closed:
            log.warning("the operator has paused or closed the line: %s", self.decided)

    async def steer(self, user_id: int, *, paused: bool | None = None, closed: bool | None = None) -> None:
        """Begin nothing or go on, take nothing new or take it again; None leaves it as it is."""
        async with self._deciding:
            paused = self.decided.paused if paused is None else paused
            closed = self.decided.closed if closed is None else closed
            await self.store.operation.decide(paused=paused, closed=closed)
            self.decided = self.decided._replace(paused=paused, closed=closed)
            self._hold()
        await self._note(user_id, says.operator_steered(paused, closed))
        await self.dispatch.queue_changed()

    async def block_server(self, user_id: int, guild_id: int, *, blocked: bool) -> None:
        """Draw nothing of a server and take nothing new from it, or do so again; its jobs keep their places."""
        await self.store.operation.block(guild_id, blocked=blocked, now=self.now())
        of_all = self.decided.blocked
        self.decided = self.decided._replace(blocked=of_all | {guild_id} if blocked else of_all - {guild_id})
        self.queue.block(guild_id, blocked=blocked)
        await self._note(user_id, says.operator_blocked_server(str(guild_id), blocked))
        await self.dispatch.queue_changed(*self.queue.of_server(guild_id, 0, SHOWN_PLACES))

    async def block_person(self, user_id: int, person_id: int, *, blocked: bool) -> None:
        """Lock somebody out of every server, or let them in again; what their own strikes say stays."""
        until = self.now() + (BLOCKED_S if blocked else 0.0)
        await self.store.strikes.lock_everywhere(person_id, until=until)
        person = self.store.strikes.person(person_id)
        await self._note(user_id, says.operator_blocked_person(person, blocked))

    def _hold(self) -> None:
        self.queue.close_all(closed=self.decided.closed)
        self.dispatch.pause(paused=self.decided.paused)
        for guild_id in self.decided.blocked:
            self.queue.block(guild_id, blocked=True)

    async def _note(self, user_id: int, detail: Sentence) -> None:
        log.warning("the operator decided: %s", detail.id)
        record = AuditRecord(
            event="changed", at=self.now(), user_id=user_id, guild_id=None, channel_id=None, detail=detail
        )
        await self.audit.write(record)
