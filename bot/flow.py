"""The whole journey of a job: asked, judged, committed, acknowledged, drawn, judged again, delivered."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from functools import partial
from typing import TYPE_CHECKING, Any

import discord

from bot.checks.roles import roles_of
from bot.delivery.acknowledgement import acknowledge
from bot.delivery.message_editor import TOKEN_LIFE_S
from bot.engine.shared_lock import SharedLock
from bot.errors import Undeliverable
from bot.job import NewJob, State
from bot.queue.forecast import Wait
from bot.queue.ticket import Ticket
from bot.views import card, engine_state
from engine import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from bot.care.terms import Terms
    from bot.checks.admission import Admission
    from bot.checks.gatekeeper import Gatekeeper
    from bot.delivery.delivery import Delivery
    from bot.delivery.job_message import JobMessage
    from bot.delivery.message_editor import MessageEditor
    from bot.engine.client import EngineClient
    from bot.errors import MessageGone
    from bot.job import Job
    from bot.queue.arrivals import Arrivals
    from bot.queue.feed import Feed
    from bot.queue.forecast import Forecast
    from bot.queue.pace import Pace
    from bot.queue.queue import Queue
    from bot.rendering import Rendering
    from bot.request import Request
    from bot.store import Store

log = logging.getLogger(__name__)

REMEMBERED_S = 3600.0
"""After a restart shares go on from what was started in this time."""

FAREWELL_S = 5.0
"""At the end: how long putting back and saying so may take; what is not put back by then is at the next start."""

SHOWN_PLACES = 10
"""Only the head of the line is told when it moves; further back the number is old news before it is read."""

SORRY = "Something went wrong on my side. It is in the operator's log."


class Flow:
    """Accepts requests, feeds the engine, and tells every job's story in its one message."""

    def __init__(
        self,
        *,
        gatekeeper: Gatekeeper,
        terms: Terms,
        store: Store,
        queue: Queue,
        arrivals: Arrivals,
        feed: Feed,
        admission: Admission,
        forecast: Forecast,
        pace: Pace,
        engine: EngineClient,
        rendering: Rendering,
        editor: MessageEditor,
        delivery: Delivery,
        now: Callable[[], float],
    ) -> None:
        """Put together what a job meets on its way.

        Args:
            gatekeeper: Judges.
            terms: Know who has accepted them.
            store: Remembers.
            queue: Says who is next.
            arrivals: Know who is on their way there.
            feed: Says when.
            admission: Says who may come.
            forecast: Says when it will be done.
            pace: Knows how fast the engine is.
            engine: Draws.
            rendering: Sees a job through its time at the engine.
            editor: Finds messages.
            delivery: Tells.
            now: Unix time.
        """
        self._gatekeeper = gatekeeper
        self._terms = terms
        self._store = store  # for those who wait for an answer
        self._lasting = store.patient()
        self._queue = queue
        self._arrivals = arrivals
        self._feed = feed
        self._admission = admission
        self._forecast = forecast
        self._pace = pace
        self._engine = engine
        self._rendering = rendering
        self._editor = editor
        self._delivery = delivery
        self._now = now
        self._journeys: dict[str, asyncio.Task[None]] = {}  # of every job that left the line
        self._abandoned: set[asyncio.Task[None]] = set()  # what stops journeys that nobody can see
        self._shared_lock = SharedLock()
        self._changed = asyncio.Event()
        self._draining = False

    @property
    def model_name(self) -> str | None:
        """What the engine draws with; None before it is ready."""
        return status.model_name if isinstance(status := self._engine.status, wire.Ready) else None

    @property
    def engine_sentence(self) -> str:
        """What people wait for besides their turn; "" where the engine draws."""
        return engine_state.RESTARTING if self._draining else engine_state.sentence(self._engine.status)

    def standing(self, job: Job) -> str:
        """Say how it stands with an unfinished job."""
        if (coming := self._arrivals.get(job.id)) is not None:
            return card.in_line(self._forecast.wait_of_new(coming), self.engine_sentence)
        if (ticket := self._queue.get(job.id)) is None:
            return "It is being drawn."
        return card.in_line(self._forecast.wait(ticket), self.engine_sentence)

    # From a wish to a job in line

    async def ask(self, interaction: discord.Interaction[Any], request: Request) -> None:
        """Take a request into the line and answer with the message that will become its result.

        Somebody who has not accepted the terms gets these instead, and comes back from there.

        Raises:
            Refused: Nothing was queued; the message says why.
        """
        if not await self._terms.accepted(interaction, request):
            return
        composed = await self._gatekeeper.check(interaction, request)
        policy = await self._gatekeeper.policy(interaction.guild_id)
        user, guild_id = interaction.user, interaction.guild_id
        with self._admission.place(user.id, guild_id):
            async with self._admission.day(user.id, guild_id, request.count, policy):
                job = await self._store.jobs.submit(
                    NewJob(
                        user_id=user.id,
                        guild_id=guild_id,
                        channel_id=interaction.channel_id or 0,  # `check` had one
                        application_id=interaction.application_id,
                        interaction_id=interaction.id,
                        interaction_token=interaction.token,
                        token_created_at=self._now(),
                        request=request,
                        prompt=composed.prompt,
                        negative_prompt=composed.negative_prompt,
                        notes=tuple(note.text for note in composed.notes),
                        max_file_bytes=interaction.filesize_limit,
                        weight=policy.weight(roles_of(user) or frozenset()),
                    ),
                    now=self._now(),
                )
            log.info("job %s: queued by %s in channel %s", job.id, job.user_id, job.channel_id)
            log.debug("job %s: %r / %r", job.id, job.prompt, job.negative_prompt)
            ticket = Ticket.of(job)
            view = card.waiting(job, self._forecast.wait_of_new(ticket), engine=self.engine_sentence)
            with self._arrivals.coming(ticket):  # whoever reads the answer finds it in line at once
                message_id = await acknowledge(
                    interaction, job, view, editor=self._editor, jobs=self._lasting.jobs, now=self._now
                )
                self._enter(await self._lasting.jobs.set_message(job.id, message_id))

    def _enter(self, job: Job) -> None:
        self._tell(job)
        ticket = Ticket.of(job)
        self._queue.push(ticket)
        self._forecast.entered(ticket)
        self._changed.set()

    def _enter_again(self, job: Job) -> None:
        self._enter(job)
        self._tell_place(
            Ticket.of(job)
        )  # its message still says that it is drawn, and may be told nothing else for long

    # From the line to the engine

    async def recover(self) -> None:
        """Settle what an earlier process left: deliver what is drawn, line up what is not, drop what nobody saw."""
        store = self._lasting
        await store.pictures.sweep()
        self._pace.recall(await store.paces.all())
        for guild_id, policy in await store.policies.all():
            self._admission.decided(guild_id, policy)
        for decided in await store.queue.steered():
            self._queue.pause(decided.guild_id, paused=decided.paused)
            self._queue.close(decided.guild_id, closed=decided.closed)
        for ticket in await store.queue.started_since(self._now() - REMEMBERED_S):
            self._queue.remember(ticket)
        async for page in store.queue.waiting():
            for ticket in page:
                self._queue.push(ticket)
        async for job in store.jobs.reachable(since=self._now() - TOKEN_LIFE_S):
            self._tell(job)  # before its token dies it is told where its pictures will be
            if job.attempts:  # it was put back, and its message still says that the bot restarts
                self._tell_place(Ticket.of(job))
        async for job in store.jobs.unsettled():
            await self._settle(job)
        for job in await store.jobs.to_tell():
            self._begin(job.id, self._delivery.tell_again(job))
        log.info("%d jobs in line, %d to deliver", len(self._queue), len(self._journeys))

    async def _settle(self, job: Job) -> None:
        message_id = job.message_id or await self._editor.find_original(job)
        if message_id is None:
            await self._lasting.jobs.cancel(job.id, "It was never acknowledged.", now=self._now())
            return
        known = job if job.message_id else await self._lasting.jobs.set_message(job.id, message_id)
        match known.state:
            case State.RENDERED:
                self._tell(known)
                self._begin(known.id, self._deliver(known))
            case State.RUNNING:
                self._enter_again(await self._lasting.jobs.put_back(known.id))
            case _:
                self._enter(known)

    async def work(self) -> None:
        """Feed the engine for as long as the bot lives."""
        self._engine.listen(lambda _status: self._tell_head())
        await self._tell_places()  # what an earlier process left waits for the engine too, and its messages say so
        while True:
            await self._engine.ready()
            self._changed.clear()
            if (ticket := None if self._draining else self._feed.next()) is None:
                await self._changed.wait()
            else:
                self._forecast.began(ticket)
                self._begin(ticket.id, self._draw(ticket.id, share=self._feed.shares(ticket)))
                await self._tell_places()

    async def queue_changed(self, *tickets: Ticket | None) -> None:
        """See whether something may start now, and tell the askers of these jobs how they stand."""
        self._changed.set()
        await self._tell_places()
        for ticket in tickets:
            if ticket is not None:
                await self._begin_message(ticket)
                self._tell_place(ticket)

    def _tell(self, job: Job) -> JobMessage:
        """Give a job's story; of those far back in the line it has not begun."""
        if job.id not in self._delivery:
            self._delivery.begin(job, self._lost)
        return self._delivery.job_message(job.id)

    async def _begin_message(self, ticket: Ticket) -> None:
        if ticket.id not in self._delivery and (job := await self._lasting.jobs.get(ticket.id)) is not None:
            self._tell(job)

    async def _tell_places(self) -> None:
        for ticket in self._queue.head(SHOWN_PLACES):
            await self._begin_message(ticket)
        self._tell_head()

    def _tell_head(self) -> None:
        """Tell those who are next how they stand, where their stories have begun."""
        for ticket, wait in self._forecast.at_head(SHOWN_PLACES):
            self._tell_place(ticket, wait)

    def _tell_place(self, ticket: Ticket, wait: Wait | None = None) -> None:
        if ticket.id in self._queue and ticket.id in self._delivery:
            job_message = self._delivery.job_message(ticket.id)
            known = wait or self._forecast.wait(ticket)
            job_message.say(partial(card.waiting, job_message.job, known, engine=self.engine_sentence))

    def _begin(self, job_id: str, journey: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(journey, name=f"job {job_id}")
        self._journeys[job_id] = task
        task.add_done_callback(lambda done: self._arrived(job_id, done))

    def _arrived(self, job_id: str, task: asyncio.Task[None]) -> None:
        if self._journeys.get(job_id) is task:  # else it was put back, and is on its next journey already
            del self._journeys[job_id]
            self._leave_engine(job_id)
        if task.cancelled() or (error := task.exception()) is None:
            return
        log.error("job %s: failed", job_id, exc_info=error)
        if job_id in self._delivery:
            self._begin(job_id, self._delivery.fail(self._delivery.job_message(job_id).job, SORRY))

    async def _draw(self, job_id: str, *, share: bool) -> None:
        """Take one job from the head of the line to its result."""
        drawn: Job | None = None
        try:
            if (job := await self._lasting.jobs.get(job_id)) is not None and job.state is State.QUEUED:
                async with self._shared_lock.join(alone=job.suspect):
                    drawn = await self._rendering.render(job, self._tell(job), share=share)
            if drawn is not None and drawn.state is State.QUEUED:
                self._queue.push(Ticket.of(drawn))
        finally:  # a slow delivery must not keep the engine waiting
            self._leave_engine(job_id)
        if drawn is not None and drawn.state is State.QUEUED:
            self._tell_place(Ticket.of(drawn))
        elif drawn is not None:
            await self._deliver(drawn)

    async def _deliver(self, job: Job) -> None:
        """Bring a job to its message, or back into the line where its pictures are lost."""
        if (lost := await self._delivery.deliver(job)) is not None:
            self._enter_again(lost)

    def _leave_engine(self, job_id: str) -> None:
        if self._feed.leave(job_id):
            self._pace.ended(job_id, now=self._now())
        self._changed.set()

    # Other ends

    async def cancel(self, job: Job) -> bool:
        """Stop a job in line or between two steps; False if it had come to its end before that."""
        await self._arrivals.settled(job.id)
        if not await self._stop(job):
            return False
        if (now := await self._store.jobs.get(job.id)) is not None and now.state is State.QUEUED:
            self._tell(now)
        return await self._delivery.cancel(job)

    async def _stop(self, job: Job) -> bool:
        """Take a job out of the line or from the engine, whatever becomes of it; False if it is in neither."""
        if not self._queue.remove(job.id):
            if (journey := self._journeys.get(job.id)) is None:
                return False
            journey.cancel()
            await asyncio.wait([journey])
        return True

    def _lost(self, job: Job, gone: MessageGone) -> None:
        """Stop what nobody can see any more."""
        task = asyncio.create_task(self._abandon(job, gone), name=f"abandon job {job.id}")
        self._abandoned.add(task)
        task.add_done_callback(self._abandoned.discard)

    async def _abandon(self, job: Job, gone: MessageGone) -> None:
        if await self._stop(job):
            await self._delivery.abandon(job, gone)

    async def drain(self, timeout_s: float) -> None:
        """Begin nothing more, let what is begun come to its end for so long, and put the rest back into the line."""
        self._draining = True
        self._rendering.close()
        for ticket in self._queue.running:
            if not self._rendering.has_begun(ticket.id):  # it waits for its turn or for the engine, and loses nothing
                self._journeys[ticket.id].cancel()
        journeys = dict(self._journeys)
        log.info("%d jobs under way may take %g s to end; %d wait in line", len(journeys), timeout_s, len(self._queue))
        if journeys:
            await asyncio.wait(journeys.values(), timeout=timeout_s)
        left = {job_id: journey for job_id, journey in journeys.items() if not journey.done()}
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_S):
                await asyncio.gather(*(self._set_aside(job_id, journey) for job_id, journey in left.items()))

    async def _set_aside(self, job_id: str, journey: asyncio.Task[None]) -> None:
        """Break a job's journey off; where it was being drawn, put it back and say so in its message."""
        journey.cancel()
        await asyncio.wait([journey])
        if (job := await self._lasting.jobs.get(job_id)) is None or job.state is not State.RUNNING:
            return
        job = await self._lasting.jobs.put_back(job.id)
        log.info("job %s: put back, to go on after the restart", job.id)
        try:
            await self._tell(job).end(card.waiting(job, Wait(1), engine=engine_state.RESTARTING))
        except (Undeliverable, discord.HTTPException) as error:
            log.info("job %s: its message still shows it at work: %s", job.id, error)

    async def close(self) -> None:
        """Let go of what is under way; the store knows how far it was."""
        under_way = [*self._journeys.values(), *self._abandoned]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        self._delivery.close()
