"""What `/me export` and `/me forget` say, and the button that confirms the latter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from discord import ButtonStyle, ui

from bot.sentences import me as says
from bot.sentences.rendering import render
from bot.views.card import DONE, ENDED
from bot.views.layout import layout

if TYPE_CHECKING:
    import discord

FORGET = re.compile(r"v1:forget:(?P<user_id>[0-9]{1,20})")
"""The button that forgets whom it names."""


def confirm(user_id: int) -> ui.LayoutView:
    button = ui.Button[ui.LayoutView](
        label=render(says.FORGET_ME), style=ButtonStyle.danger, custom_id=f"v1:forget:{user_id}"
    )
    return _framed(ENDED, ui.TextDisplay(render(says.CONFIRM)), ui.ActionRow[Any](button))


def forgotten(jobs: int) -> ui.LayoutView:
    """Say that it is done, and for how many jobs."""
    return _framed(DONE, ui.TextDisplay(render(says.forgotten(jobs))))


def _framed(colour: discord.Colour, *items: ui.Item[ui.LayoutView]) -> ui.LayoutView:
    return layout(ui.Container(*items, accent_colour=colour))
