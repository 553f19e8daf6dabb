"""Editing a job's message, whoever must do it: the interaction's token while it lives, the bot's own after that."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import discord

from bot.answer import NO_PINGS
from bot.delivery.invalid import InvalidRequests
from bot.delivery.original import find_original
from bot.delivery.shown import Shown, shown
from bot.errors import FilesTooLarge, MessageGone, Undeliverable
from bot.refusals import Refusals, place_of
from bot.retrying import NOT_DONE, PASSING, RETRY_DELAYS_S, repeating
from bot.sentences import ends

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from discord import ui

    from bot.job import Job

log = logging.getLogger(__name__)

TOKEN_LIFE_S = 14 * 60.0
"""Discord's tokens live for 15 minutes; the last one is left for clocks that disagree."""

_GONE = {
    10003: ("the channel was deleted", ends.CHANNEL_DELETED),
    10004: ("the bot is not in this server any more", ends.NOT_IN_SERVER),
    10008: ("the message was deleted", ends.MESSAGE_DELETED),
    50083: ("the thread was archived", ends.THREAD_ARCHIVED),
}
"""Discord's error codes that are final (developer documentation, JSON Error Codes), for the operator and the asker."""

_CONTENT = frozenset({20009, 200000, 200001, 240000})
"""Explicit content, AutoMod and harmful links: it is about what is sent, not about who may send."""

_REMEMBERED = 1000
"""Jobs whose token is no longer tried; it lives for a quarter of an hour anyway."""

_TOO_LARGE = 40005
_TOO_MANY_EDITS_OF_OLD_MESSAGES = 30046


def _passes(error: Exception) -> bool:
    """Whether another try is worth it: everything but a refusal."""
    match error:
        case discord.DiscordServerError():
            return True
        case discord.HTTPException():
            # discord.py waits for most limits by itself, but not for that of a proxy, and not for ever. A bot token
            # that is no longer good is no fault of the job: the operator has to set another one.
            return error.status in (401, 429) or error.code == _TOO_MANY_EDITS_OF_OLD_MESSAGES
        case _:
            return isinstance(error, PASSING)


class MessageEditor:
    """Edits messages of jobs; never posts a picture in a new one, so none can appear twice."""

    def __init__(
        self,
        client: discord.Client,
        *,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        refusals: Refusals | None = None,
        invalid: InvalidRequests | None = None,
    ) -> None:
        """Prepare to edit.

        Args:
            client: Discord.
            now: Unix time in seconds.
            sleep: Waits.
            refusals: Which places are left alone; None: nobody else counts them.
            invalid: How many requests Discord called invalid; None: nobody counts them.
        """
        self._client = client
        self._now = now
        self._sleep = sleep
        self._tokens_refused: dict[str, None] = {}  # of jobs whose messages the bot's own right edits already
        self._refusals = refusals or Refusals()
        self._invalid = invalid or InvalidRequests()

    async def edit(
        self,
        job: Job,
        view: ui.LayoutView,
        files: Callable[[], Sequence[discord.File]] = tuple,
        *,
        retry: bool = True,
        pressed: bool = False,
        ask_again: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Make the job's message look like this.

        Args:
            job: Has its message id.
            view: What the message shows.
            files: Opens the attachments anew for every try, because a try consumes them.
            retry: Wait out what passes by itself; a progress edit would rather be skipped.
            pressed: Somebody wants it now, so that it is tried also where others were refused.
            ask_again: Called before every further try, and raises if it may no longer be shown.

        Raises:
            Undeliverable: There is no right to edit it, or its place refused others and is left alone; as
                `MessageGone`, there is nothing to edit.
            FilesTooLarge: Discord takes less here.
            discord.HTTPException: Discord refuses this edit.
            aiohttp.ClientError, OSError: It was not possible now; only without `retry`.
        """
        delays = repeating(RETRY_DELAYS_S if retry else ())
        while True:
            if not pressed and self.leaves_alone(job):
                raise Undeliverable("its place refused the last ones, and is left alone", ends.NO_RIGHT)
            while retry and (wait_s := self._invalid.wait_s):
                log.warning("job %s: Discord refused %d requests lately; waiting", job.id, self._invalid.recent)
                await self._sleep(wait_s)
            try:
                return await self._edit_counted(job, view, files)
            except NOT_DONE as error:
                if not _passes(error) or (delay := next(delays, None)) is None:
                    raise
                log.warning("job %s: edit failed (%s), again in %.0f s", job.id, error, delay)
                await self._sleep(delay)
                if ask_again is not None:
                    await ask_again()

    def leaves_alone(self, job: Job) -> bool:
        """Whether the place of a job's message refused so often that nothing is tried there for now."""
        return self._refusals.closed(place_of(job))

    async def _edit_counted(self, job: Job, view: ui.LayoutView, files: Callable[[], Sequence[discord.File]]) -> None:
        try:
            await self._edit_once(job, view, files)
        except discord.HTTPException as error:
            if error.code not in _CONTENT and not _passes(error):
                self._refusals.heed(place_of(job), job.guild_id, error)
            raise
        except Undeliverable as error:
            if isinstance(error.__cause__, discord.Forbidden):
                self._refusals.refused(place_of(job), job.guild_id)
            raise
        self._refusals.took(place_of(job))

    async def find_original(self, job: Job) -> int | None:
        """Ask Discord which message acknowledged a job, until it answers; None if none did."""
        return await find_original(self._client, job, delays_s=RETRY_DELAYS_S, sleep=self._sleep)

    async def shown(self, job: Job) -> Shown:
        """Ask Discord what the job's message shows, until it answers."""
        by_token = self.has_token(job)
        return await shown(self._client, job, by_token=by_token, delays_s=RETRY_DELAYS_S, sleep=self._sleep)

    def has_token(self, job: Job) -> bool:
        """Whether the interaction's token still opens the message; Discord's clock may disagree."""
        return self._now() - job.token_created_at < TOKEN_LIFE_S

    async def whisper(self, job: Job, text: str) -> None:
        """Say something that only the owner sees, by the interaction's token.

        Raises:
            discord.HTTPException, aiohttp.ClientError, OSError: It was not said.
        """
        webhook = self._webhook(job)
        webhook.type = discord.WebhookType.application  # `partial` takes it for a channel's, which cannot whisper
        await webhook.send(text, ephemeral=True, allowed_mentions=NO_PINGS)

    async def delete(self, job: Job) -> None:
        """Take the job's message away; one that is not there is no error.

        Raises:
            discord.HTTPException: Discord refuses.
        """
        if job.message_id is None:
            return
        try:
            if self.has_token(job):
                await self._webhook(job).delete_message(job.message_id)
            elif not job.private:
                await self._message(job, job.message_id).delete()
        except discord.NotFound:
            log.info("job %s: its message was not there any more", job.id)

    async def _edit_once(self, job: Job, view: ui.LayoutView, files: Callable[[], Sequence[discord.File]]) -> None:
        if job.message_id is None:
            raise MessageGone("the job has no message", ends.NO_MESSAGE)
        if self.has_token(job) and job.id not in self._tokens_refused:
            try:
                await self._webhook(job).edit_message(
                    job.message_id, view=view, attachments=list(files()), allowed_mentions=NO_PINGS
                )
            except discord.HTTPException as error:
                raise_if_final(error)
                if error.status not in (401, 403, 404) or error.code in _CONTENT:
                    raise
                if error.status == 403 and job.private:  # noqa: PLR2004  HTTP
                    raise Undeliverable("the private message may not be edited", ends.NO_RIGHT) from error
                # Tokens have been seen to die early, with 404 as well as with 401, and to lack a right that the bot
                # has: its own is next.
                log.info("job %s: its token is no longer good (%s)", job.id, error)
            else:
                return
        if job.private:
            raise Undeliverable("a private message can be edited only while its token lives", ends.PRIVATE_TOO_OLD)
        try:
            await self._message(job, job.message_id).edit(
                view=view, attachments=list(files()), allowed_mentions=NO_PINGS
            )
        except discord.HTTPException as error:
            raise_if_final(error)
            if isinstance(error, discord.Forbidden) and error.code not in _CONTENT:
                raise Undeliverable("the bot may no longer edit in this channel", ends.NO_RIGHT) from error
            raise
        if self.has_token(job):  # every further try of it would be one more of those errors that Discord counts
            self._tokens_refused[job.id] = None
            if len(self._tokens_refused) > _REMEMBERED:
                del self._tokens_refused[next(iter(self._tokens_refused))]

    def _webhook(self, job: Job) -> discord.Webhook:
        return discord.Webhook.partial(job.application_id, job.interaction_token, client=self._client)

    def _message(self, job: Job, message_id: int) -> discord.PartialMessage:
        return self._client.get_partial_messageable(job.channel_id).get_partial_message(message_id)


def raise_if_final(error: discord.HTTPException) -> None:
    """Raise what an answer of Discord's means for good, if it does.

    Raises:
        MessageGone: There is nothing to edit any more.
        FilesTooLarge: It would take smaller files.
    """
    if error.code in _GONE:
        raise MessageGone(*_GONE[error.code]) from error
    if error.status == 413 or error.code == _TOO_LARGE:  # noqa: PLR2004  HTTP
        raise FilesTooLarge("Discord takes no files of this size here") from error


async def replace_answer(
    interaction: discord.Interaction[Any], view: ui.LayoutView, files: Sequence[discord.File]
) -> None:
    """Show this in place of the answer to an interaction.

    Raises:
        FilesTooLarge: It would take smaller files.
        discord.HTTPException: Discord refuses.
    """
    try:
        await interaction.edit_original_response(view=view, attachments=files, allowed_mentions=NO_PINGS)
    except discord.HTTPException as error:
        raise_if_final(error)
        raise
