"""`/terms`: what everybody agrees to, to be read at any time; no thought here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.commands.slash import slash
from bot.routes import Feature
from bot.sentences import commands as says
from bot.sentences.rendering import render

if TYPE_CHECKING:
    import discord

    from bot.care.terms import Ask, Terms


def feature(terms: Terms, ask: Ask) -> Feature:
    """Hand in `/terms` and its Accept, which goes on with what was asked for."""

    async def _terms(interaction: discord.Interaction[Any]) -> None:
        await terms.show(interaction)

    return Feature(commands=[slash("terms", render(says.TERMS), _terms)], routes=terms.routes(ask))
