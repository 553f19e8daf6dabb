"""The terms as people read them: the licence's restrictions in our words, its text as a file, and Accept."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import discord
from discord import ButtonStyle, ui

from bot.job import ID_PATTERN
from bot.sentences import terms as says
from bot.sentences.rendering import render
from bot.views.card import WAITING
from bot.views.layout import layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.views.licence import Licence

ACCEPT = re.compile(rf"v1:terms:(?P<version>[0-9A-Za-z.-]+):(?:(?P<draft_id>{ID_PATTERN})|none)")
"""The button that accepts what it stands under, and goes on with a request, where there is one."""

VERSION = 1
"""Of the text in `bot.sentences.terms`; with every change of its meaning everybody is asked again."""

OTHERS = 3
"""Of other models' licences that are named; `/about` names more of them."""

_ATTACHED = "licence.txt"


def terms(
    licence: Licence,
    version: str,
    additions: str,
    draft_id: str | None,
    *,
    accepted_at: float | None,
    others: Sequence[tuple[str, Licence]] = (),
) -> tuple[ui.LayoutView, discord.File]:
    """Write the private message.

    Args:
        licence: The model's.
        version: What Accept accepts.
        additions: The operator's own terms; "" is none.
        draft_id: The request that Accept goes on with; None where there is none.
        accepted_at: When the reader accepted this version, in Unix seconds; None: not yet.
        others: Checkpoints under another licence, which is asked for before the first picture with them.
    """
    last = says.BY_ACCEPTING if accepted_at is None else says.accepted(round(accepted_at))
    core = says.core(licence.name) if licence.own_words else says.core_of_another(licence.name)
    more = [render(says.of_another_model(name, one.name, one.url)) for name, one in others[:OTHERS]]
    texts = (render(core), additions.strip(), "\n".join(more), render(says.end(last)))
    items: list[ui.Item[ui.LayoutView]] = [ui.TextDisplay[ui.LayoutView](text) for text in texts if text]
    items.append(ui.File[ui.LayoutView](f"attachment://{_ATTACHED}"))
    if accepted_at is None:
        custom_id = f"v1:terms:{version}:{draft_id or 'none'}"
        accept = ui.Button[ui.LayoutView](label=render(says.ACCEPT), style=ButtonStyle.primary, custom_id=custom_id)
        items.append(ui.ActionRow[Any](accept))
    file = discord.File(io.BytesIO(licence.text), filename=_ATTACHED)
    return layout(ui.Container(*items, accent_colour=WAITING)), file


def thanks(*, asked: bool) -> ui.LayoutView:
    """Stand where the terms were, once they are accepted, alone or on the way to what was asked for."""
    return layout(ui.TextDisplay(render(says.ANSWERED_BELOW if asked else says.THANKS)))
