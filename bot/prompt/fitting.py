"""What was chosen elsewhere, or long ago, against what the operator offers today."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bot.prompt.sentences import quoted
from bot.request import SHAPES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.config import Limits
    from bot.prompt.presets import Presets
    from bot.request import Options


class Fitting(NamedTuple):
    """Options that can be had here, and a phrase for each of the others."""

    options: Options
    left_out: tuple[str, ...]
    """Such as “150 steps” and “the style “ink””."""


def fitting(options: Options, limits: Limits, presets: Presets) -> Fitting:
    """Leave out every setting that is not offered; the words of the prompt are no business of this."""
    left_out = dict(_beyond(options, limits, presets))
    return Fitting(msgspec.structs.replace(options, **dict.fromkeys(left_out)), tuple(left_out.values()))


def _beyond(options: Options, limits: Limits, presets: Presets) -> Iterator[tuple[str, str]]:
    steps, count, guidance = options.steps, options.count, options.guidance
    if steps is not None and not limits.min_steps <= steps <= limits.max_steps:
        yield "steps", f"{steps:,} step{'' if steps == 1 else 's'}"
    if count is not None and not 1 <= count <= limits.max_count:
        yield "count", f"{count:,} pictures"
    if guidance is not None and not limits.min_guidance <= guidance <= limits.max_guidance:
        yield "guidance", f"guidance {guidance:g}"
    offered: Mapping[str, tuple[str, Mapping[str, object]]] = {
        "shape": ("shape", SHAPES),
        "quality": ("quality preset", presets.quality),
        "negative_preset": ("negative preset", presets.negative),
        "style": ("style", presets.style),
        "sampler": ("sampler", dict.fromkeys(limits.samplers)),
    }
    for field, (what, names) in offered.items():
        chosen: str | None = getattr(options, field)
        if chosen and chosen.casefold() not in {name.casefold() for name in names}:
            yield field, f"the {what} {quoted(chosen)}"
