"""A recipe against what can be had here: options, and everything that could not be kept in a sentence each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.prompt.fitting import fitting
from bot.prompt.loras import there_is_none
from bot.prompt.remix import Mapped, to_options
from bot.prompt.terms import unknown
from bot.sentences import recipes as says

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.config import Limits
    from bot.prompt.presets import Presets
    from bot.prompt.recipe import Recipe
    from bot.prompt.terms import Kind
    from engine.samplers import Sampler


def offered(
    recipe: Recipe,
    limits: Limits,
    presets: Presets,
    model_name: str,
    kind: Kind = unknown,
    *,
    model_hash: str = "",
    usual_sampler: Sampler = "euler_a",
    is_lora: Callable[[str], bool] = there_is_none,
) -> Mapped:
    """Map a recipe, and leave out what this operator does not offer; the arguments are those of `to_options`.

    Raises:
        InvalidRequest: A prompt is longer than any form takes.
    """
    mapped = to_options(
        recipe, presets, model_name, kind, model_hash=model_hash, usual_sampler=usual_sampler, is_lora=is_lora
    )
    options, left_out = fitting(mapped.options, limits, presets)
    return Mapped(options, (*mapped.unmapped, *map(says.not_here, left_out)))
