"""From the queue to the engine and on to delivery, one job after the other, until the bot drains."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord

from bot.errors import Undeliverable
from bot.flow.journeys import stopped
from bot.job import State
from bot.queue.forecast import Wait
from bot.queue.ticket import Ticket
from bot.views import card

if TYPE_CHECKING:
    from typing import NoReturn

    from bot.delivery.delivery import Delivery
    from bot.flow.journeys import Journeys
    from bot.flow.places import Places
    from bot.flow.pool import Pool, Turn
    from bot.flow.rendering import Rendering
    from bot.job import Job
    from bot.queue.forecast import Forecast
    from bot.queue.queue import Queue
    from bot.store import Store

log = logging.getLogger(__name__)

FAREWELL_S = 5.0
"""At the end: how long putting back and saying so may take; what is not put back by then is at the next start."""


@dataclass(kw_only=True, eq=False)
class Dispatch:
    """Feeds the engine for as long as the bot lives."""

    queue: Queue
    forecast: Forecast
    pool: Pool
    rendering: Rendering
    delivery: Delivery
    journeys: Journeys
    places: Places
    store: Store
    """Is patient: nobody waits for an answer here."""

    def enter(self, job: Job) -> None:
        """Put an acknowledged job into the queue."""
        self.journeys.message(job)
        ticket = Ticket.of(job)
        self.queue.push(ticket)
        self.forecast.entered(ticket)
        self.pool.changed()

    def enter_again(self, job: Job) -> None:
        """Put a job back into the queue whose message still says that it is drawn, and could go on saying so."""
        self.enter(job)
        self.places.tell_job(job)

    async def work(self) -> NoReturn:
        """Give the engine one job after the other."""
        self.pool.engines.listen(lambda _status: self.places.tell_head())
        await self.places.tell_all()  # what an earlier process left waits for the engine too, and its messages say so
        while True:
            turn = await self.pool.next()
            self.forecast.began(turn.ticket)
            self.journeys.begin(turn.ticket.id, self._draw(turn))
            await self.places.tell_all()

    async def queue_changed(self, *tickets: Ticket | None) -> None:
        """See whether something may start now, and tell the askers of these jobs how they stand."""
        self.pool.changed()
        await self.places.tell_all()
        for ticket in tickets:
            if ticket is not None:
                await self.places.begin(ticket)
                self.places.tell(ticket)

    def pause(self, *, paused: bool) -> None:
        """Begin nothing, or go on, because the operator said so; what is being drawn is drawn to its end."""
        self.pool.paused = self.places.paused = paused

    async def _draw(self, turn: Turn) -> None:
        """Take one job from the head of the queue to its result."""
        (ticket, slot), job_id = turn, turn.ticket.id
        drawn: Job | None = None
        try:
            job = await self.store.jobs.get(job_id)
            if job is not None and job.state is State.QUEUED:
                share = slot.feed.shares(ticket)
                async with slot.aboard(alone=job.suspect):
                    drawn = await self.rendering.render(job, self.journeys.message(job), slot, share=share)
            if drawn is not None and drawn.state is State.QUEUED:
                self.queue.push(Ticket.of(drawn))
        finally:  # a slow delivery must not keep the engine waiting
            self.pool.leave(job_id)
        if drawn is None:
            return
        if drawn.state is State.QUEUED:
            self.places.tell_job(drawn)
        else:
            await self.deliver(drawn)

    async def deliver(self, job: Job) -> None:
        """Bring a job to its message, or back into the queue where its pictures are lost."""
        if (lost := await self.delivery.deliver(job)) is not None:
            self.enter_again(lost)

    async def drain(self, timeout_s: float) -> None:
        """Begin nothing more, let what is begun come to its end for so long, and put the rest back into the queue."""
        self.pool.close()
        self.places.restarting = True
        self.rendering.close()
        journeys = self.journeys.under_way
        for ticket in self.queue.running:
            if not self.rendering.has_begun(ticket.id):  # it waits for its turn or for the engine, and loses nothing
                journeys[ticket.id].cancel()
        log.info("ending %d jobs, for at most %g s; %d wait in the queue", len(journeys), timeout_s, len(self.queue))
        if journeys:
            await asyncio.wait(journeys.values(), timeout=timeout_s)
        left = {job_id: journey for job_id, journey in journeys.items() if not journey.done()}
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_S):
                await asyncio.gather(*(self._set_aside(job_id, journey) for job_id, journey in left.items()))

    async def _set_aside(self, job_id: str, journey: asyncio.Task[None]) -> None:
        """Break a job's journey off; where it was being drawn, put it back and say so in its message."""
        await stopped(journey)
        job = await self.store.jobs.get(job_id)
        if job is None or job.state is not State.RUNNING:
            return
        job = await self.store.jobs.put_back(job.id)
        log.info("job %s: put back, to go on after the restart", job.id)
        try:
            await self.journeys.message(job).end(card.waiting(job, Wait(1), engine=self.places.engine_sentence))
        except (Undeliverable, discord.HTTPException) as error:
            log.info("job %s: its message still shows it at work: %s", job.id, error)
