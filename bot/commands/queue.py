"""`/queue`: what somebody has in the queue and, for moderators, what their server has; no thought here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.commands.slash import slash
from bot.routes import Feature
from bot.sentences import commands as says
from bot.sentences.rendering import render

if TYPE_CHECKING:
    import discord

    from bot.actions.queue import QueueActions


def feature(queue: QueueActions) -> Feature:
    """Hand in `/queue` and the buttons of its list."""

    async def _queue(interaction: discord.Interaction[Any]) -> None:
        await queue.show(interaction)

    return Feature(
        commands=[slash("queue", render(says.QUEUE), _queue)],
        routes=queue.routes(),
    )
