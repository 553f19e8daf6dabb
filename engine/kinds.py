"""Which plan a request has: the one place that knows kinds of jobs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engine import results, starts
from engine.cost import steps_taken
from engine.denoise import draw_noise
from engine.plan import Pass, Plan
from engine.variation import varied
from engine.wire import Pixels

if TYPE_CHECKING:
    from engine.denoise import Noise
    from engine.model import Model
    from engine.plan import Draw, PlannedPicture
    from engine.wire import Generate, SamplingParams


def plan_of(request: Generate) -> Plan:
    """Draw each picture from noise, or from what comes with the request; decode and send it."""
    return Plan(
        seeds=request.seeds,
        passes=(_first(request),),
        end=partial(results.picture, request),
        begins="noise" if request.start is None else request.start.origin,
    )


def _first(request: Generate) -> Pass:
    start, sampling = request.start, request.sampling
    draw: Draw = partial(_draw, start is not None and isinstance(start.image, Pixels))
    return Pass(
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        sampling=sampling,
        draw=draw if request.variation is None else varied(request.variation, draw),
        begin_index=0 if start is None else _begin_index(sampling, start.strength),
        source=None if start is None else partial(starts.brought, start.image, sampling),
    )


def _begin_index(sampling: SamplingParams, strength: float) -> int:
    return sampling.num_inference_steps - steps_taken(sampling.num_inference_steps, strength)


def _draw(encodes: bool, model: Model, sampling: SamplingParams, picture: PlannedPicture, begin_index: int) -> Noise:
    return draw_noise(model, sampling, picture.seed, begin_index, encodes=encodes)
