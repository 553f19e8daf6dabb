"""What `/operator` shows: how the bot is, its line as a chart, the last errors, and what can be done about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import discord
from discord import ButtonStyle, ui

from bot.sentences import operator as says
from bot.sentences.rendering import render
from bot.views.card import WAITING
from bot.views.edit import TIMEOUT_S
from bot.views.layout import layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.sentences.sentence import Sentence
    from bot.store.operation import Decided

PRESS = re.compile(r"v1:op:(?P<act>show|pause|resume|drain|open|reload|announce|block|unblock)")
SENT = re.compile(r"v1:op:(?P<act>announce|block|unblock)")
"""The forms behind three of the buttons."""

CHART = "line.png"
ERROR_CHARS = 1500
"""Of all last errors together: a message holds 4,000 letters."""
NOTICE_CHARS = 1000
ID_CHARS = 20


class OperatorPage(NamedTuple):
    """What is true when it is shown."""

    line: str
    """How the bot is, in a line."""
    servers: int
    decided: Decided
    errors: Sequence[str]
    """The newest last."""
    said: Sentence | None = None
    """What came of the press that led here."""


def page(shown: OperatorPage) -> ui.LayoutView:
    """Write the private answer; its chart is attached as `CHART`."""
    decided = shown.decided
    said = [shown.said] if shown.said is not None else []
    states = [says.PAUSED_STATE] if decided.paused else []
    states += [says.CLOSED_STATE] if decided.closed else []
    lines = [says.TITLE, *said, says.status(shown.line, shown.servers), *states]
    gallery = ui.MediaGallery[ui.LayoutView](
        discord.MediaGalleryItem(f"attachment://{CHART}", description=render(says.CHART))
    )
    container = ui.Container[ui.LayoutView](
        ui.TextDisplay("\n".join(map(render, lines))),
        gallery,
        ui.TextDisplay(render(_errors(shown.errors))),
        accent_colour=WAITING,
    )
    steering = (
        ("resume", says.GO_ON, ButtonStyle.success) if decided.paused else ("pause", says.PAUSE, ButtonStyle.danger),
        ("open", says.OPEN, ButtonStyle.success) if decided.closed else ("drain", says.DRAIN, ButtonStyle.danger),
        ("reload", says.RELOAD, ButtonStyle.secondary),
        ("show", says.REFRESH, ButtonStyle.secondary),
    )
    forms = (
        ("announce", says.ANNOUNCE, ButtonStyle.secondary),
        ("block", says.BLOCK, ButtonStyle.danger),
        ("unblock", says.UNBLOCK, ButtonStyle.secondary),
    )
    return layout(container, _row(steering), _row(forms))


def _row(buttons: Sequence[tuple[str, Sentence, ButtonStyle]]) -> ui.ActionRow[Any]:
    row = ui.ActionRow[Any]()
    for act, label, style in buttons:
        row.add_item(ui.Button[Any](label=render(label), style=style, custom_id=f"v1:op:{act}"))
    return row


def _errors(lines: Sequence[str]) -> Sentence:
    """Show as many as there is room for, the newest for certain."""
    shown: list[str] = []
    room = ERROR_CHARS
    for line in reversed(lines):
        cut = line.replace("```", "ˋˋˋ")[:room]
        shown.append(cut)
        room -= len(cut) + 1
        if room <= 0:
            break
    return says.errors("\n".join(reversed(shown))) if shown else says.NO_ERRORS


class AnnounceForm(ui.Modal):
    """What every log channel reads."""

    def __init__(self) -> None:
        super().__init__(title=render(says.ANNOUNCE), custom_id="v1:op:announce", timeout=TIMEOUT_S)
        field = ui.TextInput[Any](
            custom_id="notice", style=discord.TextStyle.paragraph, max_length=NOTICE_CHARS, required=True
        )
        self.add_item(ui.Label(text=render(says.NOTICE), component=field))


class BlockForm(ui.Modal):
    """Whom it is about."""

    def __init__(self, act: str) -> None:
        title = says.BLOCK if act == "block" else says.UNBLOCK
        super().__init__(title=render(title), custom_id=f"v1:op:{act}", timeout=TIMEOUT_S)
        field = ui.TextInput[Any](custom_id="id", max_length=ID_CHARS, required=True)
        self.add_item(ui.Label(text=render(says.WHOM), component=field))
        kinds = [
            discord.SelectOption(label=render(says.A_PERSON), value="person"),
            discord.SelectOption(label=render(says.A_SERVER), value="server"),
        ]
        self.add_item(ui.Label(text=render(says.WHICH_KIND), component=ui.Select[Any](custom_id="kind", options=kinds)))
