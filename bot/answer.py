"""Whatever a person did, they get an answer: the command tree's hook, and the same for buttons and modals."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.errors import Refused, StoreUnavailable
from bot.retrying import PASSING
from bot.sentences import answer as says
from bot.sentences.rendering import render

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.sentences.sentence import Sentence

log = logging.getLogger(__name__)

NO_PINGS = discord.AllowedMentions.none()

QUIET_S = 60.0
"""To several messages in a row one answer is enough."""

_GIVEN_UP = (10062, 40060)
"""Discord's error codes (developer documentation, JSON Error Codes): unknown interaction, already acknowledged."""


async def answering(interaction: discord.Interaction[Any], work: Awaitable[object]) -> None:
    """Do what a button or a modal asked for; discord.py would only log what is raised in there."""
    try:
        await work
    except Exception as error:  # noqa: BLE001  the one broad net of this process: `explain` answers and logs
        await explain(interaction, error)


async def explain(interaction: discord.Interaction[Any], error: Exception) -> None:
    """Tell the person, privately, why nothing came of it; tell the operator what it was."""
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    if isinstance(error, Refused):
        sentence = error.sentence
        log.info("interaction %s refused: %s", interaction.id, type(error).__name__)
    elif isinstance(error, app_commands.CheckFailure):
        sentence = says.NOT_HERE
    elif isinstance(error, app_commands.TransformerError | app_commands.CommandSignatureMismatch):
        sentence = says.JUST_CHANGED
    elif isinstance(error, StoreUnavailable):
        sentence = says.NOTHING_WRITTEN
        log.error("interaction %s: %s", interaction.id, error)
    elif isinstance(error, PASSING) or _too_late(error):
        sentence = says.NOT_TAKEN
        log.warning("interaction %s: Discord stumbled: %s", interaction.id, error)
    else:
        sentence = says.went_wrong(interaction.id)
        log.error("interaction %s failed", interaction.id, exc_info=error)
    try:
        await tell(interaction, sentence)
    except (discord.DiscordException, OSError) as unreachable:
        log.warning("interaction %s could not be answered: %s", interaction.id, unreachable)


def _too_late(error: Exception) -> bool:
    """Whether Discord gave the interaction up before it was answered, or takes it for answered."""
    return isinstance(error, discord.HTTPException) and error.code in _GIVEN_UP


async def tell(interaction: discord.Interaction[Any], sentence: Sentence) -> None:
    """Say something to one person only."""
    text = render(sentence)
    if interaction.response.is_done():
        await interaction.followup.send(text, ephemeral=True, allowed_mentions=NO_PINGS)
    else:
        await interaction.response.send_message(text, ephemeral=True, allowed_mentions=NO_PINGS)


class HowToAsk:
    """What somebody reads who writes to the bot in private, where they expect an answer."""

    def __init__(self, now: Callable[[], float]) -> None:
        """Keep the time by a clock that counts seconds."""
        self._now = now
        self._told: dict[int, float] = {}

    async def tell(self, message: discord.Message) -> None:
        """Answer a message, unless its writer was told a moment ago; what it says is not looked at."""
        if message.guild is not None or message.author.bot:
            return
        now = self._now()
        self._told = {person: at for person, at in self._told.items() if now - at < QUIET_S}
        if message.author.id in self._told:
            return
        self._told[message.author.id] = now
        try:
            await message.channel.send(render(says.HOW_TO_ASK), allowed_mentions=NO_PINGS)
        except (discord.DiscordException, OSError) as error:
            log.info("a message in private could not be answered: %s", error)
