"""What `/me export` and `/me forget` say, and the button that confirms the latter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from discord import ButtonStyle, ui

from bot.views.card import DONE, ENDED
from bot.views.layout import layout

if TYPE_CHECKING:
    import discord

FORGET = re.compile(r"v1:forget:(?P<user_id>[0-9]{1,20})")
"""The button that forgets whom it names."""

EXPORTED = "This is everything that I store about you. The pictures themselves are in their messages."

_CONFIRM = """\
## Forget me
This cannot be undone. I stop what I am drawing for you, and delete your requests with their prompts, your pictures \
on my disk, your previews, defaults and favourites, and your acceptance of the terms. In the audit log your name goes.

Pictures that were posted stay in their channels: if they should go too, delete them first, for then I no longer know \
that they are yours. Strikes and time-outs last until they are over; they name nobody, but they know you again."""


def confirm(user_id: int) -> ui.LayoutView:
    button = ui.Button[ui.LayoutView](label="Forget me", style=ButtonStyle.danger, custom_id=f"v1:forget:{user_id}")
    return _framed(ENDED, ui.TextDisplay(_CONFIRM), ui.ActionRow[Any](button))


def forgotten(jobs: int) -> ui.LayoutView:
    """Say that it is done, and for how many jobs."""
    requests = "1 request" if jobs == 1 else f"{jobs} requests"
    return _framed(DONE, ui.TextDisplay(f"Done. I have forgotten you, and {requests} of yours."))


def _framed(colour: discord.Colour, *items: ui.Item[ui.LayoutView]) -> ui.LayoutView:
    return layout(ui.Container(*items, accent_colour=colour))
