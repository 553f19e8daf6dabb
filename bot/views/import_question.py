"""The question under what a settings file would change; the file is attached to it, so that no memory is needed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from discord import ButtonStyle, ui

from bot.safety.policy import exported
from bot.sentences import settings as says
from bot.views.setting_controls import button

if TYPE_CHECKING:
    from bot.safety.policy import ServerPolicy

_DIGITS = 32
"""Hex digits of a mark: nobody gains anything by finding two settings of the same."""


def import_question(mark: str) -> ui.View:
    view = ui.View(timeout=None)
    view.add_item(button(f"import:{mark}", says.TAKE_FILE, ButtonStyle.primary))
    view.add_item(button("leave", says.LEAVE_FILE))
    view.stop()  # a press is led by its custom id alone, also after a restart
    return view


def mark_of(before: ServerPolicy, after: ServerPolicy) -> str:
    """Give what tells whether a question still is about these two."""
    return hashlib.sha256(exported(before) + b"\0" + exported(after)).hexdigest()[:_DIGITS]
