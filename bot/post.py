"""Editing a job's message, whoever must do it: the interaction's token while it lives, the bot's own after that."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from itertools import chain, repeat
from typing import TYPE_CHECKING

import aiohttp
import discord

from bot.answer import NO_PINGS
from bot.errors import Undeliverable
from bot.original import find_original

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from discord import ui

    from bot.job import Job

log = logging.getLogger(__name__)

TOKEN_LIFE_S = 14 * 60.0
"""Discord's tokens live for 15 minutes; the last one is left for clocks that disagree."""

RETRY_DELAYS_S = (1.0, 2.0, 4.0, 8.0, 16.0, 60.0)
"""Waits between two tries, the last one repeating: an outage of Discord ends, and only a refusal is final."""

_TRANSIENT = (discord.DiscordServerError, aiohttp.ClientError, OSError, TimeoutError)
"""Worth another try. On Linux a connection reset surfaces at once: discord.py retries only two other errnos."""

_UNKNOWN_MESSAGE = 10008
_UNKNOWN_CHANNEL = 10003


class Post:
    """Edits messages of jobs; never sends a new one, so nothing can appear twice."""

    def __init__(
        self,
        client: discord.Client,
        *,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._now = now
        self._sleep = sleep

    async def edit(
        self, job: Job, view: ui.LayoutView, files: Callable[[], Sequence[discord.File]] = tuple, *, retry: bool = True
    ) -> None:
        """Make the job's message look like this.

        Args:
            job: Has its message id.
            view: What the message shows.
            files: Opens the attachments anew for every try, because a try consumes them.
            retry: Wait out what passes by itself; a progress edit would rather be skipped.

        Raises:
            Undeliverable: It will never be possible.
            discord.HTTPException: Discord refuses this edit.
            aiohttp.ClientError, OSError: It was not possible now; only without `retry`.
        """
        delays = chain(RETRY_DELAYS_S, repeat(RETRY_DELAYS_S[-1])) if retry else iter(())
        while True:
            try:
                return await self._edit_once(job, view, files)
            except _TRANSIENT as error:
                if (delay := next(delays, None)) is None:
                    raise
                log.warning("job %s: edit failed (%s), again in %.0f s", job.id, error, delay)
                await self._sleep(delay)

    async def find_original(self, job: Job) -> int | None:
        """Ask Discord which message acknowledged a job, until it answers; None if none did."""
        return await find_original(self._client, job, delays_s=RETRY_DELAYS_S, sleep=self._sleep)

    async def _edit_once(self, job: Job, view: ui.LayoutView, files: Callable[[], Sequence[discord.File]]) -> None:
        if job.message_id is None:
            raise Undeliverable("the job has no message")
        if self._now() - job.token_created_at < TOKEN_LIFE_S:
            webhook = discord.Webhook.partial(job.application_id, job.interaction_token, client=self._client)
            try:
                await webhook.edit_message(
                    job.message_id, view=view, attachments=list(files()), allowed_mentions=NO_PINGS
                )
            except discord.HTTPException as error:
                if error.code in (_UNKNOWN_MESSAGE, _UNKNOWN_CHANNEL):
                    raise Undeliverable("the message was deleted") from error
                if error.status not in (401, 404):
                    raise
                # Tokens have been seen to die early, with 404 as well as with 401: the bot's own right is next.
                log.info("job %s: its token is no longer good (%s)", job.id, error)
            else:
                return
        if job.request.private:
            raise Undeliverable("a private message can be edited only while its token lives")
        message = self._client.get_partial_messageable(job.channel_id).get_partial_message(job.message_id)
        try:
            await message.edit(view=view, attachments=list(files()), allowed_mentions=NO_PINGS)
        except discord.NotFound as error:
            raise Undeliverable("the message or its channel was deleted") from error
        except discord.Forbidden as error:
            raise Undeliverable("the bot may no longer edit in this channel") from error


class Story:
    """One job's message while things happen: the latest state wins, at most one edit every few seconds."""

    def __init__(self, post: Post, job: Job, *, pace_s: float) -> None:
        """Start telling.

        Args:
            post: Carries the edits out.
            job: Whose message it is.
            pace_s: Seconds between two edits; Discord's limits are lower than any step rate.
        """
        self.job = job
        self._post = post
        self._pace_s = pace_s
        self._latest: tuple[Callable[[], ui.LayoutView], Callable[[], Sequence[discord.File]]] | None = None
        self._task: asyncio.Task[None] | None = None
        self._over = asyncio.Event()

    def say(self, view: Callable[[], ui.LayoutView], files: Callable[[], Sequence[discord.File]] = tuple) -> None:
        """Show this soon, unless something newer comes first; only what is shown is ever built."""
        self._latest = (view, files)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._tell(), name=f"story of job {self.job.id}")

    async def _tell(self) -> None:
        while self._latest is not None and not self._over.is_set():
            (view, files), self._latest = self._latest, None
            try:
                await self._post.edit(self.job, view(), files, retry=False)
            except (discord.HTTPException, aiohttp.ClientError, OSError, Undeliverable) as error:
                log.info("job %s: a progress edit was skipped: %s", self.job.id, error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), self._pace_s)

    async def end(self, view: ui.LayoutView, files: Callable[[], Sequence[discord.File]] = tuple) -> None:
        """Show this and nothing after it.

        Raises:
            Undeliverable, discord.HTTPException: As `Post.edit`.
        """
        await self.silence()
        await self._post.edit(self.job, view, files)

    def drop(self) -> None:
        """Tell nothing more, and wait for nothing: the bot ends."""
        self._over.set()
        if self._task is not None:
            self._task.cancel()

    async def silence(self) -> None:
        """Let an edit under way arrive, and send no other: two edits in flight could land in the wrong order."""
        self._over.set()
        if self._task is not None:
            await self._task
