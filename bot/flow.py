"""The whole journey of a job: asked, judged, committed, acknowledged, drawn, judged again, delivered."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Any

import aiohttp
import discord

from bot.answer import NO_PINGS
from bot.errors import EngineError, GenerationFailed, InvalidRequest
from bot.job import NewJob, State
from bot.request import picture_seeds
from bot.ticket import Ticket
from bot.views import card
from engine import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from bot.admission import Admission
    from bot.delivery import Delivery
    from bot.door import Door
    from bot.engine_client import EngineClient
    from bot.feed import Feed
    from bot.forecast import Forecast, Wait
    from bot.job import Job
    from bot.pace import Pace
    from bot.post import Post, Story
    from bot.queue import Queue
    from bot.request import Request
    from bot.store import Store

log = logging.getLogger(__name__)

REMEMBERED_S = 3600.0
"""After a restart shares go on from what was started in this time."""

MAX_ATTEMPTS = 3
"""How often a job is given to an engine that dies under it."""

PREVIEW_EVERY = 5
"""Steps between two previews of a picture."""

SHOWN_PLACES = 10
"""Only the head of the line is told when it moves; further back the number is old news before it is read."""


class Flow:
    """Accepts requests, feeds the engine, and tells every job's story in its one message."""

    def __init__(
        self,
        *,
        client: discord.Client,
        door: Door,
        store: Store,
        queue: Queue,
        feed: Feed,
        admission: Admission,
        forecast: Forecast,
        pace: Pace,
        engine: EngineClient,
        post: Post,
        delivery: Delivery,
        now: Callable[[], float],
    ) -> None:
        """Put together what a job meets on its way.

        Args:
            client: Discord.
            door: Judges.
            store: Remembers.
            queue: Says who is next.
            feed: Says when.
            admission: Says who may come.
            forecast: Says when it will be done.
            pace: Is told what the engine does, and so knows how fast it is.
            engine: Draws.
            post: Finds messages.
            delivery: Tells.
            now: Unix time.
        """
        self._client = client
        self._door = door
        self._store = store
        self._queue = queue
        self._feed = feed
        self._admission = admission
        self._forecast = forecast
        self._pace = pace
        self._engine = engine
        self._post = post
        self._delivery = delivery
        self._now = now
        self._journeys: dict[str, asyncio.Task[None]] = {}  # of every job that left the line
        self._changed = asyncio.Event()

    @property
    def model_name(self) -> str | None:
        """What the engine draws with; None before it is ready."""
        status = self._engine.status
        return status.model_name if isinstance(status, wire.Ready) else None

    # From a wish to a job in line

    async def ask(self, interaction: discord.Interaction[Any], request: Request) -> None:
        """Take a request into the line and answer with the message that will become its result.

        Raises:
            Refused: Nothing was queued; the message says why.
        """
        composed = await self._door.check(interaction, request)
        policy = await self._door.policy(interaction.guild_id)
        user, guild_id = interaction.user, interaction.guild_id
        roles = frozenset(role.id for role in user.roles) if isinstance(user, discord.Member) else frozenset[int]()
        with self._admission.place(user.id, guild_id, policy):
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
                        weight=policy.weight(roles),
                    ),
                    now=self._now(),
                )
            log.info("job %s: queued by %s in channel %s", job.id, job.user_id, job.channel_id)
            log.debug("job %s: %r / %r", job.id, job.prompt, job.negative_prompt)
            message_id = await self._acknowledge(interaction, job)
            self._enter(await self._store.jobs.set_message(job.id, message_id))

    async def _acknowledge(self, interaction: discord.Interaction[Any], job: Job) -> int:
        """Answer with the job's message, or withdraw the job: nobody waits for what was not acknowledged."""
        wait = self._forecast.wait_of_new(Ticket.of(job))
        view = card.waiting(job, wait, engine_ready=self.model_name is not None)
        try:
            answer = await interaction.response.send_message(
                view=view, ephemeral=job.private, allowed_mentions=NO_PINGS
            )
            message_id = answer.message_id
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.warning("job %s: the acknowledgement failed: %s", job.id, error)
            message_id = await self._post.find_original(job)  # it may have arrived all the same
            if message_id is None:
                await self._store.jobs.cancel(job.id, "Discord did not take the answer.", now=self._now())
                raise
        if message_id is None:
            await self._store.jobs.cancel(job.id, "Discord did not name the message.", now=self._now())
            raise InvalidRequest("Discord did not take my answer. Please try again.")
        return message_id

    def _enter(self, job: Job) -> None:
        self._delivery.begin(job)
        ticket = Ticket.of(job)
        self._queue.push(ticket)
        self._forecast.entered(ticket)
        self._changed.set()

    # From the line to the engine

    async def recover(self) -> None:
        """Settle what an earlier process left: deliver what is drawn, line up what is not, drop what nobody saw."""
        await self._store.pictures.sweep()
        self._pace.recall(await self._store.paces.all())
        for decided in await self._store.line.steered():
            self._queue.pause(decided.guild_id, paused=decided.paused)
            self._queue.close(decided.guild_id, closed=decided.closed)
        for ticket in await self._store.line.started_since(self._now() - REMEMBERED_S):
            self._queue.remember(ticket)
        async for page in self._store.line.waiting():
            for ticket in page:
                self._queue.push(ticket)
        async for job in self._store.jobs.unsettled():
            message_id = job.message_id or await self._post.find_original(job)
            if message_id is None:
                await self._store.jobs.cancel(job.id, "It was never acknowledged.", now=self._now())
                continue
            known = job if job.message_id else await self._store.jobs.set_message(job.id, message_id)
            match known.state:
                case State.RENDERED:
                    self._delivery.begin(known)
                    self._begin(known.id, self._delivery.deliver(known))
                case State.RUNNING:
                    self._enter(await self._store.jobs.put_back(known.id))
                case _:
                    self._enter(known)
        log.info("%d jobs in line, %d to deliver", len(self._queue), len(self._journeys))

    async def work(self) -> None:
        """Feed the engine for as long as the bot lives."""
        while True:
            await self._engine.ready()
            self._changed.clear()
            ticket = self._feed.next()
            if ticket is None:
                await self._changed.wait()
            else:
                self._forecast.began(ticket)
                self._begin(ticket.id, self._draw(ticket.id))
                await self._tell_places()

    async def line_changed(self, *tickets: Ticket | None) -> None:
        """See whether something may start now, and tell the askers of these jobs how they stand."""
        self._changed.set()
        await self._tell_places()
        for ticket in tickets:
            if ticket is not None:
                await self._tell_place(ticket, self._forecast.wait(ticket))

    def _tell(self, job: Job) -> Story:
        """Give a job's story; of those far back in the line it has not begun."""
        if job.id not in self._delivery:
            self._delivery.begin(job)
        return self._delivery.story(job.id)

    async def _tell_places(self) -> None:
        for ticket, wait in self._forecast.at_head(SHOWN_PLACES):
            await self._tell_place(ticket, wait)

    async def _tell_place(self, ticket: Ticket, wait: Wait) -> None:
        if ticket.id not in self._delivery and (job := await self._store.jobs.get(ticket.id)) is not None:
            self._tell(job)
        if ticket.id in self._queue and ticket.id in self._delivery:
            story = self._delivery.story(ticket.id)
            story.say(partial(card.waiting, story.job, wait))

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
            job = self._delivery.story(job_id).job
            self._begin(
                job_id, self._delivery.fail(job, "Something went wrong on my side. It is in the operator's log.")
            )

    async def _draw(self, job_id: str) -> None:
        """Take one job from the head of the line to its result."""
        try:
            job = await self._store.jobs.get(job_id)
            rendered = None if job is None or job.state is not State.QUEUED else await self._render(job)
        finally:  # a slow delivery must not keep the engine waiting
            self._leave_engine(job_id)
        if rendered is not None:
            await self._delivery.deliver(rendered)

    def _leave_engine(self, job_id: str) -> None:
        if self._feed.leave(job_id):
            self._pace.ended(job_id, now=self._now())
        self._changed.set()

    async def _render(self, job: Job) -> Job | None:
        """Have a job drawn; None if it came to another end, or went back into the line."""
        story = self._tell(job)
        await self._client.wait_until_ready()  # before the first connection every place is unknown
        verdict = await self._door.judge_begun(job)
        if not verdict.allowed:
            await self._delivery.refuse(job, verdict.sentence)
            return None
        job = await self._store.jobs.start(job.id, now=self._now())
        story.say(partial(card.drawing, job, 0, job.request.steps * job.request.count))
        previews: dict[int, bytes] = {}
        try:
            async with aclosing(self._engine.generate(_command(job))) as events:
                async for event in events:
                    match event:
                        case wire.Started():
                            self._pace.began(Ticket.of(job), now=self._now())
                        case wire.Progress():
                            done, total = event.steps_done, event.steps_total
                            self._pace.stepped(job.id, done, now=self._now())
                            story.say(
                                partial(card.drawing, job, done, total, previews=len(previews)),
                                card.files(job, previews),
                            )
                        case wire.Preview():
                            verdict = await self._door.judge_shown(job)
                            if not verdict.allowed:
                                await self._delivery.refuse(job, verdict.sentence)
                                return None
                            previews = previews | {event.number: event.image}
                        case wire.Picture():
                            await self._store.pictures.save(job.id, number=event.number, seed=event.seed, png=event.png)
                        case wire.Finished():
                            job = await self._store.jobs.rendered(job.id, engine_s=event.engine_s)
                            await self._store.paces.keep(self._pace.measured(Ticket.of(job)))
                        case _:
                            pass
        except GenerationFailed as error:
            log.error("job %s: %s", job.id, error)  # noqa: TRY400  the engine's no; its traceback is in its own log
            await self._delivery.fail(job, card.apology(error.code))
            return None
        except EngineError as error:
            log.warning("job %s: attempt %d: %s", job.id, job.attempts, error)
        if job.state is State.RENDERED:
            return job
        if job.attempts < MAX_ATTEMPTS:
            self._queue.push(Ticket.of(await self._store.jobs.put_back(job.id)))
        else:
            await self._delivery.fail(job, "The engine went away three times while drawing this, so I stopped trying.")
        return None

    async def cancel(self, job: Job) -> bool:
        """Stop a job in line or between two steps; False if it had come to its end before that."""
        if not self._queue.remove(job.id):
            journey = self._journeys.get(job.id)
            if journey is None:
                return False
            journey.cancel()
            await asyncio.wait([journey])
        now = await self._store.jobs.get(job.id)
        if now is not None and now.state is State.QUEUED:
            self._tell(now)
        return await self._delivery.cancel(job)

    async def close(self) -> None:
        """Let go of what is under way; the store knows how far it was."""
        for journey in self._journeys.values():
            journey.cancel()
        await asyncio.gather(*self._journeys.values(), return_exceptions=True)


def _command(job: Job) -> wire.Generate:
    request = job.request
    return wire.Generate(
        job_id=job.wire_id,
        prompt=job.prompt,
        negative_prompt=job.negative_prompt,
        width=request.width,
        height=request.height,
        num_inference_steps=request.steps,
        guidance_scale=request.guidance,
        sampler=request.sampler,
        seeds=picture_seeds(request),
        # A preview is not rated by anything yet, so it is drawn only where anybody may see it.
        preview_every=PREVIEW_EVERY if request.rating == "safe" else 0,
    )
