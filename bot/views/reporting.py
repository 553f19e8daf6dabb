"""What whoever reports a picture fills in, and the private thanks with the button that takes the report back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

import discord
from discord import ui

from bot.job import ID_PATTERN
from bot.sentences import reports as says
from bot.sentences.rendering import render
from bot.views.buttons import row
from bot.views.edit import TIMEOUT_S
from bot.views.layout import layout

if TYPE_CHECKING:
    from bot.sentences.sentence import Sentence

REPORTED = re.compile(rf"v1:(?P<job_id>{ID_PATTERN}):reported")
"""The form that was sent."""

WORDS_CHARS = 300
"""Of a reporter's own words."""

REASONS: tuple[says.Reason, ...] = get_args(says.Reason)


class ReportForm(ui.Modal):
    """One reason of a short list, and words where somebody has any."""

    def __init__(self, job_id: str) -> None:
        super().__init__(title=render(says.REPORT_TITLE), custom_id=f"v1:{job_id}:reported", timeout=TIMEOUT_S)
        options = [discord.SelectOption(label=render(says.reason_offered(one)), value=one) for one in REASONS]
        reason = ui.Select[ui.LayoutView](custom_id="reason", options=options)
        self.add_item(ui.Label(text=render(says.REASON), component=reason))
        words = ui.TextInput[ui.LayoutView](
            custom_id="words",
            style=discord.TextStyle.paragraph,
            required=False,
            max_length=WORDS_CHARS,
            placeholder=render(says.WORDS_HINT),
        )
        self.add_item(ui.Label(text=render(says.WORDS), component=words))


def thanks(job_id: str, said: Sentence, *, withdrawn_within_s: int) -> ui.LayoutView:
    """Thank whoever reported; for so many seconds more they may take it back."""
    texts = [said] if not withdrawn_within_s else [said, says.withdrawn_within(withdrawn_within_s)]
    items: list[ui.Item[ui.LayoutView]] = [ui.TextDisplay("\n".join(map(render, texts)))]
    if withdrawn_within_s:
        items.append(row(job_id, "withdraw"))
    return layout(*items)


def taken_back(said: Sentence) -> ui.LayoutView:
    """Stand where the thanks were."""
    return layout(ui.TextDisplay(render(said)))
