"""Words to a job's owner beside its message: that it is over, if asked for, and what the message cannot say."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import discord

from bot.answer import NO_PINGS
from bot.job import State
from bot.refusals import Refusals, RefusingPlace
from bot.retrying import NOT_DONE

if TYPE_CHECKING:
    from bot.checks.gatekeeper import Gatekeeper
    from bot.delivery.message_editor import MessageEditor
    from bot.job import Job
    from bot.store import Store

log = logging.getLogger(__name__)

WORTH_TELLING_S = 60.0
"""Whoever waited for less is still there."""


class Notices:
    """Never a picture and never a word of the prompt; a direct message only to those who asked to be told.

    Discord's developer policy forbids a direct message that nobody asked for (rule 5).
    """

    def __init__(
        self,
        *,
        client: discord.Client,
        editor: MessageEditor,
        store: Store,
        gatekeeper: Gatekeeper,
        refusals: Refusals | None = None,
    ) -> None:
        self._refusals = refusals or Refusals()
        self._client = client
        self._editor = editor
        self._store = store
        self._gatekeeper = gatekeeper

    async def over(self, job: Job) -> None:
        """Tell an owner who asked for it that a job is over, if it took a while.

        The wish is taken out of the store first: a process that dies in between tells nobody, and none tells twice.
        """
        if not await self._store.jobs.take_tell(job.id):
            return
        if job.state is State.CANCELLED or (job.finished_at or 0) - job.created_at < WORTH_TELLING_S:
            return
        if job.private or job.kept is not None:
            await self._directly(job, _news(job))
        elif job.state is not State.DELIVERED or await self._may_be_shown(job):
            await self._reply(job, f"<@{job.user_id}>, {_news(job)}")

    async def _may_be_shown(self, job: Job) -> bool:
        return (await self._gatekeeper.judge_shown(job, await self._gatekeeper.situation_of(job))).allowed

    async def instead(self, job: Job, sentence: str) -> None:
        """Tell an owner what the message cannot: privately while the token lives, else directly if that was asked for.

        Nothing is sent where there is no such way; `/show` says it to whoever looks.
        """
        text = f"About your request `{job.id}`: {sentence}"
        asked_for = await self._store.jobs.take_tell(job.id)
        if self._editor.has_token(job):
            try:
                await self._editor.whisper(job, text)
            except NOT_DONE as error:
                log.info("job %s: its owner cannot be told by its token: %s", job.id, error)
            else:
                return
        if asked_for:
            await self._directly(job, text)
        else:
            log.warning("job %s: there is no way to tell its owner: %s", job.id, sentence)

    async def _reply(self, job: Job, text: str) -> None:
        if self._refusals.closed(RefusingPlace("words", job.channel_id)):
            log.info("job %s: its owner is not told in a channel that refused others", job.id)
            return
        channel = self._client.get_partial_messageable(job.channel_id, guild_id=job.guild_id)
        ping = discord.AllowedMentions(everyone=False, roles=False, replied_user=False, users=[_owner(job)])
        message = channel.get_partial_message(job.message_id or 0)
        try:
            try:
                await message.reply(text, allowed_mentions=ping, nonce=job.id)
            except discord.HTTPException as error:
                if error.status not in (400, 403):
                    raise
                # Without the right to read the history a reply is refused, a message of its own is not.
                await channel.send(f"{text} {message.jump_url}", allowed_mentions=ping, nonce=job.id)
        except NOT_DONE as error:
            log.warning("job %s: its owner cannot be told in the channel: %s", job.id, error)
            self._refusals.heed(RefusingPlace("words", job.channel_id), job.guild_id, error)
        else:
            self._refusals.took(RefusingPlace("words", job.channel_id))
            log.info("job %s: its owner was told", job.id)

    async def _directly(self, job: Job, text: str) -> None:
        if self._refusals.closed(RefusingPlace("words", job.user_id)):
            log.info("job %s: its owner takes no direct messages", job.id)
            return
        try:
            channel = await self._client.create_dm(_owner(job))
            await channel.send(text[0].upper() + text[1:], allowed_mentions=NO_PINGS, nonce=job.id)
        except NOT_DONE as error:
            log.warning("job %s: its owner cannot be told directly: %s", job.id, error)
            self._refusals.heed(RefusingPlace("words", job.user_id), None, error)
        else:
            self._refusals.took(RefusingPlace("words", job.user_id))
            log.info("job %s: its owner was told directly", job.id)


def _owner(job: Job) -> discord.Object:
    return discord.Object(job.user_id)


def _news(job: Job) -> str:
    many = job.request.count > 1
    if job.state is not State.DELIVERED:
        why = job.error if job.private else "Its message says why."
        return f"your {'pictures were' if many else 'picture was'} not drawn. {why}"
    if job.kept is not None or job.private:
        return f"your {'pictures wait' if many else 'picture waits'} for you: `/show id:{job.id}` brings {_it(many)}."
    return f"your {'pictures are' if many else 'picture is'} ready."


def _it(many: bool) -> str:
    return "them" if many else "it"
