"""What was chosen elsewhere, or long ago, against what the operator offers today."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bot.request import SHAPES
from bot.sentences import prompt as says

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.config import Limits
    from bot.prompt.presets import Presets
    from bot.request import Options
    from bot.sentences.prompt import Named
    from bot.sentences.sentence import Sentence


class Fitting(NamedTuple):
    """Options that can be had here, and a phrase for each of the others."""

    options: Options
    left_out: tuple[Sentence, ...]
    """Such as “150 steps” and “the style “ink””."""


def fitting(options: Options, limits: Limits, presets: Presets) -> Fitting:
    """Leave out every setting that is not offered; the words of the prompt are no business of this."""
    left_out = dict(_beyond(options, limits, presets))
    return Fitting(msgspec.structs.replace(options, **dict.fromkeys(left_out)), tuple(left_out.values()))


def _beyond(options: Options, limits: Limits, presets: Presets) -> Iterator[tuple[str, Sentence]]:
    steps, count, guidance = options.steps, options.count, options.guidance
    if steps is not None and not limits.min_steps <= steps <= limits.max_steps:
        yield "steps", says.so_many_steps(steps)
    if count is not None and not 1 <= count <= limits.max_count:
        yield "count", says.so_many_pictures(count)
    if guidance is not None and not limits.min_guidance <= guidance <= limits.max_guidance:
        yield "guidance", says.such_guidance(guidance)
    offered: Mapping[Named, Mapping[str, object]] = {
        "shape": SHAPES,
        "quality": presets.quality,
        "negative_preset": presets.negative,
        "style": presets.style,
        "sampler": dict.fromkeys(limits.samplers),
    }
    for field, names in offered.items():
        chosen: str | None = getattr(options, field)
        if chosen and chosen.casefold() not in {name.casefold() for name in names}:
            yield field, says.that_name(field, chosen)
