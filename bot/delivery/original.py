"""Finds the message that acknowledged a job, when the bot died, or Discord stumbled, before its number was noted."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import discord

from bot.retrying import PASSING, repeating

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.job import Job

log = logging.getLogger(__name__)

MESSAGES = 50
"""Read of the channel from the interaction on; the answer was sent within three seconds of it."""


async def find_original(
    client: discord.Client, job: Job, *, delays_s: Sequence[float], sleep: Callable[[float], Awaitable[None]]
) -> int | None:
    """Ask Discord which message acknowledged a job, for as long as it takes to hear yes or no.

    A no by the token is not believed alone: tokens have been seen to die early. The channel tells, too, where the bot
    may read it; a private answer stands in no channel.

    Args:
        client: Is logged in.
        job: Has no message yet.
        delays_s: Between two tries while Discord does not answer, the last one repeating.
        sleep: Waits so long.

    Returns:
        The message's id; None if none acknowledged the job.
    """
    delays = repeating(delays_s)
    while True:
        try:
            return await _by_token(client, job) or await _in_channel(client, job)
        except PASSING as error:
            delay = next(delays)
            log.warning("job %s: no word of its message (%s), again in %.0f s", job.id, error, delay)
            await sleep(delay)


async def _by_token(client: discord.Client, job: Job) -> int | None:
    webhook = discord.Webhook.partial(job.application_id, job.interaction_token, client=client)
    try:
        # The route takes "@original" where a number is expected; discord.py wraps it only for live interactions.
        message = await webhook.fetch_message("@original")  # pyright: ignore[reportArgumentType]
    except discord.DiscordServerError:
        raise
    except discord.HTTPException as error:
        log.info("job %s: its token knows no message: %s", job.id, error)
        return None
    return message.id


async def _in_channel(client: discord.Client, job: Job) -> int | None:
    """Look for the answer among the messages that came after the interaction."""
    if job.private:
        return None
    channel = client.get_partial_messageable(job.channel_id)
    asked = discord.Object(job.interaction_id)
    try:
        async for message in channel.history(limit=MESSAGES, after=asked, oldest_first=True):
            cause = message.interaction_metadata
            if cause is not None and cause.id == job.interaction_id:
                return message.id
    except discord.DiscordServerError:
        raise
    except discord.HTTPException as error:
        log.info("job %s: its channel cannot be read: %s", job.id, error)
    return None
