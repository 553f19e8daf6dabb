"""The buttons and the menu under a job's message: all state is in the custom_id and the database, so they never die."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from discord import ButtonStyle, SelectOption, ui

from bot.job import ID_PATTERN
from bot.routes import MENU
from bot.sentences import card as says
from bot.sentences import more, reports
from bot.sentences.rendering import render

if TYPE_CHECKING:
    from bot.sentences.sentence import Sentence

__all__ = ["DRAFT", "LOOKS", "MENU", "draw_button", "menu", "of_job", "row"]


@dataclass(frozen=True, slots=True)
class _Look:
    label: Sentence
    style: ButtonStyle = ButtonStyle.secondary
    """Blue is what draws at once, and so costs something."""
    explained: Sentence | None = None
    """Said below its name in the menu; None: it stands in none."""


LOOKS = {
    "reroll": _Look(says.REROLL, ButtonStyle.primary),
    "properly": _Look(says.PROPERLY, ButtonStyle.primary),
    "edit": _Look(says.EDIT),
    "recipe": _Look(says.RECIPE),
    "vary": _Look(more.VARY),
    "enlarge": _Look(more.ENLARGE),
    "extend": _Look(more.EXTEND),
    "detail": _Look(more.DETAIL),
    "exactly": _Look(more.EXACTLY, explained=more.EXACTLY_EXPLAINED),
    "redraw": _Look(more.REDRAW, ButtonStyle.primary),
    "spoiler": _Look(says.SPOILER, explained=says.SPOILER_EXPLAINED),
    "report": _Look(says.REPORT, explained=says.REPORT_EXPLAINED),
    "delete": _Look(says.DELETE, explained=says.DELETE_EXPLAINED),
    "cancel": _Look(says.CANCEL),
    "show": _Look(says.SHOW, ButtonStyle.success),
    "tell": _Look(says.TELL),
    "withdraw": _Look(reports.WITHDRAW),
    "look": _Look(says.LOOK),
    "restore": _Look(says.RESTORE),
    "remove": _Look(says.REMOVE, ButtonStyle.danger),
}


DRAFT = re.compile(rf"v1:draft:(?P<draft_id>{ID_PATTERN})")
"""What a preview showed and may still draw."""


def of_job(action: str) -> re.Pattern[str]:
    """Give the custom ids of one action, a key of `LOOKS`, on any job."""
    return re.compile(rf"v1:(?P<job_id>{ID_PATTERN}):{action}")


def row(job_id: str, *actions: str) -> ui.ActionRow[Any]:
    return ui.ActionRow[Any](*(_button(job_id, action) for action in actions))


def menu(job_id: str, *actions: str) -> ui.ActionRow[Any]:
    """Offer rare actions, which `bot.routes` leads to where their buttons lead.

    Discord's clients keep what was chosen and send it only once; so it can be emptied, and then chosen again.
    """
    options = [
        SelectOption(label=render(look.label), value=action, description=look.explained and render(look.explained))
        for action in actions
        for look in (LOOKS[action],)
    ]
    return ui.ActionRow[Any](
        ui.Select[ui.LayoutView](
            custom_id=f"v1:{job_id}:more", placeholder=render(says.MORE), options=options, min_values=0
        )
    )


def _button(job_id: str, action: str) -> ui.Button[ui.LayoutView]:
    look = LOOKS[action]
    return ui.Button(label=render(look.label), style=look.style, custom_id=f"v1:{job_id}:{action}")


def draw_button(draft_id: str) -> ui.Button[ui.LayoutView]:
    """Draw what a preview showed."""
    return ui.Button(label=render(says.DRAW), style=ButtonStyle.primary, custom_id=f"v1:draft:{draft_id}")
