"""A text that somebody pasted, as WebUI writes it under its pictures, as options that can be had here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.picture.recipes import webui
from bot.prompt.fitting import fitting
from bot.prompt.remix import Mapped, to_options
from bot.prompt.terms import unknown
from bot.sentences import recipes as says

if TYPE_CHECKING:
    from bot.config import Limits
    from bot.prompt.presets import Presets
    from bot.prompt.terms import Kind

_NEGATIVE = re.compile(r"(?<!\s)\s+(?=Negative prompt:)")
_SETTINGS = re.compile(r"(?<!\s)\s+(?=Steps: \d+,)")
"""From the first space of a run: begun at each of them, a run of thousands takes thousands of times as long."""


def read(text: str, limits: Limits, presets: Presets, model_name: str | None = None, kind: Kind = unknown) -> Mapped:
    """Say what a pasted text maps to, and in a sentence each what has no place here.

    Args:
        text: As pasted, on one line or several.
        limits: What the operator offers.
        presets: What quality and negative may be.
        model_name: What draws here; None where nobody knows yet, and a model in the text is then no news.
        kind: What the vocabulary knows.

    Raises:
        InvalidRequest: It is longer than anything that is read.
    """
    found = webui.parse(_lines(text))
    mapped = to_options(found, presets, found.model if model_name is None else model_name, kind)
    options, left_out = fitting(mapped.options, limits, presets)
    return Mapped(options, (*mapped.unmapped, *map(says.not_here, left_out)))


def _lines(text: str) -> str:
    """Give a text its lines back: Discord makes a space of every line break that is pasted into an option."""
    if "\n" in text.strip():
        return text
    *_, last = [None, *_SETTINGS.finditer(text)]
    if last is not None:
        text = f"{text[: last.start()]}\n{text[last.end() :]}"
    return _NEGATIVE.sub("\n", text, count=1)
