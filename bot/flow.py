"""The whole journey of a job: asked, judged, committed, acknowledged, drawn, judged again, delivered."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from contextlib import aclosing
from functools import partial
from statistics import mean
from typing import TYPE_CHECKING, Any

import aiohttp
import discord

from bot.answer import NO_PINGS
from bot.company import Company
from bot.errors import EngineDied, EngineError, GenerationFailed, InvalidRequest, Undeliverable
from bot.job import NewJob, State
from bot.request import picture_seeds
from bot.safety.ratings import together
from bot.views import card, engine_state
from engine import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from bot.delivery import Delivery
    from bot.door import Door
    from bot.engine_client import EngineClient
    from bot.job import Job
    from bot.post import Post
    from bot.queue import Queue
    from bot.request import Request
    from bot.sieve import Sieve
    from bot.store import Store
    from bot.terms import Terms

log = logging.getLogger(__name__)

JOBS_AT_ENGINE = 2
"""One is drawn and the next is already there: the GPU never waits for the bot."""

MAX_LONE_DEATHS = 2
"""A job under which the engine died so often while it had no other is not tried again."""

MAX_ATTEMPTS = 10
"""How often a job is begun at all: one that never ends, for whatever reason, must not be begun for ever."""

QUARANTINED = (
    "The engine broke down each time it drew this, so I do not try again. The operator has been told; other words or "
    "another shape may well work."
)

FAREWELL_S = 5.0
"""At the end: how long putting back and saying so may take; what is not put back by then is at the next start."""

PREVIEW_EVERY = 5
"""Steps between two previews of a picture."""

MEASURED_JOBS = 20
"""An estimate is the mean of what so many of the last jobs took."""

SHOWN_PLACES = 10
"""Only the head of the line is told when it moves; further back the number is old news before it is read."""


class Flow:
    """Accepts requests, feeds the engine, and tells every job's story in its one message."""

    def __init__(
        self,
        *,
        client: discord.Client,
        door: Door,
        terms: Terms,
        store: Store,
        queue: Queue,
        engine: EngineClient,
        post: Post,
        delivery: Delivery,
        sieve: Sieve,
        now: Callable[[], float],
    ) -> None:
        self._client = client
        self._door = door
        self._terms = terms
        self._store = store  # for those who wait for an answer
        self._lasting = store.patient()
        self._queue = queue
        self._engine = engine
        self._post = post
        self._delivery = delivery
        self._sieve = sieve
        self._now = now
        self._journeys: dict[str, asyncio.Task[None]] = {}  # of every job that left the line
        self._at_engine: set[str] = set()  # those of them that are not yet on their way to Discord
        self._company = Company()
        self._changed = asyncio.Event()
        self._begun: set[str] = set()  # those at the engine whose start is recorded
        self._draining = False
        self._drawn_s: deque[float] = deque(maxlen=MEASURED_JOBS)

    @property
    def model_name(self) -> str | None:
        """What the engine draws with; None before it is ready."""
        status = self._engine.status
        return status.model_name if isinstance(status, wire.Ready) else None

    @property
    def engine_sentence(self) -> str:
        """What people wait for besides their turn; "" where the engine draws."""
        return engine_state.RESTARTING if self._draining else engine_state.sentence(self._engine.status)

    def next_place(self, user_id: int) -> int:
        """Tell where in line this person's next request would stand."""
        return self._queue.next_place(user_id)

    def estimated_wait_s(self, place: int) -> float | None:
        """Estimate the seconds until a job at this place begins; None before anything was measured here."""
        return (place - 1 + len(self._at_engine)) * mean(self._drawn_s) if self._drawn_s else None

    # From a wish to a job in line

    async def ask(self, interaction: discord.Interaction[Any], request: Request) -> None:
        """Take a request into the line and answer with the message that will become its result.

        Somebody who has not accepted the terms gets these instead, and comes back from there.

        Raises:
            Refused: Nothing was queued; the message says why.
        """
        if not await self._terms.accepted(interaction, request):
            return
        composed = await self._door.check(interaction, request)
        with self._queue.reserve(interaction.user.id):
            job = await self._store.jobs.submit(
                NewJob(
                    user_id=interaction.user.id,
                    guild_id=interaction.guild_id,
                    channel_id=interaction.channel_id or 0,  # `check` had one
                    application_id=interaction.application_id,
                    interaction_id=interaction.id,
                    interaction_token=interaction.token,
                    token_created_at=self._now(),
                    request=request,
                    prompt=composed.prompt,
                    negative_prompt=composed.negative_prompt,
                    notes=tuple(note.text for note in composed.notes),
                ),
                now=self._now(),
            )
            log.info("job %s: queued by %s in channel %s", job.id, job.user_id, job.channel_id)
            log.debug("job %s: %r / %r", job.id, job.prompt, job.negative_prompt)
            message_id = await self._acknowledge(interaction, job)
            self._enter(await self._lasting.jobs.set_message(job.id, message_id))

    async def _acknowledge(self, interaction: discord.Interaction[Any], job: Job) -> int:
        """Answer with the job's message, or withdraw the job: nobody waits for what was not acknowledged."""
        view = card.waiting(job, len(self._queue) + 1, engine=self.engine_sentence)
        try:
            answer = await interaction.response.send_message(
                view=view, ephemeral=job.private, allowed_mentions=NO_PINGS
            )
            message_id = answer.message_id
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            log.warning("job %s: the acknowledgement failed: %s", job.id, error)
            message_id = await self._post.find_original(job)  # it may have arrived all the same
            if message_id is None:
                await self._lasting.jobs.cancel(job.id, "Discord did not take the answer.", now=self._now())
                raise
        if message_id is None:
            await self._lasting.jobs.cancel(job.id, "Discord did not name the message.", now=self._now())
            raise InvalidRequest("Discord did not take my answer. Please try again.")
        return message_id

    def _enter(self, job: Job) -> None:
        self._delivery.begin(job)
        self._queue.push(job)
        self._changed.set()

    # From the line to the engine

    async def recover(self) -> None:
        """Settle what an earlier process left: deliver what is drawn, line up what is not, drop what nobody saw."""
        await self._lasting.pictures.sweep()
        async for job in self._lasting.jobs.unfinished():
            message_id = job.message_id or await self._post.find_original(job)
            if message_id is None:
                await self._lasting.jobs.cancel(job.id, "It was never acknowledged.", now=self._now())
                continue
            known = job if job.message_id else await self._lasting.jobs.set_message(job.id, message_id)
            match known.state:
                case State.RENDERED:
                    self._delivery.begin(known)
                    self._begin(known, self._delivery.deliver(known))
                case State.RUNNING:
                    self._enter(await self._lasting.jobs.put_back(known.id))
                case _:
                    self._enter(known)
        log.info("%d jobs in line, %d to deliver", len(self._queue), len(self._journeys))

    async def work(self) -> None:
        """Feed the engine for as long as the bot lives."""
        self._engine.listen(lambda _status: self._tell_places())
        while True:
            await self._engine.ready()
            self._changed.clear()
            if not self._draining and len(self._at_engine) < JOBS_AT_ENGINE and (job_id := self._queue.pop()):
                job = await self._lasting.jobs.get(job_id)
                if job is not None and job.state is State.QUEUED:
                    self._at_engine.add(job.id)
                    self._begin(job, self._draw(job))
                self._tell_places()
            else:
                await self._changed.wait()

    def _tell_places(self) -> None:
        for place, job_id in enumerate(self._queue.head(SHOWN_PLACES), start=1):
            story = self._delivery.story(job_id)
            story.say(partial(card.waiting, story.job, place, engine=self.engine_sentence))

    def _begin(self, job: Job, journey: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(journey, name=f"job {job.id}")
        self._journeys[job.id] = task
        task.add_done_callback(lambda done: self._arrived(job, done))

    def _arrived(self, job: Job, task: asyncio.Task[None]) -> None:
        del self._journeys[job.id]
        self._at_engine.discard(job.id)
        self._changed.set()
        if task.cancelled() or (error := task.exception()) is None:
            return
        log.error("job %s: failed", job.id, exc_info=error)
        if job.id in self._delivery:
            self._begin(job, self._delivery.fail(job, "Something went wrong on my side. It is in the operator's log."))

    async def _draw(self, job: Job) -> None:
        """Take one job from the head of the line to its result."""
        try:
            async with self._company.join(alone=job.suspect):
                rendered = await self._render(job)
        finally:  # a slow delivery must not keep the engine waiting
            self._at_engine.discard(job.id)
            self._begun.discard(job.id)
            self._changed.set()
        if rendered is not None:
            await self._delivery.deliver(rendered)

    async def _render(self, job: Job) -> Job | None:
        """Have a job drawn; None if it came to another end, or went back into the line."""
        await self._client.wait_until_ready()  # before the first connection every place is unknown
        await self._engine.ready()
        if self._draining:
            return None
        if job.attempts >= MAX_ATTEMPTS:
            await self._delivery.fail(
                job, f"I began this {MAX_ATTEMPTS} times and never got to its end, so I stop here."
            )
            return None
        verdict = await self._door.judge_begun(job)
        if not verdict.allowed:
            await self._delivery.refuse(job, verdict.sentence)
            return None
        self._begun.add(job.id)
        job = await self._lasting.jobs.start(job.id, now=self._now())
        story = self._delivery.story(job.id)
        story.say(partial(card.drawing, job, 0, job.request.steps * job.request.count))
        previews: dict[int, bytes] = {}
        spoiler = False
        try:
            async with aclosing(
                self._engine.generate(_command(job, previews=self._sieve.wants_previews(job)))
            ) as events:
                async for event in events:
                    match event:
                        case wire.Progress():
                            done, total = event.steps_done, event.steps_total
                            story.say(
                                partial(card.drawing, job, done, total, previews=len(previews), spoiler=spoiler),
                                card.files(job, previews),
                            )
                        case wire.Preview():
                            verdict = await self._door.judge_shown(job)
                            if not verdict.allowed:
                                await self._delivery.refuse(job, verdict.sentence)
                                return None
                            previews = await self._sieve.preview(job, event, previews)
                            seen = together(job.request.rating, (event.rating,))
                            spoiler = spoiler or (await self._door.policy(job.guild_id)).spoils(seen)
                        case wire.Picture():
                            await self._sieve.keep(job, event)
                        case wire.Finished():
                            self._drawn_s.append(event.engine_s)
                            job = await self._lasting.jobs.rendered(job.id, engine_s=event.engine_s)
                        case _:
                            pass
        except GenerationFailed as error:
            log.error("job %s: %s", job.id, error)  # noqa: TRY400  the engine's no; its traceback is in its own log
            if error.code == "withheld":
                await self._door.withheld(job, error.detail)
                await self._delivery.refuse(job, card.apology(error.code))
            else:
                await self._delivery.fail(job, card.apology(error.code, error.fits))
            return None
        except EngineError as error:
            if job.state is not State.RENDERED:
                await self._draw_again(job, error)
        return job if job.state is State.RENDERED else None

    async def _draw_again(self, job: Job, error: EngineError) -> None:
        """Put a job back into the line whose engine did not end it, or give it up as the one that kills engines."""
        died = isinstance(error, EngineDied)
        alone = isinstance(error, EngineDied) and error.alone
        log.warning("job %s: attempt %d%s: %s", job.id, job.attempts, ", alone" if alone else "", error)
        job = await self._lasting.jobs.put_back(job.id, deaths=died, lone_deaths=alone)
        if job.lone_deaths < MAX_LONE_DEATHS:
            self._queue.push(job)
            place = self._queue.place(job.id) or 1
            self._delivery.story(job.id).say(partial(card.waiting, job, place, engine=self.engine_sentence))
            return
        log.error("job %s: quarantined: the engine died %d times with this job alone", job.id, job.lone_deaths)
        await self._delivery.fail(job, QUARANTINED)

    async def cancel(self, job: Job) -> bool:
        """Stop a job in line or between two steps; False if it had come to its end before that."""
        if not self._queue.remove(job.id):
            journey = self._journeys.get(job.id)
            if journey is None:
                return False
            journey.cancel()
            await asyncio.wait([journey])
        return await self._delivery.cancel(job)

    async def drain(self, timeout_s: float) -> None:
        """Begin nothing more, let what is begun come to its end for so long, and put the rest back into the line."""
        self._draining = True
        for job_id in self._at_engine - self._begun:  # they wait for their turn or for the engine, and lose nothing
            self._journeys[job_id].cancel()
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
        job = await self._lasting.jobs.get(job_id)
        if job is None or job.state is not State.RUNNING:
            return
        job = await self._lasting.jobs.put_back(job.id)
        log.info("job %s: put back, to go on after the restart", job.id)
        try:
            await self._delivery.story(job.id).end(card.waiting(job, 1, engine=engine_state.RESTARTING))
        except (Undeliverable, discord.HTTPException) as error:
            log.info("job %s: its message still shows it at work: %s", job.id, error)

    async def close(self) -> None:
        """Let go of what is under way; the store knows how far it was."""
        for journey in self._journeys.values():
            journey.cancel()
        await asyncio.gather(*self._journeys.values(), return_exceptions=True)
        self._delivery.close()


def _command(job: Job, *, previews: bool) -> wire.Generate:
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
        preview_every=PREVIEW_EVERY if previews else 0,
    )
