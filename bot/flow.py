"""The whole journey of a job: asked, judged, committed, acknowledged, drawn, judged again, delivered."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from contextlib import aclosing
from functools import partial
from statistics import mean
from typing import TYPE_CHECKING, Any

import aiohttp
import discord

from bot.answer import NO_PINGS
from bot.errors import EngineError, GenerationFailed, InvalidRequest, PromptRefused, Undeliverable
from bot.job import NewJob, State
from bot.place import missing_permissions, place_of
from bot.post import Story
from bot.request import picture_seeds
from bot.safety.gate import Situation, Verdict, judge, limit, shows
from bot.safety.policy import OperatorPolicy
from bot.views import card
from engine import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from bot.config import Bot, Rating
    from bot.engine_client import EngineClient
    from bot.job import Job
    from bot.post import Post
    from bot.prompt.compose import Composed
    from bot.queue import Queue
    from bot.request import Request
    from bot.safety.wish import Texts, Wish
    from bot.safety.wording import TextFilter
    from bot.store import Store

log = logging.getLogger(__name__)

JOBS_AT_ENGINE = 2
"""One is drawn and the next is already there: the GPU never waits for the bot."""

MAX_ATTEMPTS = 3
"""How often a job is given to an engine that dies under it."""

PACE_S = 2.0
"""Seconds between two edits of one message; Discord's own limits are undocumented and lower than any step rate."""

PREVIEW_EVERY = 5
"""Steps between two previews of a picture."""

CANCELLED = "Cancelled."

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
        config: Bot,
        store: Store,
        queue: Queue,
        engine: EngineClient,
        post: Post,
        compose: Callable[[Request], Composed],
        wish: Callable[[Request, Texts], Wish],
        words: TextFilter,
        now: Callable[[], float],
        pace_s: float = PACE_S,
    ) -> None:
        self._client = client
        self._config = config
        self._store = store
        self._queue = queue
        self._engine = engine
        self._post = post
        self._compose = compose
        self._wish = wish
        self._words = words
        self._operator = OperatorPolicy.of(config.ratings, tagger=False)
        self._now = now
        self._pace_s = pace_s
        self._stories: dict[str, Story] = {}  # of every unfinished job that has a message
        self._journeys: dict[str, asyncio.Task[None]] = {}  # of every job that left the line
        self._at_engine: set[str] = set()  # those of them that are not yet on their way to Discord
        self._changed = asyncio.Event()
        self._drawn_s: deque[float] = deque(maxlen=MEASURED_JOBS)

    async def situation(self, guild_id: int | None, channel_id: int) -> Situation:
        """Look up what decides about this place as it is now."""
        place = await place_of(self._client, guild_id, channel_id)
        return Situation(place=place, operator=self._operator, channels=(channel_id,))

    async def highest_here(self, interaction: discord.Interaction[Any]) -> Rating:
        """Give the highest rating that a form may offer where this happens.

        Raises:
            InvalidRequest: Nothing can be drawn here.
        """
        highest = limit(await self.situation(interaction.guild_id, interaction.channel_id or 0))
        if highest is None:
            raise InvalidRequest("This channel is gone, so nothing can be drawn here.")
        return highest

    async def judge(self, guild_id: int | None, channel_id: int, request: Request, texts: Texts) -> Verdict:
        """Ask the gate about this request in this place as it is now."""
        return judge(await self.situation(guild_id, channel_id), self._wish(request, texts), self._words)

    async def _judge_shown(self, job: Job) -> Verdict:
        """Ask the gate whether what is drawn may be shown in this place as it is now."""
        return shows(await self.situation(job.guild_id, job.channel_id), job.request.rating, None)

    @property
    def model_name(self) -> str | None:
        """What the engine draws with; None before it is ready."""
        status = self._engine.status
        return status.model_name if isinstance(status, wire.Ready) else None

    def next_place(self, user_id: int) -> int:
        """Tell where in line this person's next request would stand."""
        return self._queue.next_place(user_id)

    def estimated_wait_s(self, place: int) -> float | None:
        """Estimate the seconds until a job at this place begins; None before anything was measured here."""
        return (place - 1 + len(self._at_engine)) * mean(self._drawn_s) if self._drawn_s else None

    # From a wish to a job in line

    async def check(self, interaction: discord.Interaction[Any], request: Request) -> Composed:
        """Write the texts of a request that may be drawn where it is asked for.

        Raises:
            Refused: It may not; the message says why.
        """
        channel_id = interaction.channel_id
        if channel_id is None:
            raise InvalidRequest("Discord did not say which channel this is. Please try again in another one.")
        if missing := missing_permissions(interaction):
            raise InvalidRequest(f"I cannot post here. This channel does not give me: {', '.join(missing)}.")
        composed = self._compose(request)
        verdict = await self.judge(interaction.guild_id, channel_id, request, composed)
        if not verdict.allowed:
            raise PromptRefused(verdict.sentence)
        return composed

    async def ask(self, interaction: discord.Interaction[Any], request: Request) -> None:
        """Take a request into the line and answer with the message that will become its result.

        Raises:
            Refused: Nothing was queued; the message says why.
        """
        composed = await self.check(interaction, request)
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
            self._enter(await self._store.jobs.set_message(job.id, message_id))

    async def _acknowledge(self, interaction: discord.Interaction[Any], job: Job) -> int:
        """Answer with the job's message, or withdraw the job: nobody waits for what was not acknowledged."""
        view = card.waiting(job, len(self._queue) + 1, engine_ready=self.model_name is not None)
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
        self._stories[job.id] = Story(self._post, job, pace_s=self._pace_s)
        self._queue.push(job)
        self._changed.set()

    # From the line to the engine

    async def recover(self) -> None:
        """Settle what an earlier process left: deliver what is drawn, line up what is not, drop what nobody saw."""
        await self._store.pictures.sweep()
        async for job in self._store.jobs.unfinished():
            message_id = job.message_id or await self._post.find_original(job)
            if message_id is None:
                await self._store.jobs.cancel(job.id, "It was never acknowledged.", now=self._now())
                continue
            known = job if job.message_id else await self._store.jobs.set_message(job.id, message_id)
            match known.state:
                case State.RENDERED:
                    self._stories[known.id] = Story(self._post, known, pace_s=self._pace_s)
                    self._begin(known, self._deliver(known))
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
            if len(self._at_engine) < JOBS_AT_ENGINE and (job_id := self._queue.pop()):
                job = await self._store.jobs.get(job_id)
                if job is not None and job.state is State.QUEUED:
                    self._at_engine.add(job.id)
                    self._begin(job, self._draw(job))
                self._tell_places()
            else:
                await self._changed.wait()

    def _tell_places(self) -> None:
        for place, job_id in enumerate(self._queue.head(SHOWN_PLACES), start=1):
            story = self._stories[job_id]
            story.say(partial(card.waiting, story.job, place))

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
        if job.id in self._stories:
            self._begin(job, self._fail(job, "Something went wrong on my side. It is in the operator's log."))

    async def _draw(self, job: Job) -> None:
        """Take one job from the head of the line to its result."""
        try:
            rendered = await self._render(job)
        finally:  # a slow delivery must not keep the engine waiting
            self._at_engine.discard(job.id)
            self._changed.set()
        if rendered is not None:
            await self._deliver(rendered)

    async def _render(self, job: Job) -> Job | None:
        """Have a job drawn; None if it came to another end, or went back into the line."""
        await self._client.wait_until_ready()  # before the first connection every place is unknown
        verdict = await self.judge(job.guild_id, job.channel_id, job.request, job)
        if not verdict.allowed:
            await self._refuse(job, verdict.sentence)
            return None
        job = await self._store.jobs.start(job.id, now=self._now())
        story = self._stories[job.id]
        story.say(partial(card.drawing, job, 0, job.request.steps * job.request.count))
        previews: dict[int, bytes] = {}
        try:
            async with aclosing(self._engine.generate(_command(job))) as events:
                async for event in events:
                    match event:
                        case wire.Progress():
                            done, total = event.steps_done, event.steps_total
                            story.say(
                                partial(card.drawing, job, done, total, previews=len(previews)),
                                card.files(job, previews),
                            )
                        case wire.Preview():
                            verdict = await self._judge_shown(job)
                            if not verdict.allowed:
                                await self._refuse(job, verdict.sentence)
                                return None
                            previews = previews | {event.number: event.image}
                        case wire.Picture():
                            await self._store.pictures.save(job.id, number=event.number, seed=event.seed, png=event.png)
                        case wire.Finished():
                            self._drawn_s.append(event.engine_s)
                            job = await self._store.jobs.rendered(job.id, engine_s=event.engine_s)
                        case _:
                            pass
        except GenerationFailed as error:
            log.error("job %s: %s", job.id, error)  # noqa: TRY400  the engine's no; its traceback is in its own log
            await self._fail(job, card.apology(error.code))
            return None
        except EngineError as error:
            log.warning("job %s: attempt %d: %s", job.id, job.attempts, error)
        if job.state is State.RENDERED:
            return job
        if job.attempts < MAX_ATTEMPTS:
            self._queue.push(await self._store.jobs.put_back(job.id))
        else:
            await self._fail(job, "The engine went away three times while drawing this, so I stopped trying.")
        return None

    # From the spool to the channel

    async def _deliver(self, job: Job) -> None:
        await self._client.wait_until_ready()
        verdict = await self._judge_shown(job)
        if not verdict.allowed:
            await self._refuse(job, verdict.sentence)
            return
        pictures = {
            picture.number: await self._store.pictures.read(picture)
            for picture in await self._store.pictures.of(job.id)
        }
        view = card.result(job, len(pictures))
        try:
            await self._stories[job.id].end(view, card.files(job, pictures))
        except (Undeliverable, discord.HTTPException) as error:
            log.warning("job %s: its result cannot be delivered: %s", job.id, error)
            await self._fail(job, "The pictures are drawn, but Discord did not take them.")
            return
        await self._store.jobs.delivered(job.id, now=self._now())
        del self._stories[job.id]
        log.info("job %s: delivered", job.id)

    # Other ends

    async def cancel(self, job: Job) -> bool:
        """Stop a job in line or between two steps; False if it had come to its end before that."""
        if not self._queue.remove(job.id):
            journey = self._journeys.get(job.id)
            if journey is None:
                return False
            journey.cancel()
            await asyncio.wait([journey])
        story = self._stories.pop(job.id, None)
        if story is None:
            return False
        await self._close(await self._store.jobs.cancel(job.id, CANCELLED, now=self._now()), story, CANCELLED)
        return True

    async def _refuse(self, job: Job, sentence: str) -> None:
        """What is no longer allowed is neither shown nor kept."""
        log.info("job %s: refused by the gate", job.id)
        story = self._stories.pop(job.id)
        await self._close(await self._store.jobs.refuse(job.id, sentence, now=self._now()), story, sentence)

    async def _fail(self, job: Job, sentence: str) -> None:
        story = self._stories.pop(job.id)  # first, so that a failure to record a failure is not tried for ever
        await self._close(await self._store.jobs.fail(job.id, sentence, now=self._now()), story, sentence)

    async def _close(self, job: Job, story: Story, sentence: str) -> None:
        await self._store.pictures.drop(job.id)
        try:
            await story.end(card.ended(job, sentence))
        except (Undeliverable, discord.HTTPException) as error:
            log.warning("job %s: its end cannot be told: %s", job.id, error)

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
