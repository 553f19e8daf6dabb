"""The private questions under Vary, Enlarge and Again exactly: what comes of it, and the blue buttons that draw."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from discord import ButtonStyle, ui

from bot.follow_up import KINDS, Kind
from bot.job import ID_PATTERN
from bot.sentences import more as says
from bot.sentences.rendering import render
from bot.views.buttons import row
from bot.views.card import WAITING, title
from bot.views.layout import layout

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.job import Job
    from bot.sentences.sentence import Sentence

WAYS: dict[str, tuple[Kind, ...]] = {
    "vary": ("subtle", "strong"),
    "enlarge": ("larger", "double"),
    "extend": ("extend_out", "extend_left", "extend_right", "extend_up", "extend_down"),
    "detail": ("detail_face", "detail_centre", "detail_top", "detail_bottom"),
}
"""What stands in each question."""

MAKE = re.compile(rf"v1:(?P<job_id>{ID_PATTERN}):(?P<kind>{'|'.join(KINDS)}):(?P<number>[0-9]{{1,2}})")
"""Draws at once; the number says which picture of the job, from 0."""


def question(job: Job, ways: Mapping[Kind, Sentence], numbers: Sequence[int]) -> ui.LayoutView:
    """Say what each way comes to, and let one of these pictures be pressed.

    Args:
        job: Whose pictures.
        ways: What each does and costs.
        numbers: Of the pictures, from 0.
    """
    several = job.request.count > 1
    said = list(ways.values())
    if len(numbers) < job.request.count:
        said.append(says.numbered(tuple(str(one + 1) for one in numbers)))
    texts = (title(job.request), *map(render, said), f"-# {render(says.DRAWN_AT_ONCE)}")
    rows = (ui.ActionRow[Any](*(_button(job, kind, one, several=several) for one in numbers)) for kind in ways)
    text = ui.TextDisplay[ui.LayoutView]("\n".join(texts))
    return layout(ui.Container(text, *rows, accent_colour=WAITING))


def again_question(job: Job, said: Sequence[Sentence]) -> ui.LayoutView:
    """Say what lets a job come out otherwise than it did, and offer to draw it."""
    texts = (title(job.request), *map(render, said), f"-# {render(says.DRAWN_AT_ONCE)}")
    text = ui.TextDisplay[ui.LayoutView]("\n".join(texts))
    return layout(ui.Container(text, row(job.id, "redraw"), accent_colour=WAITING))


def _button(job: Job, kind: Kind, number: int, *, several: bool) -> ui.Button[Any]:
    label = says.make(kind, number + 1 if several else None)
    custom_id = f"v1:{job.id}:{kind}:{number}"
    return ui.Button[ui.LayoutView](label=render(label), style=ButtonStyle.primary, custom_id=custom_id)
