"""One job at the engine: judged once more, drawn, told while it is drawn, its pictures put into the spool."""

from __future__ import annotations

import logging
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from bot.checks.picture_filter import AllowedPreviews
from bot.delivery.upload import upload
from bot.errors import EngineDied, EngineError, EngineFull, GenerationFailed, PictureLost, PromptRefused
from bot.flow.starting_image import StartingImages
from bot.job import DrawnWith, State
from bot.queue.ticket import Ticket
from bot.request import all_loras, picture_seeds, steps_of
from bot.sentences import ends
from bot.views import card
from engine import wire

if TYPE_CHECKING:
    from collections.abc import Callable

    import discord

    from bot.checks.gatekeeper import Gatekeeper
    from bot.checks.picture_filter import PictureFilter
    from bot.delivery.delivery import Delivery
    from bot.delivery.job_message import JobMessage
    from bot.flow.slot import WorkerSlot
    from bot.flow.starting_image import Beginning
    from bot.job import Job
    from bot.measures import BotMeasures
    from bot.store import Store

log = logging.getLogger(__name__)

MAX_LONE_DEATHS = 2
"""A job under which the engine died so often while it had no other is not tried again."""

MAX_ATTEMPTS = 10
"""How often a job is begun at all: one that never ends, for whatever reason, must not be begun for ever."""

PREVIEW_EVERY = 5
"""Steps between two previews of a picture."""


class Rendering:
    """Gives jobs to the engine and makes of its events what lasts and what is told."""

    def __init__(
        self,
        *,
        client: discord.Client,
        gatekeeper: Gatekeeper,
        store: Store,
        delivery: Delivery,
        picture_filter: PictureFilter,
        measures: BotMeasures,
        now: Callable[[], float],
    ) -> None:
        """Put together what a job meets at the engine.

        Args:
            client: Discord.
            gatekeeper: Judges.
            store: Remembers, and is patient: nobody waits for an answer here.
            delivery: Tells the ends that are no result.
            picture_filter: Lets through what may be kept and shown.
            measures: Counts how long people waited and the engine took.
            now: Unix time.
        """
        self._client = client
        self._gatekeeper = gatekeeper
        self._store = store
        self._delivery = delivery
        self._picture_filter = picture_filter
        self._measures = measures
        self._now = now
        self._begun: set[str] = set()
        self._closed = False

    def has_begun(self, job_id: str) -> bool:
        """Whether the start of a job that is at the engine is recorded; before that it can leave without a trace."""
        return job_id in self._begun

    def close(self) -> None:
        """Begin nothing more."""
        self._closed = True

    async def render(self, job: Job, job_message: JobMessage, slot: WorkerSlot, *, share: bool) -> Job | None:
        """Have a job drawn.

        Args:
            job: Is queued.
            job_message: Its own.
            slot: Where it is drawn.
            share: As in `engine.wire.Generate`.

        Returns:
            The job: rendered, or queued if it must be drawn again; None if it came to another end, which is told, or
            was not begun.
        """
        await self._client.wait_until_ready()  # before the first connection every place is unknown
        if self._closed:
            return None
        ready = slot.engine.status
        if not isinstance(ready, wire.Ready):  # it went away meanwhile, and another one may be free
            return job
        if job.attempts >= MAX_ATTEMPTS:
            await self._delivery.fail(job, ends.begun_too_often(MAX_ATTEMPTS), code="begun_too_often")
            return None
        verdict = await self._gatekeeper.judge_begun(job)
        if not verdict.allowed:
            await self._delivery.refuse(job, verdict.sentence)
            return None
        self._begun.add(job.id)
        try:
            beginning = await StartingImages(self._store, slot.engine).of(job)
            begins = "noise" if beginning.start is None else beginning.start.origin
            drawn_with = DrawnWith.of(ready, job.request.model, card=slot.card)
            job = await self._store.jobs.start(job.id, now=self._now(), drawn_with=drawn_with, begins=begins)
            return await self._draw(job, job_message, slot, beginning, share=share)
        except PromptRefused as error:
            await self._delivery.refuse(job, error.sentence)
            return None
        except PictureLost as error:
            log.info("%s", error)
            await self._delivery.fail(job, ends.PARENT_GONE, code="parent_gone")
            return None
        except EngineDied as error:  # of a picture that it was asked about, perhaps
            job = await self._store.jobs.start(job.id, now=self._now())
            return await self._put_back(job, error)
        except EngineError as error:  # it was asked about a picture, and has none of this job's work
            log.warning("job %s: not begun: %s", job.id, error)
            return job
        finally:
            self._begun.discard(job.id)

    async def _draw(
        self, job: Job, job_message: JobMessage, slot: WorkerSlot, beginning: Beginning, *, share: bool
    ) -> Job | None:
        job_message.say(partial(card.drawing, job, 0, steps_of(job.request)))
        command = _command(job, beginning, previews=self._picture_filter.wants_previews(job), share=share)
        previews = AllowedPreviews()
        try:
            async with aclosing(slot.engine.generate(command)) as events:
                async for event in events:
                    match event:
                        case wire.Started():
                            self._measures.wait.add(value=self._now() - job.created_at)
                            slot.began(job.id, event.switch_s)
                            slot.pace.began(Ticket.of(job), now=self._now(), steps=steps_of(job.request))
                        case wire.Progress():
                            done, total = event.steps_done, event.steps_total
                            slot.pace.stepped(job.id, done, now=self._now())
                            files = upload(job, previews.images)
                            view = partial(
                                card.drawing, job, done, total, previews=files.names, spoiler=previews.spoiler
                            )
                            job_message.say(view, files.opened)
                        case wire.Preview():
                            previews = await self._picture_filter.previews(job, event, previews)
                        case wire.Picture():
                            await self._picture_filter.keep(job, event)
                        case wire.Finished():
                            job = await self._store.jobs.rendered(job.id, engine_s=event.engine_s)
                            self._measures.drew(job.request, event.engine_s)
                            await self._store.paces.keep(slot.pace.measured(Ticket.of(job)))
                        case _:
                            pass
        except PromptRefused as error:
            await self._delivery.refuse(job, error.sentence)
            return None
        except GenerationFailed as error:
            log.error("job %s: %s", job.id, error)  # noqa: TRY400  the engine's no; its traceback is in its own log
            if error.code == "withheld":
                await self._gatekeeper.withheld(job, error.detail)
                await self._delivery.refuse(job, card.apology(error.code))
            else:
                await self._delivery.fail(job, card.apology(error.code, error.fits), code=error.code)
            return None
        except EngineFull as error:
            log.info("job %s: not begun: %s", job.id, error)
            slot.refused(job.id)
            return await self._store.jobs.put_back(job.id, begun=False)
        except EngineError as error:
            if job.state is not State.RENDERED:
                return await self._put_back(job, error)
        return job

    async def _put_back(self, job: Job, error: EngineError) -> Job | None:
        """Let a job that its engine did not end be drawn again, or give it up as the one that kills engines."""
        died = isinstance(error, EngineDied)
        alone = isinstance(error, EngineDied) and error.alone
        log.warning("job %s: attempt %d%s: %s", job.id, job.attempts, ", alone" if alone else "", error)
        job = await self._store.jobs.put_back(job.id, deaths=died, lone_deaths=alone)
        if job.lone_deaths < MAX_LONE_DEATHS:
            return job
        log.error("job %s: quarantined: the engine died %d times with this job alone", job.id, job.lone_deaths)
        await self._delivery.fail(job, ends.QUARANTINED, code="quarantined")
        return None


def _command(job: Job, beginning: Beginning, *, previews: bool, share: bool) -> wire.Generate:
    request = job.request
    return wire.Generate(
        job_id=job.wire_id,
        prompt=job.prompt,
        negative_prompt=job.negative_prompt,
        sampling=request.sampling,
        seeds=picture_seeds(request),
        preview_every=PREVIEW_EVERY if previews else 0,
        share=share,
        alone=job.suspect,
        start=beginning.start,
        repaint=beginning.repaint,
        details=beginning.details,
        variation=request.variation,
        enlargement=request.enlargement,
        send_latents=True,
        loras=all_loras(request),
        model=request.model,
    )
