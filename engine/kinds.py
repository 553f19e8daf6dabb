"""Which plan a request has: the one place that knows kinds of jobs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from engine import results, starts
from engine.cost import enlarged, steps_taken
from engine.denoise import draw_noise
from engine.plan import Pass, Plan
from engine.variation import varied
from engine.wire import Pixels

if TYPE_CHECKING:
    from engine.denoise import Noise
    from engine.model import Model
    from engine.plan import Draw, PlannedPicture
    from engine.wire import Enlargement, Generate, SamplingParams


def plan_of(request: Generate) -> Plan:
    """Draw each picture from noise or from what comes with the request, enlarge it where it is to be; decode it."""
    first = _first(request)
    second = () if request.enlargement is None else (_larger(first, request.enlargement),)
    return Plan(
        seeds=request.seeds,
        passes=(first, *second),
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
        may_be_tiled=start is not None,
    )


def _larger(first: Pass, enlargement: Enlargement) -> Pass:
    """Draw over the larger latents of the first pass again, with a fresh generator of the picture's seed."""
    width, height = enlarged(first.sampling.width, first.sampling.height, enlargement.factor)
    sampling = replace(first.sampling, width=width, height=height)
    return Pass(
        prompt=first.prompt,
        negative_prompt=first.negative_prompt,
        sampling=sampling,
        draw=_draw_larger,
        begin_index=_begin_index(sampling, enlargement.strength),
        source=partial(starts.larger, sampling),
        may_be_tiled=True,
    )


def _begin_index(sampling: SamplingParams, strength: float) -> int:
    return sampling.num_inference_steps - steps_taken(sampling.num_inference_steps, strength)


def _draw_larger(model: Model, sampling: SamplingParams, picture: PlannedPicture, begin_index: int) -> Noise:
    """Draw what an upscaler's picture takes, too, where there is one: it has to be encoded."""
    return _draw(model.upscaler is not None, model, sampling, picture, begin_index)


def _draw(encodes: bool, model: Model, sampling: SamplingParams, picture: PlannedPicture, begin_index: int) -> Noise:
    return draw_noise(model, sampling, picture.seed, begin_index, encodes=encodes)
