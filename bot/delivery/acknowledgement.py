"""Answers a request with the message that will become its result."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from bot.answer import NO_PINGS
from bot.errors import InvalidRequest
from bot.retrying import NOT_DONE
from bot.sentences import ends

if TYPE_CHECKING:
    from collections.abc import Callable

    import discord
    from discord import ui

    from bot.delivery.message_editor import MessageEditor
    from bot.job import Job
    from bot.store.jobs import Jobs

log = logging.getLogger(__name__)


async def acknowledge(
    interaction: discord.Interaction[Any],
    job: Job,
    view: ui.LayoutView,
    *,
    editor: MessageEditor,
    jobs: Jobs,
    now: Callable[[], float],
) -> int:
    """Answer with the job's message, or withdraw the job: nobody waits for what was not acknowledged.

    Returns:
        The message's id.

    Raises:
        InvalidRequest, discord.HTTPException, aiohttp.ClientError, OSError: It was withdrawn.
    """
    try:
        answer = await interaction.response.send_message(view=view, ephemeral=job.private, allowed_mentions=NO_PINGS)
        message_id = answer.message_id
    except NOT_DONE as error:
        log.warning("job %s: the acknowledgement failed: %s", job.id, error)
        message_id = await editor.find_original(job)  # it may have arrived all the same
        if message_id is None:
            await jobs.cancel(job.id, ends.ANSWER_NOT_TAKEN, now=now())
            raise
    if message_id is None:
        await jobs.cancel(job.id, ends.MESSAGE_NOT_NAMED, now=now())
        raise InvalidRequest(ends.ASK_AGAIN)
    return message_id
