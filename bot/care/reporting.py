"""What Report does, for anybody: one report hides a picture until a moderator has looked."""

from __future__ import annotations

import logging
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.answer import NO_PINGS, tell
from bot.errors import InvalidRequest, StoreError, Undeliverable
from bot.retrying import NOT_DONE
from bot.routes import Route, on_form, on_press
from bot.sentences import audit
from bot.sentences import reports as says
from bot.store.reports import ReportReason
from bot.views import reported, reporting
from bot.views.buttons import of_job
from bot.views.edit import sent_texts
from bot.views.spoiler import spoiled

if TYPE_CHECKING:
    from collections.abc import Callable

    import discord

    from bot.attachments import Attachments
    from bot.care.moderation import Moderation
    from bot.care.report_notices import ReportNotices
    from bot.delivery.message_editor import MessageEditor
    from bot.job import Job
    from bot.sentences.reports import Reason
    from bot.sentences.sentence import Sentence
    from bot.store import Store

log = logging.getLogger(__name__)

REJECTED_MOST = 3
"""So many rejected reports more than upheld ones, and somebody's reports no longer hide anything."""

REMEMBERED_S = 90 * 86_400.0
"""Older reports say nothing about somebody any more."""

WITHDRAWN_WITHIN_S = 60
"""For so long a report may be taken back by whoever made it: long enough for a slip, too short to play with."""


@dataclass(kw_only=True, eq=False)
class Reporting:
    """What becomes of a report by whoever finds that a picture should not be there."""

    store: Store
    """Keeps reports and pictures."""
    editor: MessageEditor
    """Edits messages of jobs."""
    report_notices: ReportNotices
    """Tells those who decide."""
    moderation: Moderation
    """Puts back what was hidden."""
    attachments: Attachments
    """Where pictures come from that are only at Discord any more."""
    now: Callable[[], float]
    """Unix time in seconds."""

    def routes(self) -> list[Route]:
        """Hand in what everybody may press, and the form that it opens."""
        return [
            on_press(of_job("report"), self.report),
            on_form(reporting.REPORTED, self.submit),
            on_press(of_job("withdraw"), self.withdraw),
        ]

    async def report(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Ask what is wrong with a picture."""
        await interaction.response.send_modal(reporting.ReportForm(job_id))

    async def submit(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Hide a picture, where this person's reports still count, and tell those who decide."""
        why = _why(interaction)
        await interaction.response.defer()
        job = await self.store.jobs.get(job_id)
        if job is None:  # without its record it could not be restored
            link = interaction.message.jump_url if interaction.message else ""
            await self.report_notices.record("reported", interaction, job_id, detail=audit.record_gone(link))
            await tell(interaction, says.NOT_HIDDEN)
            return
        person = interaction.user.id
        hides = await self._may_hide(person, job)
        earlier = await self.store.reports.of(job.id)  # whoever comes second sees no pictures any more
        spoiler = _behind_spoiler(interaction.message, job) or any(one.spoiled for one in earlier if one.open)
        first = await self.store.reports.add(job, person, why, hides=hides, now=self.now(), spoiled=spoiler)
        if first:
            log.info("job %s: reported", job.id)
            reason = audit.for_reason(says.reason(why.reason))
            await self.report_notices.record("reported", interaction, job, detail=reason, told=True)
        # Whoever presses again finishes what a process that died here has left undone.
        hidden = await self.store.reports.hidden(job.id) and await self._hide(interaction, job)
        await self.report_notices.tell(job, person)
        said = says.thanks(first=first, hidden=hidden, in_server=job.guild_id is not None)
        view = reporting.thanks(job.id, said, withdrawn_within_s=WITHDRAWN_WITHIN_S if first else 0)
        await interaction.followup.send(view=view, ephemeral=True, allowed_mentions=NO_PINGS)

    async def withdraw(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Take a report back, and show again what it alone hid.

        Raises:
            Refused: It stands; the message says why.
        """
        job = await self.store.jobs.get(job_id)
        if job is None:
            raise InvalidRequest(says.NO_RECORD)
        await interaction.response.defer()
        person, now = interaction.user.id, self.now()
        reports = await self.store.reports.of(job.id)
        mine = next((one for one in reports if one.reporter_id == person), None)
        if mine is None or mine.outcome is not None:
            raise InvalidRequest(says.DECIDED_ALREADY)
        if mine.withdrawn_at is None:
            if not await self.store.reports.withdraw(job.id, person, since=now - WITHDRAWN_WITHIN_S, now=now):
                raise InvalidRequest(says.TOO_LATE)
            log.info("job %s: a report was taken back", job.id)
            await self.report_notices.record("withdrawn", interaction, job, told=True)
        await self.report_notices.renew(job)
        # Whoever presses again finishes what a process that died here has left undone.
        said = await self._show_again(job) if mine.hides else says.TAKEN_BACK
        await interaction.edit_original_response(view=reporting.taken_back(said), allowed_mentions=NO_PINGS)

    async def _show_again(self, job: Job) -> Sentence:
        """Put back what a report hid that was taken back, and say what came of it.

        Raises:
            Refused: It stays hidden; the message says why.
        """
        if await self.store.reports.hidden(job.id):
            return says.STILL_HIDDEN
        await self.moderation.put_back(job)
        if not await self.store.reports.hidden(job.id):
            return says.SHOWN_AGAIN
        try:  # somebody reported it while that was on its way
            await self.editor.edit(job, reported.hidden(job), retry=False, pressed=True)
        except (Undeliverable, *NOT_DONE) as error:
            log.warning("job %s: it was reported again and cannot be hidden: %s", job.id, error)
        return says.STILL_HIDDEN

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
        if len(whole) == len(kept):
            return
        if len(kept) != len(message.attachments):  # hidden meanwhile, or a copy that `/show` brought, of some of them
            log.warning("job %s: not all of its pictures could be kept", job.id)
            return
        for picture, attachment in zip(kept, message.attachments, strict=True):
            if picture.number in whole:
                continue
            try:
                await self.store.pictures.put_back(job.id, picture.number, await self.attachments.one(attachment))
            except (InvalidRequest, StoreError) as error:
                log.warning("job %s: no copy of picture %d could be kept: %s", job.id, picture.number, error)


def _why(interaction: discord.Interaction[Any]) -> ReportReason:
    """Read the form; words are one line of what can be seen, and no more of them than its field takes."""
    sent = sent_texts(interaction)
    by_name: dict[str, Reason] = {name: name for name in reporting.REASONS}
    reason = by_name.get(sent.get("reason", ""), "other")
    line = " ".join(sent.get("words", "").split())
    seen = "".join(character for character in line if not unicodedata.category(character).startswith("C"))
    return ReportReason(reason, seen[: reporting.WORDS_CHARS])


def _behind_spoiler(message: discord.Message | None, job: Job) -> bool:
    """Whether the pictures of a job's own message are behind a spoiler; a copy of it says nothing."""
    if message is None or message.id != job.message_id:
        return False
    return bool(spoiled(message))
