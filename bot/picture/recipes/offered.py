"""A recipe against what can be had here: options, and everything that could not be kept in a sentence each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.prompt.fitting import fitting
from bot.prompt.loras import there_is_none
from bot.prompt.presets import in_dialect
from bot.prompt.remix import Mapped, to_options
from bot.prompt.terms import unknown
from bot.sentences import recipes as says

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.config import Limits
    from bot.prompt.models import KnownModels
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
    models: KnownModels | None = None,
) -> Mapped:
    """Map a recipe, and leave out what this operator does not offer; the arguments are those of `to_options`.

    Where it names one of `models`, that is what is to be drawn with.

    Raises:
        InvalidRequest: A prompt is longer than any form takes.
    """
    found = None if models is None else models.found(recipe.model, recipe.model_hash)
    own, dialect = presets, None
    if models is not None and found is not None:
        model_name, model_hash = models.file_of(found.name) or (model_name, model_hash)
        dialect = models.dialect(found.name)
        own = in_dialect(presets, dialect)
    mapped = to_options(
        recipe,
        own,
        model_name,
        kind,
        model_hash=model_hash,
        usual_sampler=usual_sampler,
        is_lora=is_lora,
        dialect=dialect,
    )
    named = mapped.options if found is None else msgspec.structs.replace(mapped.options, model=found.name)
    options, left_out = fitting(named, limits, presets)
    return Mapped(options, (*mapped.unmapped, *map(says.not_here, left_out)))
