"""`/inpaint` and Repaint in the menu of messages: a picture and a part of it in; no thought here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import discord
from discord import app_commands

from bot.commands.choices import text_of
from bot.commands.slash import CONTEXTS, INSTALLS, slash
from bot.request import Options
from bot.routes import Feature
from bot.sentences import commands as says
from bot.sentences.rendering import render
from engine.extending import DIRECTIONS, Direction
from engine.marking import Area

if TYPE_CHECKING:
    from bot.actions.changing import Changing
    from bot.commands.suggestions import Suggestions
    from bot.config import Limits


def feature(changing: Changing, suggestions: Suggestions, limits: Limits) -> Feature:
    """Hand in the slash command and the entry of every message's menu."""

    @app_commands.describe(
        prompt=render(says.INPAINT_PROMPT),
        image=render(says.INPAINT_IMAGE),
        mask=render(says.MASK),
        area=render(says.AREA),
        extend=render(says.EXTEND),
        strength=render(says.INPAINT_STRENGTH),
        private=render(says.PRIVATE),
    )
    @app_commands.choices(
        area=[app_commands.Choice(name=area, value=area) for area in get_args(Area)],
        extend=[app_commands.Choice(name=direction, value=direction) for direction in DIRECTIONS],
    )
    @app_commands.autocomplete(prompt=suggestions.words("prompt"))
    async def _inpaint(  # noqa: PLR0917  an option each, passed by name
        interaction: discord.Interaction[Any],
        prompt: str,
        image: discord.Attachment,
        area: str | None = None,
        mask: discord.Attachment | None = None,
        extend: str | None = None,
        strength: app_commands.Range[float, 0.01, 1.0] | None = None,
        private: bool | None = None,
    ) -> None:
        options = Options(prompt=prompt, strength=strength, private=private)
        known = next((one for one in get_args(Area) if one == area), None)
        direction = next((one for one in get_args(Direction) if one == extend), None)
        await changing.repaint(interaction, options, image, mask=mask, area=known, direction=direction)

    _inpaint.__annotations__["prompt"] = text_of(1, limits.max_prompt_chars)

    async def _repaint_message(interaction: discord.Interaction[Any], message: discord.Message) -> None:
        await changing.open_message(interaction, message)

    menu = app_commands.ContextMenu(
        name="Repaint", callback=_repaint_message, allowed_installs=INSTALLS, allowed_contexts=CONTEXTS
    )
    return Feature(commands=[slash("inpaint", render(says.INPAINT), _inpaint), menu])
