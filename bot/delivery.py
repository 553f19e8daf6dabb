"""The one message of every unfinished job, from the first place in line to its result or the sentence that ends it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import discord

from bot.errors import PromptRefused, Undeliverable
from bot.post import Story
from bot.views import card

if TYPE_CHECKING:
    from collections.abc import Callable

    from discord import ui

    from bot.door import Door
    from bot.job import Job
    from bot.post import Post
    from bot.sieve import Sieve
    from bot.store import Store

log = logging.getLogger(__name__)

PACE_S = 2.0
"""Seconds between two edits of one message; Discord's own limits are undocumented and lower than any step rate."""

CANCELLED = "Cancelled."


class Delivery:
    """Tells every job's story; however often a job ends, its message tells the first end."""

    def __init__(
        self,
        *,
        client: discord.Client,
        store: Store,
        post: Post,
        door: Door,
        sieve: Sieve,
        now: Callable[[], float],
        pace_s: float = PACE_S,
    ) -> None:
        self._client = client
        self._store = store
        self._post = post
        self._door = door
        self._sieve = sieve
        self._now = now
        self._pace_s = pace_s
        self._stories: dict[str, Story] = {}  # of every unfinished job that has a message

    def __contains__(self, job_id: object) -> bool:
        return job_id in self._stories

    def begin(self, job: Job) -> None:
        """Tell the story of this job from here on."""
        self._stories[job.id] = Story(self._post, job, pace_s=self._pace_s)

    def story(self, job_id: str) -> Story:
        """Give the story of a job that has begun and is not over."""
        return self._stories[job_id]

    async def deliver(self, job: Job) -> None:
        """Show a job's pictures out of the spool, where they may be shown now."""
        await self._client.wait_until_ready()  # before the first connection every place is unknown
        verdict = await self._door.judge_shown(job)
        if not verdict.allowed:
            await self.refuse(job, verdict.sentence)
            return
        try:
            pictures, stopped, rating = await self._sieve.sift(job)
        except PromptRefused as error:
            await self.refuse(job, str(error))
            return
        spoiler = (await self._door.policy(job.guild_id)).spoils(rating)
        view = card.result(job, len(pictures), stopped=stopped, spoiler=spoiler)
        try:
            await self._stories[job.id].end(view, card.files(job, pictures))
        except (Undeliverable, discord.HTTPException) as error:
            log.warning("job %s: its result cannot be delivered: %s", job.id, error)
            await self.fail(job, "The pictures are drawn, but Discord did not take them.")
            return
        await self._store.jobs.delivered(job.id, now=self._now())
        del self._stories[job.id]
        log.info("job %s: delivered", job.id)

    async def cancel(self, job: Job) -> bool:
        """End a job that its owner or a moderator stopped; False if it had come to its end before that."""
        story = self._stories.pop(job.id, None)
        if story is None:
            return False
        await self._close(await self._store.jobs.cancel(job.id, CANCELLED, now=self._now()), story, CANCELLED)
        return True

    async def refuse(self, job: Job, sentence: str) -> None:
        """End a job that the gate no longer allows: it is neither shown nor kept."""
        log.info("job %s: refused by the gate", job.id)
        story = self._stories.pop(job.id)
        await self._close(
            await self._store.jobs.refuse(job.id, sentence, now=self._now()), story, sentence, card.refused
        )

    async def fail(self, job: Job, sentence: str) -> None:
        """End a job that cannot be drawn or shown."""
        story = self._stories.pop(job.id)  # first, so that a failure to record a failure is not tried for ever
        await self._close(await self._store.jobs.fail(job.id, sentence, now=self._now()), story, sentence)

    def close(self) -> None:
        """Stop telling: the bot ends, and the next one goes on."""
        for story in self._stories.values():
            story.drop()

    async def _close(
        self, job: Job, story: Story, sentence: str, view: Callable[[Job, str], ui.LayoutView] = card.ended
    ) -> None:
        await self._store.pictures.drop(job.id)
        try:
            await story.end(view(job, sentence))
        except (Undeliverable, discord.HTTPException) as error:
            log.warning("job %s: its end cannot be told: %s", job.id, error)
