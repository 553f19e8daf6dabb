"""A feature that exists in tests alone: `/gallery` with one button, added as docs/architecture.md says a command is."""

import re

import discord

from bot.commands.slash import slash
from bot.routes import Feature, on_press

PAGE = re.compile(r"v1:gallery:(?P<page>[0-9]{1,5})")


def feature(gallery):
    """Hand in `/gallery` and the button that turns its pages; `gallery` is told what is asked for."""

    async def _gallery(interaction: discord.Interaction) -> None:
        await gallery.show(interaction)

    return Feature(
        commands=[slash("gallery", "Show your pictures.", _gallery)], routes=[on_press(PAGE, gallery.turned)]
    )
