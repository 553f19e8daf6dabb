"""From a picture that exists to the request that makes more of it: vary it a little or much, or enlarge it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import msgspec

from bot.errors import InvalidRequest
from bot.request import Change, picture_seeds, size_of, sub_seeds
from bot.sentences import more as says
from engine.cost import steps_taken, usual_strength
from engine.extending import STRENGTH as EXTEND_STRENGTH
from engine.extending import Direction, extended_size
from engine.marking import usual_face
from engine.wire import MAX_PIXELS, MAX_SIDE, Box, Enlargement, Variation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.request import Parent, Request

Kind = Literal[
    "subtle",
    "strong",
    "larger",
    "double",
    "extend_out",
    "extend_left",
    "extend_right",
    "extend_up",
    "extend_down",
    "detail_face",
    "detail_centre",
    "detail_top",
    "detail_bottom",
]
"""What can be made of one picture; each stands in custom ids, so none ever changes."""

KINDS: tuple[Kind, ...] = get_args(Kind)

EXTENDS: dict[Kind, Direction] = {
    "extend_out": "out",
    "extend_left": "left",
    "extend_right": "right",
    "extend_up": "up",
    "extend_down": "down",
}

DETAILS: dict[Kind, tuple[float, float, float, float]] = {
    "detail_centre": (0.25, 0.25, 0.75, 0.75),
    "detail_top": (0.1, 0.0, 0.9, 0.5),
    "detail_bottom": (0.1, 0.5, 0.9, 1.0),
}
"""Left, top, right and bottom of what is drawn over at full size, in shares of the picture; a face is looked for."""

DETAIL = 0.4
"""Of the steps how many are drawn over a detail (ADetailer's): a face stays the same one."""

FACTORS: dict[Kind, float] = {"larger": 1.5, "double": 2.0}
"""Of both sides: the model's official Space has the first, and the second is what most people ask for."""

SUBTLE = 0.15
"""How far the first noise is turned; AIYABot's own value, and its cosine with the original is 0.97."""
SUBTLE_OVER = 0.35
"""Of the steps how many are drawn over a picture that did not begin as noise, and so has none to be turned."""
STRONG = 0.65
"""Of the steps how many are drawn anew: more than half, as the composition is to change."""

VARIATIONS = 4
"""Pictures of one variation, where the operator's limit allows so many."""


def follow_up(
    kind: Kind,
    request: Request,
    parent: Parent,
    *,
    draw_seed: Callable[[], int],
    max_count: int,
    max_steps: int,
    faces: Sequence[Box] = (),
) -> Request:
    """Wish for more of one picture.

    Args:
        kind: What is made of it.
        request: What the picture was drawn by.
        parent: Which picture of that request.
        draw_seed: Gives a seed, 0 … 2³²−1.
        max_count: Of the pictures of a request.
        max_steps: Of a pass.
        faces: That were found in it and are small; empty: none was seen, and one is where most portraits have it.

    Raises:
        InvalidRequest: It would be larger, or take more steps, than is drawn here.
    """
    steps = request.sampling.num_inference_steps
    if steps > max_steps:
        raise InvalidRequest(says.too_many_steps(steps, max_steps))
    width, height = size_of(request)
    more = msgspec.structs.replace(
        request,
        parent=parent,
        sampling=msgspec.structs.replace(request.sampling, width=width, height=height),
        count=min(VARIATIONS, max_count),
        enlargement=None,
        variation=None,
        image=None,
        change=None,
        from_upload=request.from_upload or request.image is not None,
    )
    seed = picture_seeds(request)[parent.number]
    match kind:
        case "subtle" if _is_first(request):
            variation = Variation(seeds=sub_seeds(draw_seed(), more.count), strength=SUBTLE)
            return msgspec.structs.replace(more, seed=seed, strength=None, variation=variation)
        case "subtle" | "strong":
            strength = SUBTLE_OVER if kind == "subtle" else STRONG
            return msgspec.structs.replace(more, seed=draw_seed(), strength=_at_least_a_step(strength, steps))
        case "larger" | "double":
            return _enlarged(FACTORS[kind], request, msgspec.structs.replace(more, seed=seed))
        case "extend_out" | "extend_left" | "extend_right" | "extend_up" | "extend_down":
            return _extended(EXTENDS[kind], msgspec.structs.replace(more, seed=draw_seed(), count=1))
        case "detail_face" | "detail_centre" | "detail_top" | "detail_bottom":
            boxes = _details(kind, width, height, faces)
            strength = _at_least_a_step(DETAIL, steps)
            change = Change(details=boxes)
            return msgspec.structs.replace(more, seed=draw_seed(), count=1, strength=strength, change=change)


def _extended(direction: Direction, more: Request) -> Request:
    """Go on beyond an edge, or show the picture smaller with more around it."""
    width, height = more.sampling.width, more.sampling.height
    size = extended_size(width, height, direction)
    if size is None:
        raise InvalidRequest(says.no_larger(MAX_SIDE, MAX_PIXELS / 1e6))
    return msgspec.structs.replace(
        more,
        sampling=msgspec.structs.replace(more.sampling, width=size[0], height=size[1]),
        strength=_at_least_a_step(EXTEND_STRENGTH, more.sampling.num_inference_steps),
        change=Change(direction=direction),
    )


def _details(kind: Kind, width: int, height: int, faces: Sequence[Box]) -> tuple[Box, ...]:
    if kind == "detail_face":
        return tuple(faces) or (usual_face(width, height),)
    left, top, right, bottom = DETAILS[kind]
    x, y = round(left * width), round(top * height)
    return (Box(left=x, top=y, width=round(right * width) - x, height=round(bottom * height) - y),)


def _enlarged(factor: float, request: Request, more: Request) -> Request:
    """Go on with the picture as it is; what it was varied by stays, so that it can be drawn again where it is gone."""
    number = 0 if more.parent is None else more.parent.number
    kept = request.variation and msgspec.structs.replace(request.variation, seeds=(request.variation.seeds[number],))
    strength = _at_least_a_step(usual_strength(factor), request.sampling.num_inference_steps)
    enlargement = Enlargement(factor=factor, strength=strength)
    enlarged = msgspec.structs.replace(more, count=1, strength=0.0, variation=kept, enlargement=enlargement)
    width, height = size_of(enlarged)
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise InvalidRequest(says.too_large(width, height, MAX_SIDE, MAX_PIXELS / 1e6))
    return enlarged


def drawn_again(request: Request, parent: Request) -> bool:
    """Tell whether a request without its parent's picture draws that same picture first, as `parent` did."""
    number = 0 if request.parent is None else request.parent.number
    variation = parent.variation and (parent.variation.seeds[number], parent.variation.strength)
    mine = request.variation and (request.variation.seeds[0], request.variation.strength)
    return (
        parent.strength is None
        and parent.enlargement is None
        and parent.sampling == request.sampling
        and parent.rating == request.rating
        and picture_seeds(parent)[number] == request.seed
        and variation == mine
    )


def _is_first(request: Request) -> bool:
    """Tell whether a picture began as nothing but the noise of its seed, and was not drawn over."""
    return request.strength is None and request.variation is None and request.enlargement is None


def _at_least_a_step(strength: float, steps: int) -> float:
    """Raise a strength until a step is taken, where there are few: without one nothing would be made."""
    return strength if steps_taken(steps, strength) else min(1.0, 1 / steps + 1e-9)  # one step, however it is rounded


def kind_of(request: Request) -> Kind | Literal["repaint", "detail"] | None:
    """Say how a request makes more of its parent's picture; None: it has none."""
    change = request.change
    if request.parent is None:
        return None
    if change is not None and change.direction is not None:
        return next(kind for kind, direction in EXTENDS.items() if direction == change.direction)
    if change is not None:
        return "detail" if change.details else "repaint"
    if request.enlargement is not None:
        return "larger" if request.enlargement.factor <= FACTORS["larger"] else "double"
    return "strong" if request.strength is not None and request.strength >= STRONG else "subtle"
