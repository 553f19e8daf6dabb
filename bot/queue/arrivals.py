"""Jobs on their way into the line: their askers may have read the acknowledgement before we know that they have.

Between the two lie Discord's answer and a commit. In that time a job is shown with what waits, and whoever wants to do
something to it waits until it stands in the queue.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

    from bot.queue.ticket import Ticket


class Arrivals:
    """Tickets that are not in the queue yet, by their job's id."""

    def __init__(self) -> None:
        self._coming: dict[str, tuple[Ticket, asyncio.Event]] = {}

    def __contains__(self, job_id: object) -> bool:
        return job_id in self._coming

    @contextmanager
    def coming(self, ticket: Ticket) -> Generator[None]:
        """Keep a job here, from before it is acknowledged until it is in the queue or withdrawn."""
        settled = asyncio.Event()
        self._coming[ticket.id] = ticket, settled
        try:
            yield
        finally:
            del self._coming[ticket.id]
            settled.set()

    async def settled(self, job_id: str) -> None:
        """Wait until a job is in the queue or withdrawn; at once where it is not on its way."""
        if job_id in self._coming:
            await self._coming[job_id][1].wait()

    def get(self, job_id: str) -> Ticket | None:
        """Look up a job that is on its way."""
        return self._coming[job_id][0] if job_id in self._coming else None

    def of_person(self, user_id: int) -> list[Ticket]:
        """List what one person has on its way, the oldest first."""
        return [ticket for ticket, _ in self._coming.values() if ticket.user_id == user_id]

    def of_server(self, guild_id: int) -> list[Ticket]:
        """List what one server has on its way, the oldest first."""
        return [ticket for ticket, _ in self._coming.values() if ticket.guild_id == guild_id]
