"""Editing a job's message, whoever must do it: the interaction's token while it lives, the bot's own after that."""

from __future__ import annotations

import asyncio
import logging
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

import aiohttp
import discord

from bot.answer import NO_PINGS
from bot.delivery.original import find_original
from bot.errors import FilesTooLarge, MessageGone, Undeliverable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from discord import ui

    from bot.job import Job

log = logging.getLogger(__name__)

TOKEN_LIFE_S = 14 * 60.0
"""Discord's tokens live for 15 minutes; the last one is left for clocks that disagree."""

RETRY_DELAYS_S = (1.0, 2.0, 4.0, 8.0, 16.0, 60.0)
"""Waits between two tries, the last one repeating: an outage of Discord ends, and only a refusal is final."""

_GONE = {
    10003: ("the channel was deleted", "Its channel was deleted."),
    10004: ("the bot is not in this server any more", "I am not in its server any more."),
    10008: ("the message was deleted", "Its message was deleted."),
    50083: ("the thread was archived", "Its thread was archived."),
}
"""Discord's error codes that are final (developer documentation, JSON Error Codes), for the operator and the asker."""

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
        case _:  # on Linux a connection reset surfaces at once: discord.py retries only two other errnos
            return isinstance(error, (aiohttp.ClientError, OSError, TimeoutError))


class Post:
    """Edits messages of jobs; never posts a picture in a new one, so none can appear twice."""

    def __init__(
        self,
        client: discord.Client,
        *,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._now = now
        self._sleep = sleep

    async def edit(
        self,
        job: Job,
        view: ui.LayoutView,
        files: Callable[[], Sequence[discord.File]] = tuple,
        *,
        retry: bool = True,
        ask_again: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Make the job's message look like this.

        Args:
            job: Has its message id.
            view: What the message shows.
            files: Opens the attachments anew for every try, because a try consumes them.
            retry: Wait out what passes by itself; a progress edit would rather be skipped.
            ask_again: Called before every further try, and raises if it may no longer be shown.

        Raises:
            Undeliverable: There is no right to edit it; as `MessageGone`, there is nothing to edit.
            FilesTooLarge: Discord takes less here.
            discord.HTTPException: Discord refuses this edit.
            aiohttp.ClientError, OSError: It was not possible now; only without `retry`.
        """
        delays = chain(RETRY_DELAYS_S, repeat(RETRY_DELAYS_S[-1])) if retry else iter(())
        while True:
            try:
                return await self._edit_once(job, view, files)
            except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
                if not _passes(error) or (delay := next(delays, None)) is None:
                    raise
                log.warning("job %s: edit failed (%s), again in %.0f s", job.id, error, delay)
                await self._sleep(delay)
                if ask_again is not None:
                    await ask_again()

    async def find_original(self, job: Job) -> int | None:
        """Ask Discord which message acknowledged a job, until it answers; None if none did."""
        return await find_original(self._client, job, delays_s=RETRY_DELAYS_S, sleep=self._sleep)

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
            raise MessageGone("the job has no message", "It has no message.")
        if self.has_token(job):
            try:
                await self._webhook(job).edit_message(
                    job.message_id, view=view, attachments=list(files()), allowed_mentions=NO_PINGS
                )
            except discord.HTTPException as error:
                raise_if_final(error)
                if error.status not in (401, 404):
                    raise
                # Tokens have been seen to die early, with 404 as well as with 401: the bot's own right is next.
                log.info("job %s: its token is no longer good (%s)", job.id, error)
            else:
                return
        if job.private:
            raise Undeliverable(
                "a private message can be edited only while its token lives",
                "Discord lets me change a private message for fifteen minutes only.",
            )
        try:
            await self._message(job, job.message_id).edit(
                view=view, attachments=list(files()), allowed_mentions=NO_PINGS
            )
        except discord.Forbidden as error:
            raise Undeliverable(
                "the bot may no longer edit in this channel", "I may no longer post where you asked for it."
            ) from error
        except discord.HTTPException as error:
            raise_if_final(error)
            raise

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
