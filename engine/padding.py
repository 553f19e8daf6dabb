"""A picture whose sides are no multiples of what a model divides by: it is drawn a little larger, and cut.

Every side that is asked for is a multiple of `engine.picture_size.SIDE_STEP`, and SDXL divides by just that; of a VAE
that divides by more, one latent stands for more pixels. Whoever asks need not know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from engine.wire import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.wire import Generate, SamplingParams


def padded(request: Generate, compression: int) -> Generate:
    """Let a request, and what it begins with, be as large as a model draws: the same one where it is already.

    Args:
        request: What is asked for.
        compression: Pixels to one latent, along each side.

    At its right and lower edge a picture goes on with its outermost pixels, and a mask likewise.
    """
    sampling = padded_sampling(request.sampling, compression)
    if sampling == request.sampling:
        return request
    size, more = (request.sampling.width, request.sampling.height), (sampling.width, sampling.height)
    start, repaint = request.start, request.repaint
    if start is not None and isinstance(start.image, Pixels):
        values = _drawn_out(start.image.values, size, more)
        start = replace(start, image=Pixels(width=sampling.width, height=sampling.height, values=values))
    if repaint is not None:
        repaint = replace(repaint, mask=_drawn_out(repaint.mask, size, more))
    return replace(request, sampling=sampling, start=start, repaint=repaint)


def padded_sampling(sampling: SamplingParams, compression: int) -> SamplingParams:
    """Round both sides up to whole latents."""
    width, height = (-(-side // compression) * compression for side in (sampling.width, sampling.height))
    return replace(sampling, width=width, height=height)


def _drawn_out(values: bytes, size: tuple[int, int], more: tuple[int, int]) -> bytes:
    """Repeat the last column and row of pixels of one byte or several, row after row; sizes are width and height."""
    width, height = size
    pixels: NDArray[np.uint8] = np.frombuffer(values, np.uint8).reshape(height, width, -1)
    edges = ((0, more[1] - height), (0, more[0] - width), (0, 0))
    return np.pad(pixels, edges, mode="edge").tobytes()
