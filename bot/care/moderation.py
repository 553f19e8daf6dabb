"""What moderators do about a reported picture: look at it, restore it, delete it, or time its author out."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from bot.answer import NO_PINGS, tell
from bot.care.moderators import require_moderator
from bot.delivery.message_editor import replace_answer
from bot.delivery.upload import file_limit, send_fitted
from bot.errors import InvalidRequest, NotYours, PictureTooLarge, PromptRefused, Undeliverable
from bot.retrying import NOT_DONE
from bot.routes import Route, chosen, on_press
from bot.safety.audit import pseudonym
from bot.safety.ratings import together
from bot.sentences import audit, locks
from bot.sentences import card as pictures_said
from bot.sentences import reports as says
from bot.views import card, reported
from bot.views.buttons import of_job

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import discord

    from bot.care.report_notices import ReportNotices
    from bot.checks.gatekeeper import Gatekeeper
    from bot.config import Rating
    from bot.delivery.message_editor import MessageEditor
    from bot.delivery.upload import Upload
    from bot.job import Job, StoredPicture
    from bot.sentences.sentence import Sentence
    from bot.store import Store

log = logging.getLogger(__name__)


class _Restorable(NamedTuple):
    """What can be shown again of a job."""

    pictures: Mapping[int, bytes]
    lost: int
    """Files that are damaged."""
    spoiler: bool
    """They are shown behind one: so it is here, or so they were when they were hidden."""


@dataclass(kw_only=True, eq=False)
class Moderation:
    """Who may decide is asked at every press, and of two who press at once one decides."""

    client: discord.Client
    gatekeeper: Gatekeeper
    store: Store
    editor: MessageEditor
    report_notices: ReportNotices
    now: Callable[[], float]

    def routes(self) -> list[Route]:
        """Hand in what stands under a picture that was reported, and under its notice."""
        by_action = {"look": self.look, "restore": self.restore, "remove": self.remove}
        pressed = [on_press(of_job(action), handler) for action, handler in by_action.items()]
        return [*pressed, on_press(reported.LOCK, self._choose_lock)]

    async def look(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Show a moderator alone what was reported, as far as it may be shown where they press."""
        job = await self._job(interaction, job_id)
        kept = await self._kept(job)
        try:
            await self.gatekeeper.check_looked_at(interaction, job, [picture.rating for picture in kept])
        except PromptRefused as error:
            if interaction.channel_id == job.channel_id:
                raise
            raise PromptRefused(says.look_elsewhere(error.sentence)) from error
        await interaction.response.defer(ephemeral=True, thinking=True)  # four pictures may take their time
        pictures = await self._read(job, kept)
        reports = await self.store.reports.of(job.id)

        async def send(files: Upload) -> None:
            view = reported.looked_at(job, files.names, reports, lost=len(kept) - len(pictures))
            await replace_answer(interaction, view, files.opened())

        limit = min(interaction.filesize_limit, file_limit(self.client, interaction.guild_id))
        await send_fitted(job, pictures, per_file=limit, send=send)

    async def restore(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Put the pictures back, if they may be shown in their place as it is now."""
        job = await self._job(interaction, job_id)
        kept = await self._kept(job)
        await interaction.response.defer()
        restorable = await self._restorable(job, kept)  # before it is decided what cannot be done
        if not await self._decide(interaction, job, "restored"):
            raise InvalidRequest(says.ALREADY_DELETED)
        await self._put_back(job, restorable)
        await self._close(interaction, says.IS_RESTORED)

    async def put_back(self, job: Job) -> None:
        """Show pictures again that nothing hides any more, as they were, if their place still allows it.

        Raises:
            InvalidRequest: They stay hidden; the message says why.
        """
        await self._put_back(job, await self._restorable(job, await self._kept(job)))

    async def _restorable(self, job: Job, kept: Sequence[StoredPicture]) -> _Restorable:
        """Read what may be put back.

        Raises:
            InvalidRequest: Nothing may, or nothing is whole.
        """
        measured: list[Rating | None] = [picture.rating for picture in kept]
        situation = await self.gatekeeper.situation_of(job)
        verdict = await self.gatekeeper.judge_restored(job, situation, measured)
        if not verdict.allowed:
            raise InvalidRequest(says.stays_hidden(verdict.sentence))
        pictures = await self._read(job, kept)
        hiding = [report for report in await self.store.reports.of(job.id) if report.hides]
        was_spoiled = any(report.spoiled for report in sorted(hiding, key=lambda one: one.reported_at)[-1:])
        spoils = situation.server.spoils(together(job.request.rating, measured))
        return _Restorable(pictures, len(kept) - len(pictures), spoils or was_spoiled)

    async def _put_back(self, job: Job, restorable: _Restorable) -> None:
        try:
            await self._show_pictures(job, *restorable)
        except (Undeliverable, PictureTooLarge, *NOT_DONE) as error:
            log.warning("job %s: it cannot be restored: %s", job.id, error)
            raise InvalidRequest(says.CANNOT_RESTORE) from error

    async def _show_pictures(self, job: Job, pictures: Mapping[int, bytes], lost: int, spoiler: bool) -> None:
        dropped = job.request.count - len(await self.store.pictures.of(job.id))
        missing = [
            *([pictures_said.dropped(dropped)] if dropped else []),
            *([pictures_said.lost(lost)] if lost else []),
        ]

        async def send(files: Upload) -> None:
            view = card.result(job, files.names, spoiler=spoiler, missing=missing, note=files.note)
            await self.editor.edit(job, view, files.opened, retry=False, pressed=True)

        per_file = min(job.max_file_bytes, file_limit(self.client, job.guild_id))
        await send_fitted(job, pictures, per_file=per_file, send=send)

    async def remove(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Delete pictures and message for good."""
        job = await self._job(interaction, job_id)
        await interaction.response.defer()
        await self.store.pictures.drop(job.id)
        await self._decide(interaction, job, "deleted")
        if not await self._delete_message(job):
            raise InvalidRequest(says.MESSAGE_STAYS)
        await self._close(interaction, says.IS_DELETED)

    async def _choose_lock(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        [seconds] = chosen(interaction)[:1] or [""]
        await self.lock(interaction, job_id, int(seconds) if seconds in map(str, reported.LOCKS) else -1)

    async def lock(self, interaction: discord.Interaction[Any], job_id: str, seconds: int) -> None:
        """Keep the author of a picture from drawing in this server for a while; 0 seconds ends it."""
        if seconds not in reported.LOCKS:
            raise InvalidRequest(says.NO_SUCH_TIME_OUT)
        reports = await self.store.reports.of(job_id)
        if not reports or (guild_id := reports[0].guild_id) is None:
            raise InvalidRequest(says.NO_RECORD)
        job = await self.store.jobs.get(job_id)  # None also where its author asked to be forgotten
        require_moderator(interaction, guild_id, job and job.channel_id)
        if reports[0].author == pseudonym(interaction.user.id, self.store.key):
            raise NotYours(locks.NOT_YOUR_OWN)
        await interaction.response.defer()
        until = self.now() + seconds
        await self.store.strikes.lock_person(reports[0].author, guild_id, until=until)
        how_long = audit.time_out(reported.LOCKS[seconds])
        await self.report_notices.record("timed out", interaction, job or job_id, detail=how_long)
        if job is not None:
            await self.report_notices.renew(job)
        author = None if job is None else job.user_id
        await tell(
            interaction, says.timed_out(author, round(until)) if seconds else await self._let_in(author, guild_id)
        )

    async def _let_in(self, author: int | None, guild_id: int) -> Sentence:
        """Say that a time-out is over, and what still keeps its author from drawing."""
        until = None if author is None else await self.gatekeeper.lockouts.until(author, guild_id)
        return says.timed_in(author) if author is None or until is None else locks.still_locked(author, until)

    async def deleted(self, interaction: discord.Interaction[Any], job: Job) -> None:
        """Take note that a job's message was deleted by its own button: whoever reported it was right."""
        if interaction.user.id != job.user_id:
            await self.report_notices.record("deleted", interaction, job)
        if await self.store.reports.decide(job.id, "deleted", interaction.user.id, now=self.now()):
            await self.report_notices.renew(job)

    async def withdraw(self, job: Job) -> None:
        """Let go of reports of a job whose author takes it back altogether; what was hidden goes for good."""
        if not await self.store.reports.of(job.id):
            return
        if await self.store.reports.hidden(job.id):
            await self._delete_message(job)
        await self.store.reports.decide(job.id, "deleted", None, now=self.now())
        await self.report_notices.renew(job)

    async def _decide(
        self, interaction: discord.Interaction[Any], job: Job, outcome: Literal["restored", "deleted"]
    ) -> bool:
        """Close the reports of a job; False where a moderator was faster and decided otherwise."""
        if await self.store.reports.decide(job.id, outcome, interaction.user.id, now=self.now()):
            await self.report_notices.record(outcome, interaction, job)
            await self.report_notices.renew(job)
            return True
        return all(report.outcome in (None, outcome) for report in await self.store.reports.of(job.id))

    @staticmethod
    async def _close(interaction: discord.Interaction[Any], said: Sentence) -> None:
        """Let a look at the pictures say how it ended: it is decided, and they need not stay there."""
        if interaction.message is None or not interaction.message.flags.ephemeral:
            return
        try:
            view = reported.over(said)
            await interaction.edit_original_response(view=view, attachments=[], allowed_mentions=NO_PINGS)
        except NOT_DONE as error:
            log.info("interaction %s: a look stays as it was: %s", interaction.id, error)

    async def _delete_message(self, job: Job) -> bool:
        """Delete a job's message; False where Discord does not let us."""
        try:
            await self.editor.delete(job)
        except NOT_DONE as error:
            log.warning("job %s: its message cannot be deleted: %s", job.id, error)
            return False
        return True

    async def _kept(self, job: Job) -> list[StoredPicture]:
        """Find what is kept of a job.

        Raises:
            InvalidRequest: Nothing is.
        """
        kept = [picture for picture in await self.store.pictures.of(job.id) if not picture.deleted]
        if not kept:
            raise InvalidRequest(says.NO_PICTURES)
        return kept

    async def _read(self, job: Job, kept: Sequence[StoredPicture]) -> Mapping[int, bytes]:
        """Read what is kept of a job and whole.

        Raises:
            InvalidRequest: Nothing is.
        """
        if not (pictures := await self.store.pictures.whole(job.id, kept)):
            raise InvalidRequest(pictures_said.lost(len(kept)))
        return pictures

    async def _job(self, interaction: discord.Interaction[Any], job_id: str) -> Job:
        """Look up what a moderator decides about.

        Raises:
            Refused: There is no record of it, or this person is no moderator there.
        """
        job = await self.store.jobs.get(job_id)
        if job is None:
            raise InvalidRequest(says.NO_RECORD)
        require_moderator(interaction, job.guild_id, job.channel_id)
        return job
