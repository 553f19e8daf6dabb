"""The terms as people read them: the licence's restrictions in our words, its text as a file, and Accept."""

from __future__ import annotations

import io
import re
from functools import cache
from importlib import resources
from typing import Any

import discord
from discord import ButtonStyle, ui

from bot.job import ID_PATTERN
from bot.sentences import terms as says
from bot.sentences.rendering import render
from bot.views.card import WAITING
from bot.views.layout import layout

ACCEPT = re.compile(rf"v1:terms:(?P<version>[0-9A-Za-z.-]+):(?:(?P<draft_id>{ID_PATTERN})|none)")
"""The button that accepts what it stands under, and goes on with a request, where there is one."""

VERSION = 1
"""Of the text in `bot.sentences.terms`; with every change of its meaning everybody is asked again."""

LICENCE = "CreativeML Open RAIL++-M"
LICENCE_URL = "https://huggingface.co/stabilityai/stable-diffusion-xl-base-1.0/blob/main/LICENSE.md"

_FILE = "openrail++-m.txt"
"""Word for word as in github.com/Stability-AI/generative-models, ``model_licenses/LICENSE-SDXL1.0`` at commit
953831438e7cdcc80e3de19b3adc0b6eb9663296; the model card names this licence without changes."""
_ATTACHED = "licence.txt"


def terms(
    version: str, additions: str, draft_id: str | None, *, accepted_at: float | None
) -> tuple[ui.LayoutView, discord.File]:
    """Write the private message.

    Args:
        version: What Accept accepts.
        additions: The operator's own terms; "" is none.
        draft_id: The request that Accept goes on with; None where there is none.
        accepted_at: When the reader accepted this version, in Unix seconds; None: not yet.
    """
    last = says.BY_ACCEPTING if accepted_at is None else says.accepted(round(accepted_at))
    texts = (render(says.core(LICENCE)), additions.strip(), render(says.end(last)))
    items: list[ui.Item[ui.LayoutView]] = [ui.TextDisplay[ui.LayoutView](text) for text in texts if text]
    items.append(ui.File[ui.LayoutView](f"attachment://{_ATTACHED}"))
    if accepted_at is None:
        custom_id = f"v1:terms:{version}:{draft_id or 'none'}"
        accept = ui.Button[ui.LayoutView](label=render(says.ACCEPT), style=ButtonStyle.primary, custom_id=custom_id)
        items.append(ui.ActionRow[Any](accept))
    return layout(ui.Container(*items, accent_colour=WAITING)), discord.File(io.BytesIO(licence()), filename=_ATTACHED)


@cache
def licence() -> bytes:
    """Read the licence's own text."""
    return resources.files("bot").joinpath(_FILE).read_bytes()
