"""Parts of a picture: where a word or a face is, and how a small part is drawn at full size; pure.

Places are counted in pixels from the upper left corner.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from engine.picture_size import SIDE_STEP

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.picture_size import Box

PADDING = 4
"""Latents around a part that are shown while it is drawn, so that it fits: of SDXL's 32 pixels (ADetailer's ``inpaint
padding``). A model whose latents are larger sees as many, and not a fraction of one."""

FACTORS = (8, 4, 2, 1)
"""By which a part is enlarged for a model of larger latents, which its pixels then fill as they did: moved by a part of
one, a picture is another to it, and a pixel or two are nothing to SDXL's."""

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
    """Pixels that are drawn: whole latents."""
    height: int
    shown: tuple[int, int]
    """Width and height of those that show the part; to their right and below, its edge goes on."""

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom, as Pillow counts."""
        return self[:4]


def enlarged_part(box: Box, width: int, height: int, compression: int = SIDE_STEP) -> EnlargedPart:
    """Say what is shown around a part, and how large all of that is drawn.

    Args:
        box: In the picture.
        width: Of the picture, in pixels.
        height: Likewise.
        compression: Of the model that draws it: pixels to one latent.
    """
    if compression > SIDE_STEP:
        each = ((factor, _on_the_grid(box, (width, height), compression, factor)) for factor in FACTORS)
        return next(part for factor, part in each if factor == 1 or part.width * part.height <= FULL_AREA)
    left, top, right, bottom = _around(box, (width, height), PADDING * SIDE_STEP)
    wide, high = right - left, bottom - top
    factor = max(1.0, math.sqrt(min(width * height, FULL_AREA) / (wide * high)))
    width, height = (max(STEP, round(side * factor / STEP) * STEP) for side in (wide, high))
    return EnlargedPart(left, top, right, bottom, width, height, (width, height))


def _on_the_grid(box: Box, size: tuple[int, int], compression: int, factor: int) -> EnlargedPart:
    """Enlarge so many times what whole latents show, then, of a part and what is around it."""
    step = compression // factor
    left, top, right, bottom = _around(box, size, PADDING * step)
    left, top = (side // step * step for side in (left, top))
    right, bottom = (min(whole, -(-side // step) * step) for side, whole in zip((right, bottom), size, strict=True))
    shown = factor * (right - left), factor * (bottom - top)
    width, height = (-(-side // compression) * compression for side in shown)
    return EnlargedPart(left, top, right, bottom, width, height, shown)


def _around(box: Box, size: tuple[int, int], padding: int) -> tuple[int, int, int, int]:
    """Give left, top, right and bottom of a part with so many pixels around it, as far as the picture goes."""
    return (
        max(0, box.left - padding),
        max(0, box.top - padding),
        min(size[0], box.left + box.width + padding),
        min(size[1], box.top + box.height + padding),
    )


def worth_it(faces: Iterable[Box], width: int, height: int) -> tuple[Box, ...]:
    """Leave out those that are large enough as they are, and those beyond the number that is drawn at once."""
    return tuple(one for one in faces if one.width * one.height <= LARGEST * width * height)[:MOST]
