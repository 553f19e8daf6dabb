"""Which plan a request has: the one place that knows kinds of jobs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from engine import detailed, repainted, results, starts
from engine.cost import enlarged, steps_taken
from engine.denoise import draw_noise
from engine.padding import padded, padded_sampling
from engine.picture_size import SIDE_STEP
from engine.plan import Pass, Plan
from engine.variation import varied
from engine.wire import Pixels

if TYPE_CHECKING:
    from engine.denoise import Noise
    from engine.detailed import DetailedPart
    from engine.model import Model
    from engine.plan import Draw, PlannedPicture
    from engine.wire import Enlargement, Generate, Repaint, SamplingParams


def plan_of(request: Generate, compression: int = SIDE_STEP) -> Plan:
    """Draw each picture from noise or from what comes with the request, enlarge it where it is to be; decode it.

    Args:
        request: What is asked for.
        compression: Of the model that draws it: pixels to one latent.
    """
    end = partial(results.picture, request)
    if request.details:
        passes = tuple(_of_part(request, part) for part in detailed.parts(request, compression))
        return Plan(seeds=request.seeds, passes=passes, end=end, keeps_all=True, begins="pixels")
    drawn = padded(request, compression)
    first = _first(drawn)
    second: tuple[Pass, ...] = ()
    if request.enlargement is not None:
        second = (_larger(first, request.sampling, request.enlargement, compression),)
    if drawn.repaint is not None and steps_taken(drawn.sampling.num_inference_steps, drawn.repaint.joint):
        second = (_over_the_joint(first, drawn.repaint),)
    return Plan(
        seeds=request.seeds,
        passes=(first, *second),
        end=end,
        begins="noise" if request.start is None else request.start.origin,
    )


def _first(request: Generate) -> Pass:
    start, sampling, repaint = request.start, request.sampling, request.repaint
    encodes = start is not None and isinstance(start.image, Pixels)
    draw: Draw = partial(_draw, encodes=encodes, repaints=repaint is not None)
    return Pass(
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        sampling=sampling,
        draw=draw if request.variation is None else varied(request.variation, draw),
        begin_index=0 if start is None else _begin_index(sampling, start.strength),
        source=None if start is None else partial(starts.brought, start.image, sampling),
        change=None if repaint is None else partial(repainted.change, repaint, sampling),
        may_be_tiled=start is not None and bool(_begin_index(sampling, start.strength)),
    )


def _of_part(request: Generate, part: DetailedPart) -> Pass:
    """Draw over a part at full size, with a fresh generator of the picture's seed."""
    sampling = replace(request.sampling, width=part.place.width, height=part.place.height)
    return Pass(
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        sampling=sampling,
        draw=partial(_draw, encodes=True, repaints=True),
        begin_index=0 if request.start is None else _begin_index(sampling, request.start.strength),
        source=part.source,
        change=part.change,
    )


def _over_the_joint(first: Pass, repaint: Repaint) -> Pass:
    """Go lightly over what is new beside what was kept, with a fresh generator of the picture's seed."""
    return Pass(
        prompt=first.prompt,
        negative_prompt=first.negative_prompt,
        sampling=first.sampling,
        draw=partial(_draw, repaints=True),
        begin_index=_begin_index(first.sampling, repaint.joint),
        source=starts.the_same,
        change=partial(repainted.change_at_the_joint, repaint, first.sampling),
        may_be_tiled=True,
    )


def _larger(first: Pass, before: SamplingParams, enlargement: Enlargement, compression: int) -> Pass:
    """Draw over the larger latents of the first pass again, with a fresh generator of the picture's seed."""
    width, height = enlarged(before.width, before.height, enlargement.factor)
    wanted = replace(before, width=width, height=height)
    sampling = padded_sampling(wanted, compression)
    return Pass(
        prompt=first.prompt,
        negative_prompt=first.negative_prompt,
        sampling=sampling,
        draw=_draw_larger,
        begin_index=_begin_index(sampling, enlargement.strength),
        source=partial(starts.larger, before, wanted),
        may_be_tiled=True,
    )


def _begin_index(sampling: SamplingParams, strength: float) -> int:
    return sampling.num_inference_steps - steps_taken(sampling.num_inference_steps, strength)


def _draw_larger(model: Model, sampling: SamplingParams, picture: PlannedPicture, begin_index: int) -> Noise:
    """Draw what an upscaler's picture takes, too, where there is one: it has to be encoded."""
    return _draw(model, sampling, picture, begin_index, encodes=model.upscaler is not None)


def _draw(
    model: Model,
    sampling: SamplingParams,
    picture: PlannedPicture,
    begin_index: int,
    *,
    encodes: bool = False,
    repaints: bool = False,
) -> Noise:
    return draw_noise(model, sampling, picture.seed, begin_index, encodes=encodes, repaints=repaints)
