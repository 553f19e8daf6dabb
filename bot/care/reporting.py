"""What Report does, for anybody: one report hides a picture until a moderator has looked."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.answer import NO_PINGS, tell
from bot.errors import InvalidRequest, StoreError, Undeliverable
from bot.retrying import NOT_DONE
from bot.routes import Route, on_press
from bot.sentences import audit
from bot.sentences import reports as says
from bot.views import reported
from bot.views.buttons import of_job

if TYPE_CHECKING:
    from collections.abc import Callable

    import discord

    from bot.attachments import Attachments
    from bot.care.report_notices import ReportNotices
    from bot.delivery.message_editor import MessageEditor
    from bot.job import Job
    from bot.store import Store

log = logging.getLogger(__name__)

REJECTED_MOST = 3
"""So many rejected reports more than upheld ones, and somebody's reports no longer hide anything."""

REMEMBERED_S = 90 * 86_400.0
"""Older reports say nothing about somebody any more."""


@dataclass(kw_only=True, eq=False)
class Reporting:
    """What becomes of a report by whoever finds that a picture should not be there."""

    store: Store
    """Keeps reports and pictures."""
    editor: MessageEditor
    """Edits messages of jobs."""
    report_notices: ReportNotices
    """Tells those who decide."""
    attachments: Attachments
    """Where pictures come from that are only at Discord any more."""
    now: Callable[[], float]
    """Unix time in seconds."""

    def routes(self) -> list[Route]:
        """Hand in the button that everybody may press."""
        return [on_press(of_job("report"), self.report)]

    async def report(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Hide a picture, where this person's reports still count, and tell those who decide."""
        await interaction.response.defer()
        job = await self.store.jobs.get(job_id)
        if job is None:  # without its record it could not be restored
            link = interaction.message.jump_url if interaction.message else ""
            await self.report_notices.record("reported", interaction, job_id, detail=audit.record_gone(link))
            await tell(interaction, says.NOT_HIDDEN)
            return
        person = interaction.user.id
        hides = await self._may_hide(person, job)
        first = await self.store.reports.add(job, person, hides=hides, now=self.now())
        if first:
            log.info("job %s: reported", job.id)
            await self.report_notices.record("reported", interaction, job, told=True)
        # Whoever presses again finishes what a process that died here has left undone.
        hidden = await self.store.reports.hidden(job.id) and await self._hide(interaction, job)
        await self.report_notices.tell(job, person)
        await tell(interaction, says.thanks(first=first, hidden=hidden, in_server=job.guild_id is not None))

    async def _may_hide(self, user_id: int, job: Job) -> bool:
        """Tell whether a report of this person hides: not what a moderator restored, nor after too many mistakes."""
        if any(report.outcome == "restored" for report in await self.store.reports.of(job.id)):
            return False
        standing = await self.store.reports.standing(user_id, job.guild_id, since=self.now() - REMEMBERED_S)
        return standing.rejected - standing.upheld < REJECTED_MOST

    async def _hide(self, interaction: discord.Interaction[Any], job: Job) -> bool:
        """Take the pictures off their message; False where Discord did not let us."""
        pressed, view = interaction.message, reported.hidden(job)
        await self._rescue(pressed, job)
        try:
            await interaction.edit_original_response(view=view, attachments=[], allowed_mentions=NO_PINGS)
            if pressed is None or pressed.id != job.message_id:  # a private copy of the message that everybody sees
                await self.editor.edit(job, view, retry=False, pressed=True)
        except (Undeliverable, *NOT_DONE) as error:
            log.warning("job %s: it was reported and cannot be hidden: %s", job.id, error)
            return False
        return True

    async def _rescue(self, message: discord.Message | None, job: Job) -> None:
        """Keep a copy of pictures that are no longer in the spool, or not whole, or nothing could be restored."""
        kept = await self.store.pictures.of(job.id)
        if message is None:
            return
        whole = await self.store.pictures.whole(job.id, [picture for picture in kept if not picture.deleted])
        if len(whole) < len(kept) != len(message.attachments):  # a copy that `/show` brought, of some of them
            log.warning("job %s: not all of its pictures could be kept", job.id)
            return
        for picture, attachment in zip(kept, message.attachments, strict=True):
            if picture.number in whole:
                continue
            try:
                await self.store.pictures.put_back(job.id, picture.number, await self.attachments.one(attachment))
            except (InvalidRequest, StoreError) as error:
                log.warning("job %s: no copy of picture %d could be kept: %s", job.id, picture.number, error)
