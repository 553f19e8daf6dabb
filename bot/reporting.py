"""What Report does, and what moderators do about it: one report hides a picture until one of them has looked."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Literal

import aiohttp
import discord

from bot.answer import NO_PINGS, tell
from bot.errors import InvalidRequest, StoreError, Undeliverable
from bot.moderators import require_moderator
from bot.safety.audit import Record
from bot.views import card, reported

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.attachments import Attachments
    from bot.audit import Audit
    from bot.door import Door
    from bot.job import Job
    from bot.post import Post
    from bot.store import Store

log = logging.getLogger(__name__)

REJECTED_MOST = 3
"""So many rejected reports more than upheld ones, and somebody's reports no longer hide anything."""

REMEMBERED_S = 90 * 86_400.0
"""Older reports say nothing about somebody any more."""

NO_RECORD = "I no longer keep the record of this picture, so I cannot do that."
_UNREACHABLE = (discord.HTTPException, aiohttp.ClientError, OSError)


class Reporting:
    """The doors of reports; who may decide is asked at every press."""

    def __init__(
        self,
        *,
        client: discord.Client,
        door: Door,
        store: Store,
        post: Post,
        audit: Audit,
        attachments: Attachments,
        now: Callable[[], float],
    ) -> None:
        """Hold on to what is needed.

        Args:
            client: Edits and deletes messages.
            door: Knows whether a picture may be shown again.
            store: Keeps reports and pictures.
            post: Edits messages of jobs.
            audit: Knows the log channels, and writes down what happens.
            attachments: Where pictures come from that are only at Discord any more.
            now: Unix time in seconds.
        """
        self._client = client
        self._door = door
        self._store = store
        self._post = post
        self._audit = audit
        self._attachments = attachments
        self._now = now
        self.by_action = {
            "report": self.report,
            "look": self.look,
            "restore": self.restore,
            "remove": self.remove,
        }

    # What anybody may do

    async def report(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Hide a picture, where this person's reports still count, and tell those who decide."""
        await interaction.response.defer()
        job = await self._store.jobs.get(job_id)
        if job is None:
            await self._report_unknown(interaction, job_id)
            return
        person = interaction.user.id
        hides = await self._may_hide(person, job)
        first = await self._store.reports.add(job, person, hides=hides, now=self._now())
        hidden = await self._store.reports.hidden(job.id) and await self._hide(interaction, job)
        if first:
            log.info("job %s: reported", job.id)
            told = await self._notify(job, person)
            await self._write("reported", interaction, job, told=told)
        await tell(interaction, _thanks(job, first=first, hidden=hidden))

    async def _report_unknown(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Pass on a report of a picture whose record is gone: without it nothing could be restored."""
        message = interaction.message
        record = Record(
            event="reported",
            at=self._now(),
            user_id=interaction.user.id,
            guild_id=interaction.guild_id,
            channel_id=interaction.channel_id,
            detail=f"picture `{job_id}`, of which there is no record any more: {message.jump_url if message else ''}",
        )
        await self._audit.write(record)
        await tell(
            interaction, "Thank you. I no longer keep the record of this picture, so I cannot hide it; I passed it on."
        )

    async def _may_hide(self, user_id: int, job: Job) -> bool:
        """Tell whether a report of this person hides: not what a moderator restored, nor after too many mistakes."""
        if any(report.outcome == "restored" for report in await self._store.reports.of(job.id)):
            return False
        standing = await self._store.reports.standing(user_id, job.guild_id, since=self._now() - REMEMBERED_S)
        return standing.rejected - standing.upheld < REJECTED_MOST

    async def _hide(self, interaction: discord.Interaction[Any], job: Job) -> bool:
        """Take the pictures off their message; False where Discord did not let us."""
        pressed, view = interaction.message, reported.hidden(job)
        await self._rescue(pressed, job)
        try:
            await interaction.edit_original_response(view=view, attachments=[], allowed_mentions=NO_PINGS)
            if pressed is None or pressed.id != job.message_id:  # a private copy of the message that everybody sees
                await self._post.edit(job, view, retry=False)
        except (Undeliverable, *_UNREACHABLE) as error:
            log.warning("job %s: it was reported and cannot be hidden: %s", job.id, error)
            return False
        return True

    async def _rescue(self, message: discord.Message | None, job: Job) -> None:
        """Keep a copy of pictures that are no longer in the spool, or nothing could be restored."""
        kept = await self._store.pictures.of(job.id)
        if message is None or any(not picture.deleted for picture in kept):
            return
        for picture, attachment in zip(kept, message.attachments, strict=False):
            try:
                await self._store.pictures.put_back(job.id, picture.number, await self._attachments.one(attachment))
            except (InvalidRequest, StoreError) as error:
                log.warning("job %s: no copy of picture %d could be kept: %s", job.id, picture.number, error)

    async def _notify(self, job: Job, reporter_id: int) -> bool:
        """Tell the moderators in the log channel; False where there is none, or it cannot be written."""
        channel = await self._audit.channel(job.guild_id)
        if channel is None:
            if job.guild_id is None:
                log.warning("job %s: reported in a direct message, where nobody moderates", job.id)
            return False
        try:
            message = await channel.send(view=await self._notice(job), allowed_mentions=NO_PINGS)
        except _UNREACHABLE as error:
            log.warning("job %s: its report cannot be told in the log channel: %s", job.id, error)
            return False
        await self._store.reports.noticed(job.id, reporter_id, message.channel.id, message.id)
        return True

    # What moderators may do

    async def look(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Show a moderator alone what was reported, as far as it may be shown where they press."""
        job = await self._job(job_id)
        require_moderator(interaction, job.guild_id, job.channel_id)
        verdict = await self._door.judge_looked_at(interaction, job)
        if not verdict.allowed:
            raise InvalidRequest(f"{verdict.sentence} You can look at it where it was posted.")
        pictures = await self._pictures(job)
        view = reported.looked_at(job, len(pictures))
        files = card.files(job, pictures)()
        await interaction.response.send_message(view=view, files=files, ephemeral=True, allowed_mentions=NO_PINGS)

    async def restore(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Put the pictures back, if they may be shown in their place as it is now."""
        job = await self._job(job_id)
        require_moderator(interaction, job.guild_id, job.channel_id)
        pictures = await self._pictures(job)
        await interaction.response.defer()
        verdict = await self._door.judge_restored(job)
        if not verdict.allowed:
            raise InvalidRequest(f"It stays hidden. {verdict.sentence}")
        if not await self._decide(interaction, job, "restored"):
            raise InvalidRequest("A moderator has already deleted this picture.")
        try:
            view = card.result(job, len(pictures), spoiler=await self._door.spoils(job))
            await self._post.edit(job, view, card.files(job, pictures), retry=False)
        except (Undeliverable, *_UNREACHABLE) as error:
            log.warning("job %s: it cannot be restored: %s", job.id, error)
            raise InvalidRequest("Discord does not let me put it back. Its message may be gone.") from error

    async def remove(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Delete pictures and message for good."""
        job = await self._job(job_id)
        require_moderator(interaction, job.guild_id, job.channel_id)
        await interaction.response.defer()
        await self._store.pictures.drop(job.id)
        await self._decide(interaction, job, "deleted")
        if not await self._delete_message(job):
            raise InvalidRequest("The picture is gone, but Discord does not let me delete its message.")

    async def lock(self, interaction: discord.Interaction[Any], job_id: str, seconds: int) -> None:
        """Keep the author of a picture from drawing in this server for a while; 0 seconds ends it."""
        reports = await self._store.reports.of(job_id)
        if not reports or (guild_id := reports[0].guild_id) is None:
            raise InvalidRequest(NO_RECORD)
        job = await self._store.jobs.get(job_id)  # None also where its author asked to be forgotten
        require_moderator(interaction, guild_id, job and job.channel_id)
        await interaction.response.defer()
        until = self._now() + seconds
        await self._store.strikes.lock_person(reports[0].author, guild_id, until=until)
        how_long = next(label for label, length in reported.LOCKS.items() if length == seconds)
        await self._write("timed out", interaction, job_id, detail=how_long.lower())
        if job is not None:
            await self._renew_notices(job)
        said = f"cannot draw here until <t:{until:.0f}:f>" if seconds else "can draw here again"
        await tell(interaction, f"{'Its author' if job is None else f'<@{job.user_id}>'} {said}.")

    # What every door needs

    async def deleted(self, interaction: discord.Interaction[Any], job: Job) -> None:
        """Take note that a job's message was deleted by its own button: whoever reported it was right."""
        if interaction.user.id != job.user_id:
            await self._write("deleted", interaction, job)
        if await self._store.reports.decide(job.id, "deleted", interaction.user.id, now=self._now()):
            await self._renew_notices(job)

    async def withdraw(self, job: Job) -> None:
        """Let go of reports of a job whose author takes it back altogether; what was hidden goes for good."""
        if not await self._store.reports.of(job.id):
            return
        if await self._store.reports.hidden(job.id):
            await self._delete_message(job)
        await self._store.reports.decide(job.id, "deleted", None, now=self._now())
        await self._renew_notices(job)

    async def _delete_message(self, job: Job) -> bool:
        """Delete a job's message; False where Discord does not let us."""
        if job.message_id is None:
            return True
        messages = self._client.get_partial_messageable(job.channel_id, guild_id=job.guild_id)
        try:
            await messages.get_partial_message(job.message_id).delete()
        except discord.NotFound:
            return True
        except _UNREACHABLE as error:
            log.warning("job %s: its message cannot be deleted: %s", job.id, error)
            return False
        return True

    async def _decide(
        self, interaction: discord.Interaction[Any], job: Job, outcome: Literal["restored", "deleted"]
    ) -> bool:
        """Close the reports of a job; False where a moderator was faster and decided otherwise."""
        if await self._store.reports.decide(job.id, outcome, interaction.user.id, now=self._now()):
            await self._write(outcome, interaction, job)
            await self._renew_notices(job)
            return True
        return any(report.outcome == outcome for report in await self._store.reports.of(job.id))

    async def _renew_notices(self, job: Job) -> None:
        """Let every message that told of this job say how it stands now."""
        reports = await self._store.reports.of(job.id)
        for report in reports:
            if report.notice_channel_id is None or report.notice_id is None:
                continue
            messages = self._client.get_partial_messageable(report.notice_channel_id, guild_id=report.guild_id)
            try:
                await messages.get_partial_message(report.notice_id).edit(
                    view=await self._notice(job), allowed_mentions=NO_PINGS
                )
            except _UNREACHABLE as error:
                log.info("job %s: a message of the log channel stays as it was: %s", job.id, error)

    async def _notice(self, job: Job) -> discord.ui.LayoutView:
        policy = await self._store.policies.of(job.guild_id)
        until = await self._store.strikes.locked_until(job.user_id, job.guild_id)
        return reported.notice(
            reported.Notice(
                job=job,
                reports=await self._store.reports.of(job.id),
                locked_until=None if until is None or until <= self._now() else int(until),
                prompt=job.prompt if policy.log_prompts else "",
            )
        )

    async def _pictures(self, job: Job) -> Mapping[int, bytes]:
        """Read what is kept of a job.

        Raises:
            InvalidRequest: Nothing is.
        """
        kept = [picture for picture in await self._store.pictures.of(job.id) if not picture.deleted]
        if not kept:
            raise InvalidRequest("I no longer have the pictures themselves.")
        return {picture.number: await self._store.pictures.read(picture) for picture in kept}

    async def _job(self, job_id: str) -> Job:
        job = await self._store.jobs.get(job_id)
        if job is None:
            raise InvalidRequest(NO_RECORD)
        return job

    async def _write(
        self,
        event: Literal["reported", "restored", "deleted", "timed out"],
        interaction: discord.Interaction[Any],
        job: Job | str,
        *,
        detail: str = "",
        told: bool = False,
    ) -> None:
        """Write down what somebody did about a job, or about the id of one whose record is gone."""
        known = None if isinstance(job, str) else job
        about = f"picture `{job if known is None else known.id}`"  # and not whose: they may ask to be forgotten
        record = Record(
            event=event,
            at=self._now(),
            user_id=interaction.user.id,
            guild_id=interaction.guild_id,
            channel_id=interaction.channel_id if known is None else known.channel_id,
            detail=f"{about}, {detail}" if detail else about,
        )
        await self._audit.write(record, words="" if known is None else known.prompt, told=told)


def _thanks(job: Job, *, first: bool, hidden: bool) -> str:
    who = "whoever runs this bot" if job.guild_id is None else "the moderators"
    told = f"I told {who}." if first else f"You reported it before, and {who} know."
    return f"Thank you. {told}{' The picture is hidden until they have looked.' if hidden else ''}"
