"""What moderators are told of reports in their log channel: once for each report, and true ever after."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from bot.answer import NO_PINGS
from bot.refusals import RefusingPlace
from bot.retrying import NOT_DONE
from bot.safety.audit import AuditRecord
from bot.sentences import audit as said
from bot.views import reported

if TYPE_CHECKING:
    from collections.abc import Callable

    import discord

    from bot.checks.audit import Audit
    from bot.job import Job
    from bot.sentences.sentence import Sentence
    from bot.store import Store

log = logging.getLogger(__name__)


@dataclass(kw_only=True, eq=False)
class ReportNotices:
    """Posts, renews and writes down; a log channel that cannot be written holds nothing up."""

    client: discord.Client
    store: Store
    audit: Audit
    now: Callable[[], float]

    async def tell(self, job: Job, reporter_id: int) -> None:
        """Tell the moderators of a report, where there is a log channel; in one message, however often it is called."""
        reports = await self.store.reports.of(job.id)
        if any(report.reporter_id == reporter_id and report.notice_id is not None for report in reports):
            await self.renew(job)  # it may have been taken back meanwhile, and made again
            return
        channel = await self.audit.channel(job.guild_id)
        if channel is None:
            if job.guild_id is None:
                log.warning("job %s: reported in a direct message, where nobody moderates", job.id)
            return
        place = RefusingPlace("words", channel.id)
        if self.audit.refusals.closed(place):
            log.info("job %s: its report is not told in a log channel that refused others", job.id)
            return
        try:
            message = await channel.send(view=await self._notice(job), allowed_mentions=NO_PINGS)
        except NOT_DONE as error:
            log.warning("job %s: its report cannot be told in the log channel: %s", job.id, error)
            self.audit.refusals.heed(place, job.guild_id, error)
            return
        self.audit.refusals.took(place)
        await self.store.reports.noticed(job.id, reporter_id, message.channel.id, message.id)

    async def renew(self, job: Job) -> None:
        """Let every message that told of this job say how it stands now."""
        for report in await self.store.reports.of(job.id):
            if report.notice_channel_id is None or report.notice_id is None:
                continue
            place = RefusingPlace("edits", report.notice_channel_id)
            if self.audit.refusals.closed(place):
                continue
            messages = self.client.get_partial_messageable(report.notice_channel_id, guild_id=report.guild_id)
            try:
                await messages.get_partial_message(report.notice_id).edit(
                    view=await self._notice(job), allowed_mentions=NO_PINGS
                )
            except NOT_DONE as error:
                log.info("job %s: a message of the log channel stays as it was: %s", job.id, error)
                self.audit.refusals.heed(place, report.guild_id, error)

    async def record(
        self,
        event: Literal["reported", "restored", "deleted", "timed out", "withdrawn"],
        interaction: discord.Interaction[Any],
        job: Job | str,
        *,
        detail: Sentence | None = None,
        told: bool = False,
    ) -> None:
        """Write into the audit log what somebody did.

        Args:
            event: What.
            interaction: Who and, where nothing more is known, where.
            job: About which, or the id of one whose record is gone. Not whose it is: they may ask to be forgotten.
            detail: How.
            told: `tell` tells the log channel of it.
        """
        known = None if isinstance(job, str) else job
        about = job if isinstance(job, str) else job.id
        record = AuditRecord(
            event=event,
            at=self.now(),
            user_id=interaction.user.id,
            guild_id=interaction.guild_id,
            channel_id=interaction.channel_id if known is None else known.channel_id,
            detail=said.about_picture(about, detail),
        )
        await self.audit.write(record, words="" if known is None else known.prompt, told=told)

    async def _notice(self, job: Job) -> discord.ui.LayoutView:
        policy = await self.store.policies.of(job.guild_id)
        until = await self.store.strikes.locked_until(job.user_id, job.guild_id)
        return reported.notice(
            reported.Notice(
                job=job,
                reports=await self.store.reports.of(job.id),
                locked_until=None if until is None or until <= self.now() else int(until),
                prompt=job.prompt if policy.log_prompts else "",
            )
        )
