"""Makes a drawing a watercolour: uneven washes, pigment at their edges, and a margin of bare paper."""

from __future__ import annotations

from math import copysign, cos, pi, sin
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from engine.demo.illustrator.palette import PAPER
from engine.demo.illustrator.path import Point, smooth

if TYPE_CHECKING:
    from random import Random

MARGIN = 0.03
"""Of bare paper, as a share of the shorter side."""

_SQUARE = 0.12
"""How square the painted part is: at 0 a rectangle, at 1 an ellipse."""


def bare(image: Image.Image, random: Random) -> Image.Image:
    """Leave the margin as bare paper, with an edge as a brush leaves it."""
    width, height = image.size
    margin = MARGIN * min(width, height)
    slopes = [random.uniform(0.6, 1.5) for _ in range(40)]
    edge: list[Point] = []
    for number, slope in enumerate(slopes):
        angle = 2 * pi * number / len(slopes)
        x, y = (copysign(abs(turn) ** _SQUARE, turn) for turn in (cos(angle), sin(angle)))
        edge.append((width + (width - 2 * margin * slope) * x, height + (height - 2 * margin * slope) * y))
    mask = Image.new("L", (2 * width, 2 * height), 255)
    ImageDraw.Draw(mask).polygon(smooth(edge, pieces=4).ravel().tolist(), fill=0)
    image.paste(PAPER, (0, 0), mask.reduce(2))
    return image


def wash(image: Image.Image, random: Random) -> Image.Image:
    """Let the colours of a finished drawing run unevenly over paper."""
    width, height = image.size
    side = min(width, height)
    edged = image.filter(ImageFilter.UnsharpMask(radius=side * 0.009, percent=34, threshold=1))
    pools = Image.new("L", (max(3, width * 9 // side), max(3, height * 9 // side)))
    pools.putdata([random.randint(222, 255) for _ in range(pools.width * pools.height)])
    grain = pools.resize(image.size, Image.Resampling.BICUBIC)
    return ImageChops.multiply(
        edged, Image.merge("RGB", (grain.point(_lift(0.75)), grain.point(_lift(0.9)), grain.point(_lift(1.0))))
    )


def _lift(share: float) -> list[int]:
    return [round(255 - share * (255 - value)) for value in range(256)]
