"""One job's message while things happen: the latest state wins, at most one edit every few seconds."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

import discord

from bot.errors import FilesTooLarge, MessageGone, Undeliverable
from bot.retrying import NOT_DONE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from discord import ui

    from bot.delivery.budget import EditBudget
    from bot.delivery.message_editor import MessageEditor
    from bot.job import Job

log = logging.getLogger(__name__)

_SKIPPED = (FilesTooLarge, *NOT_DONE)
"""Errors that cost one progress edit; the next tells more anyway."""

REFUSED_MOST = 3
"""Progress edits of one message in a row: there is something about it that Discord does not take."""


class JobMessage:
    """Progress while there is room for it, and then one end."""

    def __init__(
        self,
        editor: MessageEditor,
        job: Job,
        *,
        budget: EditBudget,
        pace_s: float,
        lost: Callable[[Job, MessageGone], None],
    ) -> None:
        """Start telling.

        Args:
            editor: Carries the edits out.
            job: Whose message it is.
            budget: Says whether there is room for an edit that may be left out.
            pace_s: Seconds between two edits; Discord's limits are lower than any step rate.
            lost: Called once, if the message turns out to be gone while there is progress to tell.
        """
        self.job = job
        self._editor = editor
        self._budget = budget
        self._pace_s = pace_s
        self._lost = lost
        self._latest: tuple[Callable[[], ui.LayoutView], Callable[[], Sequence[discord.File]]] | None = None
        self._task: asyncio.Task[None] | None = None
        self._refused = 0
        self._over = asyncio.Event()
        self._last = asyncio.Lock()  # of two last words, only the later may stay

    def say(self, view: Callable[[], ui.LayoutView], files: Callable[[], Sequence[discord.File]] = tuple) -> None:
        """Show this soon, unless something newer comes first; only what is shown is ever built."""
        self._latest = (view, files)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._tell(), name=f"message of job {self.job.id}")

    async def _tell(self) -> None:
        while self._latest is not None and not self._over.is_set():
            if self._editor.leaves_alone(self.job):
                self._latest = None  # what comes next asks again
                return
            if self._budget.take(self.job):
                (view, files), self._latest = self._latest, None
                try:
                    await self._editor.edit(self.job, view(), files, retry=False)
                except Undeliverable as error:
                    # Every further try would be one more of those errors that Discord counts.
                    log.info("job %s: no more progress is shown: %s", self.job.id, error)
                    self._over.set()
                    if isinstance(error, MessageGone):
                        self._lost(self.job, error)
                except _SKIPPED as error:
                    log.info("job %s: a progress edit was skipped: %s", self.job.id, error)
                    self._count(error)
                else:
                    self._refused = 0
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), self._pace_s)

    def _count(self, error: Exception) -> None:
        """Show no more progress after too many refusals in a row."""
        is_refusal = isinstance(error, discord.HTTPException) and error.status in (400, 403)
        self._refused = self._refused + 1 if is_refusal else 0
        if self._refused >= REFUSED_MOST:
            log.warning("job %s: no more progress is shown: Discord refused it %d times", self.job.id, self._refused)
            self._over.set()

    async def promise(self, view: ui.LayoutView) -> None:
        """Show this instead of any further progress; only `end` comes after it.

        Raises:
            Undeliverable, discord.HTTPException, aiohttp.ClientError, OSError: As `MessageEditor.edit` without retry.
        """
        await self._silence()
        async with self._last:
            await self._editor.edit(self.job, view, retry=False)

    async def end(
        self,
        view: ui.LayoutView,
        files: Callable[[], Sequence[discord.File]] = tuple,
        *,
        ask_again: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Show this and nothing after it, whatever the budget.

        Raises:
            Undeliverable, FilesTooLarge, discord.HTTPException: As `MessageEditor.edit`.
        """
        await self._silence()
        async with self._last:
            self._budget.count(self.job)
            await self._editor.edit(self.job, view, files, ask_again=ask_again)

    def drop(self) -> None:
        """Tell nothing more, and wait for nothing: the bot ends."""
        self._over.set()
        if self._task is not None:
            self._task.cancel()

    async def _silence(self) -> None:
        """Let an edit under way arrive, and send no other: two edits in flight could land in the wrong order."""
        self._over.set()
        if self._task is not None:
            await self._task
