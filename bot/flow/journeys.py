"""The tasks of all jobs that left the queue, one each, and how a job is stopped wherever it is."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.job import State
from bot.sentences import ends
from engine.logs import about_job

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from bot.delivery.delivery import Delivery
    from bot.delivery.job_message import JobMessage
    from bot.errors import MessageGone
    from bot.flow.pool import Pool
    from bot.job import Job
    from bot.queue.arrivals import Arrivals
    from bot.queue.queue import Queue
    from bot.store import Store

log = logging.getLogger(__name__)


@dataclass(kw_only=True, eq=False)
class Journeys:
    """Every job has at most one; what goes wrong in it is told as the job's end."""

    queue: Queue
    arrivals: Arrivals
    pool: Pool
    delivery: Delivery
    store: Store
    """Is patient: nobody waits for an answer here."""
    _under_way: dict[str, asyncio.Task[None]] = field(default_factory=dict[str, "asyncio.Task[None]"], init=False)
    _abandoned: set[asyncio.Task[None]] = field(default_factory=set["asyncio.Task[None]"], init=False)
    """What stops journeys that nobody can see."""

    def __len__(self) -> int:
        return len(self._under_way)

    @property
    def under_way(self) -> Mapping[str, asyncio.Task[None]]:
        """The tasks by job, as they are now."""
        return dict(self._under_way)

    def begin(self, job_id: str, journey: Coroutine[Any, Any, None]) -> None:
        """Let a job go its way."""
        with about_job(job_id):
            task = asyncio.create_task(journey, name=f"job {job_id}")
        self._under_way[job_id] = task
        task.add_done_callback(lambda done: self._arrived(job_id, done))

    def _arrived(self, job_id: str, task: asyncio.Task[None]) -> None:
        if self._under_way.get(job_id) is task:  # else it was put back, and is on its next journey already
            del self._under_way[job_id]
            self.pool.leave(job_id)
        if task.cancelled() or (error := task.exception()) is None:
            return
        log.error("job %s: failed", job_id, exc_info=error)
        if (message := self.known_message(job_id)) is not None:
            self.begin(job_id, self.delivery.fail(message.job, ends.SORRY))

    def message(self, job: Job) -> JobMessage:
        """Give what tells a job's message; of those far back in the queue nothing has begun to be told."""
        if job.id not in self.delivery:
            self.delivery.begin(job, self._lost)
        return self.delivery.job_message(job.id)

    def known_message(self, job_id: str) -> JobMessage | None:
        """Give what tells a job's message, if that has begun and the job is not over."""
        return self.delivery.job_message(job_id) if job_id in self.delivery else None

    async def cancel(self, job: Job) -> bool:
        """Stop a job in the queue or between two steps; False if it had come to its end before that."""
        await self.arrivals.settled(job.id)
        if not await self._stop(job):
            return False
        now = await self.store.jobs.get(job.id)
        if now is not None and now.state is State.QUEUED:
            self.message(now)
        return await self.delivery.cancel(job)

    async def _stop(self, job: Job) -> bool:
        """Take a job out of the queue or from the engine, whatever becomes of it; False if it is in neither."""
        if not self.queue.remove(job.id):
            journey = self._under_way.get(job.id)
            if journey is None:
                return False
            await stopped(journey)
        return True

    def _lost(self, job: Job, gone: MessageGone) -> None:
        """Stop what nobody can see any more."""
        task = asyncio.create_task(self._abandon(job, gone), name=f"abandon job {job.id}")
        self._abandoned.add(task)
        task.add_done_callback(self._abandoned.discard)

    async def _abandon(self, job: Job, gone: MessageGone) -> None:
        if await self._stop(job):
            await self.delivery.abandon(job, gone)

    async def close(self) -> None:
        """Let go of what is under way; the store knows how far it was."""
        under_way = [*self._under_way.values(), *self._abandoned]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        self.delivery.close()


async def stopped(journey: asyncio.Task[None]) -> None:
    """Cancel a journey, and wait until it has ended."""
    journey.cancel()
    await asyncio.wait([journey])
