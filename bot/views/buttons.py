"""The buttons under a job's message: all state is in the custom_id and the database, so they never die."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from discord import ButtonStyle, ui

from bot.job import ID_PATTERN
from bot.sentences import card as says
from bot.sentences.rendering import render

if TYPE_CHECKING:
    from bot.sentences.sentence import Sentence


@dataclass(frozen=True, slots=True)
class _Look:
    label: Sentence
    style: ButtonStyle = ButtonStyle.secondary


LOOKS = {
    "reroll": _Look(says.REROLL, ButtonStyle.primary),
    "edit": _Look(says.EDIT),
    "recipe": _Look(says.RECIPE),
    "spoiler": _Look(says.SPOILER),
    "delete": _Look(says.DELETE),
    "cancel": _Look(says.CANCEL),
    "show": _Look(says.SHOW, ButtonStyle.primary),
    "tell": _Look(says.TELL),
    "report": _Look(says.REPORT),
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


def _button(job_id: str, action: str) -> ui.Button[ui.LayoutView]:
    look = LOOKS[action]
    return ui.Button(label=render(look.label), style=look.style, custom_id=f"v1:{job_id}:{action}")


def draw_button(draft_id: str) -> ui.Button[ui.LayoutView]:
    """Draw what a preview showed."""
    return ui.Button(label=render(says.DRAW), style=ButtonStyle.primary, custom_id=f"v1:draft:{draft_id}")
