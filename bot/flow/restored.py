"""After a backup was restored: each job that the copy calls unfinished is looked up in Discord before anything is said.

Its message tells what became of it since. What was delivered, cancelled or deleted is so; what still waits stays on
hold, and its message says what its asker can do.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord

from bot.delivery.shown import Shown
from bot.errors import Undeliverable
from bot.sentences import ends
from bot.views import card

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.delivery.message_editor import MessageEditor
    from bot.flow.journeys import Journeys
    from bot.job import Job
    from bot.queue.queue import Queue
    from bot.store import Store

log = logging.getLogger(__name__)


@dataclass(kw_only=True, eq=False)
class Restored:
    """Draws nothing and posts nothing: at most it edits a message that says that it waits."""

    store: Store
    """Is patient: nobody waits for an answer here."""
    queue: Queue
    editor: MessageEditor
    journeys: Journeys
    now: Callable[[], float]
    """Unix time in seconds."""

    async def begin(self) -> None:
        """Look at all of them, beside everything else; they are held in the queue meanwhile."""
        for job in await self.store.jobs.restored():
            self.journeys.begin(job.id, self._look_at(job))

    async def _look_at(self, job: Job) -> None:
        shown = await self.editor.shown(job)
        if job.id not in self.queue:
            return  # its asker was faster
        match shown:
            case Shown.WAITING:
                await self._tell(job)
            case Shown.PICTURES:
                self.queue.remove(job.id)
                await self.store.jobs.found_delivered(job.id, now=self.now())
            case Shown.OVER | Shown.GONE:
                self.queue.remove(job.id)
                await self.store.jobs.cancel(job.id, ends.OVER_SINCE_BACKUP, now=self.now())
                await self.store.jobs.told(job.id)
                await self.store.pictures.drop(job.id)
            case Shown.UNKNOWN:
                log.info("job %s: out of a backup, and on hold: its message cannot be looked at", job.id)
                return
        await self.store.jobs.looked_at(job.id)
        log.info("job %s: out of a backup; in Discord it is %s", job.id, shown.name.lower())

    async def _tell(self, job: Job) -> None:
        try:
            await self.editor.edit(job, card.restored(job))
        except (Undeliverable, discord.HTTPException) as error:
            log.warning("job %s: its message cannot tell that it is on hold: %s", job.id, error)
