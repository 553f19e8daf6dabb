"""`/operator`: for whoever runs the bot; no thought here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.commands.slash import slash
from bot.routes import Feature
from bot.sentences import commands as says
from bot.sentences.rendering import render

if TYPE_CHECKING:
    import discord

    from bot.actions.operator import Operator


def feature(operator: Operator) -> Feature:
    """Hand in `/operator`, and what is pressed and sent on its page."""

    async def _operator(interaction: discord.Interaction[Any]) -> None:
        await operator.show(interaction)

    return Feature(commands=[slash("operator", render(says.OPERATOR), _operator)], routes=operator.routes())
