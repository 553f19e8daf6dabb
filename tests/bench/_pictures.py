"""Pictures of the size that is posted, with as many details as a model's: drawings with film grain."""

from __future__ import annotations

import io
import statistics
from random import Random
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from engine import png
from engine.demo.illustrator.illustrate import illustrate
from engine.demo.illustrator.scene import choose
from tests.bench._versus_stock import seconds

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZE = (832, 1216)
GRAIN = 1.0
"""Standard deviation in levels; it brings files to the size of SDXL's, 1.3 to 1.8 MB."""
ROUNDS = 5


def pictures(number: int = 3) -> list[NDArray[np.uint8]]:
    rng = np.random.default_rng(0)
    drawings = (np.asarray(illustrate(choose(Random(seed)), SIZE).image) for seed in range(number))
    return [
        (drawing + rng.normal(0, GRAIN, drawing.shape)).round().clip(0, 255).astype(np.uint8) for drawing in drawings
    ]


def png_figures() -> tuple[float, float, float]:
    """Give the median milliseconds of a PNG, its megabytes, and the milliseconds of Pillow's quickest."""
    samples = pictures()
    ours = [seconds(lambda pixels=pixels: png.encode(pixels)) for pixels in samples for _ in range(ROUNDS)]
    pillow = [seconds(lambda pixels=pixels: _pillow(pixels)) for pixels in samples]
    for pixels in samples:
        if not np.array_equal(np.asarray(Image.open(io.BytesIO(png.encode(pixels)))), pixels):
            raise AssertionError("a PNG that is not the picture")
    size = statistics.median(len(png.encode(pixels)) for pixels in samples)
    return statistics.median(ours) * 1e3, size / 1e6, statistics.median(pillow) * 1e3


def _pillow(pixels: NDArray[np.uint8]) -> None:
    Image.fromarray(pixels).save(io.BytesIO(), format="PNG", compress_level=1)
