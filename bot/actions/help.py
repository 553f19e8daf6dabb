"""`/help`: what to type, with commands that can be pressed where Discord tells their ids."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands, ui

from bot.answer import NO_PINGS
from bot.retrying import NOT_DONE
from bot.sentences.help import HELP
from bot.sentences.rendering import render
from bot.views.layout import layout

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping

log = logging.getLogger(__name__)

ASKING_S = 1.0
"""How long Discord may take to tell the ids: the answer itself has three seconds."""

_COMMAND = re.compile("`/([a-z]+(?: [a-z]+){0,2})`")


class Help:
    """Explains, and asks Discord once for what makes its commands pressable."""

    def __init__(self, *, fetch: Callable[[], Awaitable[Iterable[app_commands.AppCommand]]]) -> None:
        """Know nothing yet.

        Args:
            fetch: Asks Discord for the commands that it knows.
        """
        self._fetch = fetch
        self._mentions: Mapping[str, str] = {}

    async def show(self, interaction: discord.Interaction[Any]) -> None:
        """Answer whoever asked, privately."""
        if not self._mentions:
            self._mentions = await self._asked()
        view = layout(ui.TextDisplay(pressable(render(HELP), self._mentions)))
        await interaction.response.send_message(view=view, ephemeral=True, allowed_mentions=NO_PINGS)

    async def _asked(self) -> Mapping[str, str]:
        """Ask for the ids; without them `/help` is plain text, and the next one asks again."""
        try:
            async with asyncio.timeout(ASKING_S):
                return dict(_named(await self._fetch()))
        except (*NOT_DONE, TimeoutError) as error:
            log.warning("the commands in /help are plain text: Discord did not tell their ids: %r", error)
            return {}


def pressable(text: str, mentions: Mapping[str, str]) -> str:
    """Put the mention of each known command in its place (developer documentation, Message Formatting)."""
    return _COMMAND.sub(lambda found: mentions.get(found[1], found[0]), text)


def _named(commands: Iterable[app_commands.AppCommand]) -> Iterator[tuple[str, str]]:
    """Give the mention of everything that can be typed, by its full name."""
    for command in commands:
        if command.type is discord.AppCommandType.chat_input:
            yield command.name, command.mention
            for inside in _inside(command):
                yield inside.qualified_name, inside.mention


def _inside(command: app_commands.AppCommand | app_commands.AppCommandGroup) -> Iterator[app_commands.AppCommandGroup]:
    """Give subcommands and groups, at every depth."""
    for option in command.options:
        if isinstance(option, app_commands.AppCommandGroup):
            yield option
            yield from _inside(option)
