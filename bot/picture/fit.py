"""Pictures within what Discord takes: as they are, else as lossless WebP, else as WebP of falling quality.

A sample of each picture, a sixteenth of its pixels, says which form will fit; so hardly ever is a whole picture
encoded that is then too large.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image

from bot.errors import PictureTooLarge
from bot.picture.write import Opened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.picture.write import Form

_LADDER: Sequence[tuple[Form, int]] = (
    ("lossless webp", 100),
    *(("webp", quality) for quality in (95, 90, 85, 80, 70, 60, 50, 40, 30, 20, 10)),
)
"""From the best to the smallest. Quality is spent in small steps where the eye still sees them."""

_TILE = 64
"""Side of a tile of the sample: several of WebP's 16-pixel blocks, so that its borders hardly count."""
_EVERY = 4
"""In both directions every fourth tile is in the sample."""
_MARGIN = 1.03
"""A sample that promises less than this below the limit is not believed."""


class Fitted(NamedTuple):
    """A file, and what it is."""

    data: bytes
    form: Form | None = None
    """None: the PNG as the engine wrote it."""
    quality: int = 100


def shares(sizes: Sequence[int], *, per_file: int, total: int) -> list[int]:
    """Divide what one request may carry: the small files stay whole, and the large ones get the same each.

    Returns:
        A limit in bytes for each file, together at most `total` where files fill theirs.
    """
    left, limit = total, per_file
    for count, size in zip(range(len(sizes), 0, -1), sorted(sizes), strict=True):
        limit = min(per_file, left // count)
        if size > limit:
            break
        left -= size
    return [min(size, limit) for size in sizes]


async def fit(png: bytes, max_bytes: int) -> Fitted:
    """Give a picture in the best form that has at most so many bytes, worked out in a thread of its own.

    Raises:
        PictureTooLarge: There is none.
    """
    return Fitted(png) if len(png) <= max_bytes else await asyncio.to_thread(_fit, png, max_bytes)


def _fit(png: bytes, max_bytes: int) -> Fitted:
    opened = Opened.of(png)
    sample, scale = _sample(opened.image)
    carried = sum(len(value) for value in opened.carried.values() if isinstance(value, bytes))
    for form, quality in _LADDER:
        promised = carried + scale * len(Opened(sample, {}).write(form, quality))
        if promised * _MARGIN > max_bytes and (form, quality) != _LADDER[-1]:
            continue
        data = opened.write(form, quality)
        if len(data) <= max_bytes:
            return Fitted(data, form, quality)
    raise PictureTooLarge(f"a picture of {len(png)} bytes does not fit into {max_bytes} bytes in any form")


def _sample(image: Image.Image) -> tuple[Image.Image, float]:
    """Put tiles from all over a picture together, and say how much more of it there is."""
    columns = range(0, max(image.width - _TILE, 0) + 1, _TILE * _EVERY)
    rows = range(0, max(image.height - _TILE, 0) + 1, _TILE * _EVERY)
    sample = Image.new("RGB", (len(columns) * _TILE, len(rows) * _TILE))
    for row, top in enumerate(rows):
        for column, left in enumerate(columns):
            sample.paste(image.crop((left, top, left + _TILE, top + _TILE)), (column * _TILE, row * _TILE))
    return sample, image.width * image.height / (sample.width * sample.height)
