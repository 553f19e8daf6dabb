"""Which plan a request has: the one place that knows kinds of jobs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engine import results
from engine.denoise import draw_noise
from engine.plan import Pass, Plan
from engine.variation import draw_varied

if TYPE_CHECKING:
    from engine.denoise import Noise
    from engine.model import Model
    from engine.plan import PlannedPicture
    from engine.wire import Generate, SamplingParams


def plan_of(request: Generate) -> Plan:
    """Draw each picture from noise, in one pass; decode and send it."""
    only = Pass(
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        sampling=request.sampling,
        draw=_draw if request.variation is None else partial(draw_varied, request.variation),
    )
    return Plan(seeds=request.seeds, passes=(only,), end=partial(results.picture, request))


def _draw(model: Model, sampling: SamplingParams, picture: PlannedPicture, begin_index: int) -> Noise:
    return draw_noise(model, sampling, picture.seed, begin_index)
