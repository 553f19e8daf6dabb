"""A start-up: what an earlier process left is delivered, queued again or dropped, as the store says."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.delivery.message_editor import TOKEN_LIFE_S
from bot.job import State
from bot.queue.ticket import Ticket
from bot.sentences import ends

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.delivery.message_editor import MessageEditor
    from bot.flow.dispatch import Dispatch
    from bot.flow.journeys import Journeys
    from bot.flow.places import Places
    from bot.flow.queue_filling import QueueFilling
    from bot.flow.restored import Restored
    from bot.job import Job
    from bot.queue.queue import Queue
    from bot.store import Store

log = logging.getLogger(__name__)


@dataclass(kw_only=True, eq=False)
class Recovery:
    """Runs once, before anything is drawn."""

    store: Store
    """Is patient: nobody waits for an answer here."""
    queue: Queue
    filling: QueueFilling
    editor: MessageEditor
    journeys: Journeys
    places: Places
    dispatch: Dispatch
    restored: Restored
    now: Callable[[], float]
    """Unix time in seconds."""

    async def recover(self) -> None:
        """Settle what an earlier process left: deliver what is drawn, queue what is not, drop what nobody saw."""
        store = self.store
        await store.pictures.sweep(await store.inputs.files())
        await self.filling.fill()
        async for job in store.jobs.reachable(since=self.now() - TOKEN_LIFE_S):
            self.journeys.message(job)  # before its token dies it is told where its pictures will be
            if job.attempts:  # it was put back, and its message still says that the bot restarts
                self.places.tell_job(job)
        async for job in store.jobs.unsettled():
            await self._settle(job)
        for job in await store.jobs.to_tell():
            self.journeys.begin(job.id, self.journeys.delivery.tell_again(job))
        await self.restored.begin()
        log.info("%d jobs in the queue, %d to deliver", len(self.queue), len(self.journeys))

    async def _settle(self, job: Job) -> None:
        jobs = self.store.jobs
        message_id = job.message_id or await self.editor.find_original(job)
        if message_id is None:
            await jobs.cancel(job.id, ends.NEVER_ACKNOWLEDGED, now=self.now())
            return
        known = job if job.message_id else await jobs.set_message(job.id, message_id)
        match known.state:
            case State.QUEUED if known.restored:
                self.queue.push(Ticket.of(known))  # and nothing is said before its message was looked at
            case State.RENDERED:
                self.journeys.message(known)
                self.journeys.begin(known.id, self.dispatch.deliver(known))
            case State.RUNNING:
                self.dispatch.enter_again(await jobs.put_back(known.id))
            case _:
                self.dispatch.enter(known)
