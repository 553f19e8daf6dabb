"""Parts of a picture: where a word or a face is, and how a small part is drawn at full size; pure.

Places are counted in pixels from the upper left corner.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.picture_size import Box

PADDING = 32
"""Pixels around a part that are shown while it is drawn, so that it fits (ADetailer's ``inpaint padding``)."""

STEP = 64
"""Sides of a part at full size are multiples of it: few sizes meet more company, and need fewer kernels."""

FULL_AREA = 1024 * 1024
"""Pixels of a part at full size: the largest of the model card's sizes, or the picture where that is smaller."""


LARGEST = 1 / 3
"""Of a picture's area: a face beyond that is drawn well enough as it is."""

MOST = 8
"""Details of one picture: so many faces that are too small to be drawn well are a crowd."""


class EnlargedPart(NamedTuple):
    """A part of a picture, and the size at which it is drawn."""

    left: int
    top: int
    right: int
    bottom: int
    width: int
    """Pixels of it while it is drawn."""
    height: int

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom, as Pillow counts."""
        return self[:4]


def enlarged_part(box: Box, width: int, height: int) -> EnlargedPart:
    """Say what is shown around a part, and how large all of that is drawn.

    Args:
        box: In the picture.
        width: Of the picture, in pixels.
        height: Likewise.
    """
    left, top = max(0, box.left - PADDING), max(0, box.top - PADDING)
    right = min(width, box.left + box.width + PADDING)
    bottom = min(height, box.top + box.height + PADDING)
    wide, high = right - left, bottom - top
    factor = max(1.0, math.sqrt(min(width * height, FULL_AREA) / (wide * high)))
    sides = (max(STEP, round(side * factor / STEP) * STEP) for side in (wide, high))
    return EnlargedPart(left, top, right, bottom, *sides)


def worth_it(faces: Iterable[Box], width: int, height: int) -> tuple[Box, ...]:
    """Leave out those that are large enough as they are, and those beyond the number that is drawn at once."""
    return tuple(one for one in faces if one.width * one.height <= LARGEST * width * height)[:MOST]
