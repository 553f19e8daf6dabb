"""A text that somebody pasted or keeps in a file, whichever program wrote it, as options that can be had here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.picture.recipes import programs, webui
from bot.picture.recipes.fields import decoded
from bot.picture.recipes.offered import offered
from bot.prompt.loras import there_is_none
from bot.prompt.terms import unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.config import Limits
    from bot.prompt.models import KnownModels
    from bot.prompt.presets import Presets
    from bot.prompt.recipe import Recipe
    from bot.prompt.remix import Mapped
    from bot.prompt.terms import Kind
    from engine.samplers import Sampler

_NEGATIVE = re.compile(r"(?<!\s)\s+(?=Negative prompt:)", re.IGNORECASE)
_SETTINGS = re.compile(rf"(?<!\s){webui.ENDS_NO_KEY}\s+(?=Steps: \d{{1,6}}\s?(?:[,|;]|$))", re.IGNORECASE)
"""From the first space of a run: begun at each of them, a run of thousands takes thousands of times as long."""


def read(
    text: str,
    limits: Limits,
    presets: Presets,
    model_name: str | None = None,
    kind: Kind = unknown,
    *,
    model_hash: str = "",
    usual_sampler: Sampler = "euler_a",
    is_lora: Callable[[str], bool] = there_is_none,
    models: KnownModels | None = None,
) -> Mapped:
    """Say what a pasted text maps to, and in a sentence each what has no place here.

    Args:
        text: As pasted, on one line or several.
        limits: What the operator offers.
        presets: What quality and negative may be.
        model_name: What draws here; None where nobody knows yet, and a model in the text is then no news.
        kind: What the vocabulary knows.
        model_hash: The first digits of the SHA-256 of what draws here.
        usual_sampler: What draws where the text's sampler is not to be had.
        is_lora: Whether a LoRA of this name can be had.
        models: The checkpoints that may be chosen; None: there is no choice.

    Raises:
        InvalidRequest: It is longer than anything that is read, or JSON that is no recipe.
    """
    return offered(
        recipe_of(text),
        limits,
        presets,
        model_name or "",
        kind,
        model_hash=model_hash,
        usual_sampler=usual_sampler,
        is_lora=is_lora,
        models=models,
    )


def is_recipe(text: str) -> bool:
    """Tell whether a text is more than words: it has settings, or is an object of JSON."""
    return len(text) <= webui.MAX_CHARS and (decoded(text) is not None or webui.has_settings(_lines(text)))


def recipe_of(text: str) -> Recipe:
    """Read a text, on one line or several.

    Raises:
        InvalidRequest: It is longer than anything that is read, or JSON that is no recipe.
    """
    return programs.of_text(_lines(text))


def _lines(text: str) -> str:
    """Give a text its lines back: Discord makes a space of every line break that is pasted into an option."""
    if "\n" in text.strip() or text.lstrip().startswith("{") or len(text) > webui.MAX_CHARS:
        return text
    *_, last = [None, *_SETTINGS.finditer(text)]
    if last is not None:
        text = f"{text[: last.start()]}\n{text[last.end() :]}"
    lines = _NEGATIVE.sub("\n", text, count=1)
    apart = webui.UNMARKED.sub("\n", lines)
    return apart if webui.has_settings(apart) else lines
