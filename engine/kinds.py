"""Which plan a request has: the one place that knows kinds of jobs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engine import results
from engine.denoise import draw_noise
from engine.plan import Pass, Plan

if TYPE_CHECKING:
    from engine.wire import Generate


def plan_of(request: Generate) -> Plan:
    """Draw each picture from noise, in one pass; decode and send it."""
    only = Pass(
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        sampling=request.sampling,
        draw=draw_noise,
    )
    return Plan(seeds=request.seeds, passes=(only,), end=partial(results.picture, request))
