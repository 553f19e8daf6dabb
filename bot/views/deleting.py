"""The question under Delete: a form with nothing to fill in, which its presser alone sees, and sends or closes."""

from __future__ import annotations

import re

from discord import ui

from bot.job import ID_PATTERN
from bot.sentences import card as says
from bot.sentences.rendering import render
from bot.views.edit import TIMEOUT_S

DELETED = re.compile(rf"v1:(?P<job_id>{ID_PATTERN}):deleted")
"""The form that was sent."""


class DeleteForm(ui.Modal):
    """Sent, it still belongs to the message that it was opened from, private or not, with a record or without."""

    def __init__(self, job_id: str) -> None:
        super().__init__(title=render(says.DELETE_TITLE), custom_id=f"v1:{job_id}:deleted", timeout=TIMEOUT_S)
        self.add_item(ui.TextDisplay(render(says.DELETE_WARNING)))
