"""Words to a job's owner beside its message: that it is over, if asked for, and what the message cannot say."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import discord

from bot.answer import NO_PINGS
from bot.job import State
from bot.refusals import Refusals, RefusingPlace
from bot.retrying import NOT_DONE
from bot.sentences import ends
from bot.sentences.rendering import render

if TYPE_CHECKING:
    from bot.checks.gatekeeper import Gatekeeper
    from bot.delivery.message_editor import MessageEditor
    from bot.job import Job
    from bot.sentences.sentence import Sentence
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
            await self._reply(job, _ping(job))

    async def _may_be_shown(self, job: Job) -> bool:
        return (await self._gatekeeper.judge_shown(job, await self._gatekeeper.situation_of(job))).allowed

    async def instead(self, job: Job, sentence: Sentence) -> None:
        """Tell an owner what the message cannot: privately while the token lives, else directly if that was asked for.

        Nothing is sent where there is no such way; `/show` says it to whoever looks.
        """
        told = ends.about(job.id, sentence)
        asked_for = await self._store.jobs.take_tell(job.id)
        if self._editor.has_token(job):
            try:
                await self._editor.whisper(job, render(told))
            except NOT_DONE as error:
                log.info("job %s: its owner cannot be told by its token: %s", job.id, error)
            else:
                return
        if asked_for:
            await self._directly(job, told)
        else:
            log.warning("job %s: there is no way to tell its owner: %s", job.id, sentence)

    async def _reply(self, job: Job, sentence: Sentence) -> None:
        if self._refusals.closed(RefusingPlace("words", job.channel_id)):
            log.info("job %s: its owner is not told in a channel that refused others", job.id)
            return
        channel = self._client.get_partial_messageable(job.channel_id, guild_id=job.guild_id)
        ping = discord.AllowedMentions(everyone=False, roles=False, replied_user=False, users=[_owner(job)])
        message = channel.get_partial_message(job.message_id or 0)
        text = render(sentence)
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

    async def _directly(self, job: Job, sentence: Sentence) -> None:
        if self._refusals.closed(RefusingPlace("words", job.user_id)):
            log.info("job %s: its owner takes no direct messages", job.id)
            return
        try:
            channel = await self._client.create_dm(_owner(job))
            await channel.send(render(sentence), allowed_mentions=NO_PINGS, nonce=job.id)
        except NOT_DONE as error:
            log.warning("job %s: its owner cannot be told directly: %s", job.id, error)
            self._refusals.heed(RefusingPlace("words", job.user_id), None, error)
        else:
            self._refusals.took(RefusingPlace("words", job.user_id))
            log.info("job %s: its owner was told directly", job.id)


def _owner(job: Job) -> discord.Object:
    return discord.Object(job.user_id)


def _news(job: Job) -> Sentence:
    """Say directly what became of a job whose message its owner alone could see, or cannot see."""
    pictures = job.request.count
    if job.state is State.DELIVERED:
        return ends.waiting_for_you(pictures, job.id)
    return ends.not_drawn(pictures, job.error or ends.SORRY)


def _ping(job: Job) -> Sentence:
    """Say in the channel that a job's message tells its end."""
    pictures = job.request.count
    ready = job.state is State.DELIVERED
    return ends.ping_ready(job.user_id, pictures) if ready else ends.ping_not_drawn(job.user_id, pictures)
