"""Fills the queue at a start, as the store has it: who waits, what admins and moderators decided, how fast it goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.checks.admission import Admission
    from bot.queue.joint_pace import JointPace
    from bot.queue.queue import Queue
    from bot.store import Store

REMEMBERED_S = 3600.0
"""After a restart shares go on from what was started in this time."""


@dataclass(kw_only=True, eq=False)
class QueueFilling:
    """Runs once, before anybody can ask for something."""

    store: Store
    """Is patient: nobody waits for an answer here."""
    queue: Queue
    pace: JointPace
    admission: Admission
    now: Callable[[], float]
    """Unix time in seconds."""

    async def fill(self) -> None:
        """Put the queue back as it was."""
        self.pace.recall(await self.store.paces.all())
        for guild_id, policy in await self.store.policies.all():
            self.admission.decided(guild_id, policy)
        for decided in await self.store.queue.steered():
            self.queue.pause(decided.guild_id, paused=decided.paused)
            self.queue.close(decided.guild_id, closed=decided.closed)
        for ticket in await self.store.queue.started_since(self.now() - REMEMBERED_S):
            self.queue.remember(ticket)
        async for page in self.store.queue.waiting():
            for ticket in page:
                self.queue.push(ticket)
