"""Draws a portrait: flat colours, dark outlines, and beside every pixel what it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from engine.demo.backdrop import draw_backdrop
from engine.demo.canvas import Canvas, ellipse
from engine.demo.face import draw_face
from engine.demo.hair import draw_back_hair, draw_front_hair
from engine.demo.outfit import draw_body, draw_worn
from engine.demo.pen import Pen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.demo.portrait import Portrait


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished picture."""

    image: NDArray[np.uint8]
    """Colours, (height, width, 3)."""
    parts: NDArray[np.uint8]
    """What each pixel belongs to, as in `canvas.Part`, (height, width)."""


def draw(portrait: Portrait, size: tuple[int, int], smooth: int = 1) -> Drawing:
    """Draw a portrait; the same portrait looks the same at every size.

    Args:
        portrait: What to draw.
        size: Width and height in pixels.
        smooth: Draws this many times larger and averages, so that edges are smooth.
    """
    width, height = size[0] * smooth, size[1] * smooth
    unit = portrait.zoom * min(0.235 * width, 0.205 * height)
    middle = ((0.5 + portrait.shift_x) * width, (0.41 + portrait.shift_y) * height)
    random = Random(portrait.detail_seed)
    badness = max(0.0, 1 - portrait.quality / 0.4)
    canvas = Canvas((width, height), middle, unit, portrait.tilt, 0.13 * badness, random)
    pen = Pen.of(portrait)
    draw_backdrop(canvas, portrait, random)
    draw_back_hair(canvas, portrait, pen)
    draw_body(canvas, portrait, pen)
    draw_face(canvas, portrait, pen)
    draw_front_hair(canvas, portrait, pen)
    draw_worn(canvas, portrait, pen)
    image = _spoil(canvas.image, badness, random) if badness else canvas.image
    parts = canvas.parts
    if smooth > 1:
        image, parts = image.reduce(smooth), parts.resize(size, Image.Resampling.NEAREST)
    return Drawing(np.asarray(image), np.asarray(parts))


def _spoil(image: Image.Image, badness: float, random: Random) -> Image.Image:
    """Blotch, fade and blur a picture; badness goes from 0 to 1."""
    width, height = image.size
    side = min(width, height)
    blotches = image.copy()
    pen = ImageDraw.Draw(blotches)
    for radius in (0.075, 0.04):
        for _ in range(round(60 * (0.3 + 0.7 * badness))):
            x, y = random.random() * width, random.random() * height
            r = radius * side * random.uniform(0.7, 1.3)
            colour = (random.randrange(256), random.randrange(256), random.randrange(256))
            pen.polygon([(float(a), float(b)) for a, b in ellipse(x, y, r, r * random.uniform(0.6, 1))], fill=colour)
    spoilt = Image.blend(image, blotches, 0.2 + 0.35 * badness)
    faded = Image.blend(spoilt, Image.new("RGB", image.size, (128, 126, 120)), 0.25 * badness)
    return faded.filter(ImageFilter.GaussianBlur(0.004 * side * badness))
