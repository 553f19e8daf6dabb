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
from bot.views.card import WAITING
from bot.views.layout import layout

ACCEPT = re.compile(rf"v1:terms:(?P<version>[0-9A-Za-z.-]+):(?:(?P<draft_id>{ID_PATTERN})|none)")
"""The button that accepts what it stands under, and goes on with a request, where there is one."""

VERSION = 1
"""Of the text below; with every change of its meaning everybody is asked again."""

LICENCE = "CreativeML Open RAIL++-M"
LICENCE_URL = "https://huggingface.co/stabilityai/stable-diffusion-xl-base-1.0/blob/main/LICENSE.md"

_FILE = "openrail++-m.txt"
"""Word for word as in github.com/Stability-AI/generative-models, ``model_licenses/LICENSE-SDXL1.0`` at commit
953831438e7cdcc80e3de19b3adc0b6eb9663296; the model card names this licence without changes."""
_ATTACHED = "licence.txt"

_CORE = f"""\
## Terms
The pictures here are drawn by AI, with a model under the **{LICENCE}** licence. It binds everybody who uses \
the model, and so you. You must not use it
- in any way that breaks a law that applies to you;
- to exploit or harm minors, or to try to, in any way;
- to make or spread what is known to be false, in order to harm others;
- to make or spread personal data that can be used to harm somebody;
- to defame, disparage or otherwise harass others;
- for fully automated decisions that touch somebody's legal rights or binding obligations;
- to discriminate against or harm people for their social behaviour or their known or supposed personality;
- to exploit the weaknesses of a group of people (age, social, physical or mental) in a way that harms them;
- to discriminate against people for what the law protects;
- to give medical advice or interpret medical results;
- for justice, law enforcement, immigration or asylum, such as predicting that somebody will commit a crime.

You answer for what you have drawn and for what you do with it. Every picture says that AI drew it: leave it so, and \
do not pass one off as a photograph or as made by hand. Moderators and whoever runs this bot may stop anybody who \
breaks these terms."""
_END = "The licence itself is attached, and it is what counts. `/about` tells what is stored about you."


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
    asked = "By pressing Accept you agree to all of this."
    last = asked if accepted_at is None else f"You accepted these terms <t:{accepted_at:.0f}:D>."
    items: list[ui.Item[ui.LayoutView]] = [
        ui.TextDisplay[ui.LayoutView](text) for text in (_CORE, additions.strip(), f"{_END}\n{last}") if text
    ]
    items.append(ui.File[ui.LayoutView](f"attachment://{_ATTACHED}"))
    if accepted_at is None:
        custom_id = f"v1:terms:{version}:{draft_id or 'none'}"
        accept = ui.Button[ui.LayoutView](label="Accept", style=ButtonStyle.primary, custom_id=custom_id)
        items.append(ui.ActionRow[Any](accept))
    return layout(ui.Container(*items, accent_colour=WAITING)), discord.File(io.BytesIO(licence()), filename=_ATTACHED)


@cache
def licence() -> bytes:
    """Read the licence's own text."""
    return resources.files("bot").joinpath(_FILE).read_bytes()
