"""What `/queue` shows: a page of jobs with a row of buttons each, and the switches of a server's line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from discord import ButtonStyle, ui

from bot.job import ID_PATTERN
from bot.sentences import queue as says
from bot.sentences.rendering import render
from bot.views.card import WAITING, how_far, in_line
from bot.views.layout import layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.queue.forecast import Wait
    from bot.queue.ticket import Ticket
    from bot.sentences.sentence import Sentence

Whose = Literal["mine", "server"]

PRESS = re.compile(
    rf"v1:queue:(?P<action>[a-z]+):(?P<whose>mine|server):(?P<page>[0-9]{{1,5}}):(?P<job_id>(?:{ID_PATTERN})?)"
)
"""Any button of the list; one that was open during a restart still works."""

JOBS_A_PAGE = 5
"""With four components and a text each they stay below the 40 that a message may have."""

LABELS = {
    "cancel": says.CANCEL,
    "hold": says.HOLD,
    "resume": says.RESUME,
    "up": says.MOVE_UP,
    "pause": says.PAUSE,
    "unpause": says.GO_ON,
    "drain": says.DRAIN,
    "open": says.TAKE_NEW_ONES,
}
"""What can be done, and what its button says."""

QUEUE_ACTIONS = frozenset({"pause", "unpause", "drain", "open"})
"""Those of them that are about a server's whole line; the others are about a job."""


class QueuePress(NamedTuple):
    """All that a button of the list knows."""

    action: str
    """One of `LABELS`, or ``show``."""
    whose: Whose
    page: int
    """From 0."""
    job_id: str | None = None
    """None: it is about the whole line."""

    @property
    def custom_id(self) -> str:
        return f"v1:queue:{self.action}:{self.whose}:{self.page}:{self.job_id or ''}"


class QueueRow(NamedTuple):
    """One job of the list."""

    ticket: Ticket
    wait: Wait | None
    """None: it is being drawn."""
    title: str
    """Whose it is, or what was asked for, ready to be shown."""
    link: str | None = None
    """To its message; None where this person cannot open it."""
    progress: tuple[int, int] | None = None
    """Of what is being drawn: steps done, and of how many."""
    is_first: bool = False
    """It cannot be moved up."""
    card: int = 0
    """Of what is being drawn: which of several cards does it; 0: there is one."""


class QueuePage(NamedTuple):
    """A page of jobs and what is known of their line."""

    whose: Whose
    page: int
    pages: int
    rows: Sequence[QueueRow]
    jobs: int
    """On all pages."""
    said: Sentence | None = None
    """What was just done."""
    moderator: bool = False
    paused: bool = False
    closed: bool = False
    engine: Sentence | None = None
    """What it is about; None where it draws."""
    cards: Sentence | None = None
    """How many of several draw."""


def listing(shown: QueuePage) -> ui.LayoutView:
    """Write the list; everything in it is for the eyes of one person."""
    items: list[ui.Item[ui.LayoutView]] = [ui.TextDisplay(text) for text in _head(shown)]
    for row in shown.rows:
        items.append(ui.TextDisplay(render(says.entry(row.title, row.link, _standing(row, shown)))))
        items.append(ui.ActionRow[Any](*(_button(shown, action, row.ticket.id) for action in _actions(row))))
    if turning := [*_pages(shown)]:
        items.append(ui.ActionRow[Any](*turning))
    if shown.whose == "server":
        switches = ("unpause" if shown.paused else "pause", "open" if shown.closed else "drain")
        items.append(ui.TextDisplay(render(says.ABOUT_SWITCHES)))
        items.append(ui.ActionRow[Any](*(_button(shown, action) for action in switches)))
    return layout(ui.Container(*items, accent_colour=WAITING))


def _head(shown: QueuePage) -> list[str]:
    lines = [says.yours(shown.jobs) if shown.whose == "mine" else says.of_server(shown.jobs)]
    if shown.paused:
        lines.append(says.IS_PAUSED)
    if shown.closed:
        lines.append(says.IS_DRAINED)
    if shown.cards is not None:
        lines.append(shown.cards)
    text = "\n".join(map(render, lines))
    return [render(shown.said), text] if shown.said else [text]


def _standing(row: QueueRow, shown: QueuePage) -> Sentence:
    if row.wait is not None:
        return in_line(row.wait, shown.engine)
    return says.BEING_DRAWN if row.progress is None else says.drawn_so_far(how_far(*row.progress), row.card)


def _actions(row: QueueRow) -> tuple[str, ...]:
    if row.wait is None:
        return ("cancel",)
    if row.ticket.held:
        return ("cancel", "resume")
    return ("cancel", "hold") if row.is_first else ("cancel", "hold", "up")


def _pages(shown: QueuePage) -> list[ui.Button[ui.LayoutView]]:
    """Give the buttons that show something else, and the one that shows the same anew."""
    turns: list[tuple[Sentence, Whose, int]] = [(says.REFRESH, shown.whose, shown.page)]
    if shown.page > 0:
        turns.append((says.BACK, shown.whose, shown.page - 1))
    if shown.page + 1 < shown.pages:
        turns.append((says.FURTHER, shown.whose, shown.page + 1))
    if shown.moderator:
        turns.append((says.THIS_SERVER, "server", 0) if shown.whose == "mine" else (says.MINE, "mine", 0))
    return [_pressing(QueuePress("show", whose, page), label) for label, whose, page in turns]


def _button(shown: QueuePage, action: str, job_id: str | None = None) -> ui.Button[ui.LayoutView]:
    style = ButtonStyle.danger if action == "cancel" else ButtonStyle.secondary
    return _pressing(QueuePress(action, shown.whose, shown.page, job_id), LABELS[action], style)


def _pressing(
    press: QueuePress, label: Sentence, style: ButtonStyle = ButtonStyle.secondary
) -> ui.Button[ui.LayoutView]:
    return ui.Button(label=render(label), style=style, custom_id=press.custom_id)
