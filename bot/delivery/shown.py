"""What a job's message shows in Discord, where nobody here knows any more: its record comes out of a backup."""

from __future__ import annotations

import logging
from enum import Enum, auto
from typing import TYPE_CHECKING

import discord

from bot.retrying import PASSING, repeating
from bot.routes import controls

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.job import Job

log = logging.getLogger(__name__)

_GONE = {10003, 10004, 10008}
"""Unknown channel, server and message (developer documentation, JSON Error Codes)."""


class Shown(Enum):
    """As a start-up finds it."""

    WAITING = auto()
    """It can be cancelled: it waits, or was being drawn."""
    PICTURES = auto()
    OVER = auto()
    """There are no pictures, and none to come."""
    GONE = auto()
    UNKNOWN = auto()
    """Discord does not let the bot look."""


async def shown(
    client: discord.Client,
    job: Job,
    *,
    by_token: bool,
    delays_s: Sequence[float],
    sleep: Callable[[float], Awaitable[None]],
) -> Shown:
    """Ask Discord what a job's message shows, for as long as it takes to hear.

    Args:
        client: Is logged in.
        job: Has a message.
        by_token: The interaction's token may still open it.
        delays_s: Between two tries while Discord does not answer, the last one repeating.
        sleep: Waits so long.
    """
    delays = repeating(delays_s)
    while True:
        try:
            message = await _message(client, job, by_token=by_token)
        except discord.DiscordServerError as error:
            reason: Exception = error
        except discord.HTTPException as error:
            log.info("job %s: its message cannot be looked at: %s", job.id, error)
            return Shown.GONE if error.code in _GONE else Shown.UNKNOWN
        except PASSING as error:
            reason = error
        else:
            return Shown.UNKNOWN if message is None else _what(job, message)
        delay = next(delays)
        log.warning("job %s: no word of its message (%s), again in %.0f s", job.id, reason, delay)
        await sleep(delay)


async def _message(client: discord.Client, job: Job, *, by_token: bool) -> discord.Message | None:
    assert job.message_id is not None  # noqa: S101  the caller's promise
    if by_token:
        webhook = discord.Webhook.partial(job.application_id, job.interaction_token, client=client)
        try:
            return await webhook.fetch_message(job.message_id)
        except discord.DiscordServerError:
            raise
        except discord.HTTPException as error:
            log.info("job %s: its token opens no message: %s", job.id, error)
    if job.private:
        return None
    return await client.get_partial_messageable(job.channel_id).fetch_message(job.message_id)


def _what(job: Job, message: discord.Message) -> Shown:
    there = [*controls(message.components)]
    if any(getattr(one, "custom_id", None) == f"v1:{job.id}:cancel" for one in there):
        return Shown.WAITING
    pictures = bool(message.attachments) or any(isinstance(one, discord.MediaGalleryComponent) for one in there)
    return Shown.PICTURES if pictures else Shown.OVER
