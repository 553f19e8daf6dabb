"""What a request makes the engine compute, pass by pass, and what that costs; pure, for the bot reckons with it too.

The unit of cost is one step of one row of 832×1216: a guided step of such a picture costs 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from engine.picture_size import SIDE_STEP
from engine.regions import enlarged_part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.picture_size import Box

UNIT_PIXELS = 832 * 1216

_LINEAR, _SQUARE, _FIXED = 0.8847, 0.1076, 0.0077
"""What SDXL's UNet computes for a row of `UNIT_PIXELS`, 6.50 TFLOP, by how it grows: convolutions and matrix products
with the pixels, attention among the pixels with their square, and the prompt not at all. Fitted to the operations that
torch counts at 832×1216, 1248×1824 and 1664×2432 (`tests/engine/test_cost.py` counts them): 1, 2.54 and 5.27."""


class Sampled(Protocol):
    """What of `engine.wire.SamplingParams` costs something; the wire itself reckons with this module."""

    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def num_inference_steps(self) -> int: ...


class Enlarged(Protocol):
    """What of `engine.wire.Enlargement` does."""

    @property
    def factor(self) -> float: ...
    @property
    def strength(self) -> float: ...


class PassSize(NamedTuple):
    """One pass of one picture."""

    width: int
    """Pixels."""
    height: int
    steps: int
    """That are taken."""

    def cost(self, *, guided: bool) -> float:
        return self.steps * step_cost(self.width, self.height, guided=guided)


def step_cost(width: int, height: int, *, guided: bool) -> float:
    """Reckon what one step of one picture costs; with guidance it has two rows."""
    size = width * height / UNIT_PIXELS
    return (_FIXED + _LINEAR * size + _SQUARE * size**2) * (2 if guided else 1)


def passes(
    sampling: Sampled,
    *,
    strength: float = 1.0,
    joint: float = 0.0,
    details: Sequence[Box] = (),
    enlargement: Enlarged | None = None,
) -> tuple[PassSize, ...]:
    """List what each picture of a request goes through.

    Args:
        sampling: Of the first pass.
        strength: Of what it begins with; from noise all steps are taken.
        joint: Of the pass over the edge of what was drawn anew; 0: there is none.
        details: What of it is drawn over at full size; empty: it is drawn itself.
        enlargement: None: it is not enlarged.
    """
    steps = sampling.num_inference_steps
    if details:
        parts = (enlarged_part(one, sampling.width, sampling.height) for one in details)
        return tuple(PassSize(part.width, part.height, steps_taken(steps, strength)) for part in parts)
    first = PassSize(sampling.width, sampling.height, steps_taken(steps, strength))
    if light := steps_taken(steps, joint):
        return first, first._replace(steps=light)
    if enlargement is None:
        return (first,)
    width, height = enlarged(sampling.width, sampling.height, enlargement.factor)
    return first, PassSize(width, height, steps_taken(steps, enlargement.strength))


def largest_pass(sampling: Sampled, *, details: Sequence[Box] = (), enlargement: Enlarged | None = None) -> PassSize:
    """Give the pass whose steps take longest."""
    each = passes(sampling, details=details, enlargement=enlargement)
    return max(each, key=lambda one: one.width * one.height)


def steps_taken(num_inference_steps: int, strength: float) -> int:
    """Count the steps of a schedule that are taken at this strength, which are its last ones, as diffusers does."""
    return min(int(num_inference_steps * strength), num_inference_steps)


def usual_strength(factor: float) -> float:
    """Give the strength of an enlargement where nobody says one: the Space's at its own ×1.5, less beyond that.

    The larger the picture, the more of it is new at the same strength: at ×2 faces and limbs come out anew.
    """
    return 0.55 if factor <= 1.5 else 0.35  # noqa: PLR2004  the Space's factor


def enlarged(width: int, height: int, factor: float) -> tuple[int, int]:
    """Give width and height after an enlargement, in pixels: whole multiples of what all sides are multiples of."""
    return int(width * factor) // SIDE_STEP * SIDE_STEP, int(height * factor) // SIDE_STEP * SIDE_STEP
