"""A sheet that remembers, beside every colour, what the pen was drawing there."""

from __future__ import annotations

from enum import IntEnum
from math import cos, pi, radians, sin
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from numpy.typing import NDArray

    from engine.demo.palette import Colour

Point: TypeAlias = tuple[float, float]


class Part(IntEnum):
    """What a pixel belongs to."""

    BACKGROUND = 0
    HAIR = 1
    SKIN = 2
    CLOTHES = 3
    """Clothes and everything worn."""
    FEATURE = 4
    """Eyes and mouth."""
    INK = 5


class Canvas:
    """Draws in units of half a face's width around the face's middle, y downwards, tilted by some degrees."""

    def __init__(
        self, size: tuple[int, int], middle: Point, unit: float, tilt: float, wobble: float, random: Random
    ) -> None:
        """Take sizes and places in pixels; the wobble, in units, is how far the hand slips at each point."""
        self.size = size
        self.image = Image.new("RGB", size)
        self.parts = Image.new("L", size)
        self._colours = ImageDraw.Draw(self.image)
        self._parts = ImageDraw.Draw(self.parts)
        self._middle = middle
        self.unit = unit
        self._turn = (cos(radians(tilt)), sin(radians(tilt)))
        self._wobble = wobble
        self._random = random

    def _place(self, points: Sequence[Point], *, tilted: bool) -> list[Point]:
        c, s = self._turn if tilted else (1.0, 0.0)
        x0, y0 = self._middle
        pivot = 1.25  # the chin: the head tilts on its neck
        return [
            (x0 + self.unit * (x * c - (y - pivot) * s), y0 + self.unit * (pivot + x * s + (y - pivot) * c))
            for x, y in points
        ]

    def shape(
        self, points: Sequence[Point], colour: Colour, part: Part, line: Colour | None = None, width: float = 0.0,
        *, smooth: bool = True, tilted: bool = True,
    ) -> None:  # fmt: skip
        """Fill a closed shape and draw its outline; the width is in units."""
        points = self._slip(points)
        placed = self._place(curve(points) if smooth else points, tilted=tilted)
        self._colours.polygon(placed, fill=colour)
        self._parts.polygon(placed, fill=int(part))
        if line is not None:
            self._line([*placed, placed[0], placed[1]], line, width, Part.INK)

    def stroke(
        self, points: Sequence[Point], colour: Colour, width: float, part: Part = Part.INK, *, tilted: bool = True
    ) -> None:
        """Draw an open, smooth line; the width is in units."""
        self._line(self._place(curve(self._slip(points), closed=False), tilted=tilted), colour, width, part)

    def _slip(self, points: Sequence[Point]) -> Sequence[Point]:
        if not self._wobble:
            return points
        dx, dy = self._random.gauss(0, self._wobble), self._random.gauss(0, self._wobble)
        slip = 0.5 * self._wobble
        return [(x + dx + self._random.gauss(0, slip), y + dy + self._random.gauss(0, slip)) for x, y in points]

    def _line(self, placed: list[Point], colour: Colour, width: float, part: Part) -> None:
        pixels = max(1, round(width * self.unit))
        self._colours.line(placed, fill=colour, width=pixels, joint="curve")
        self._parts.line(placed, fill=int(part), width=pixels, joint="curve")

    def backdrop(self, points: Sequence[Point], colour: Colour) -> None:
        """Fill a shape of the background; here alone the points are shares of the sheet."""
        width, height = self.size
        self._colours.polygon([(x * width, y * height) for x, y in points], fill=colour)

    def gradient(self, top: Colour, bottom: Colour, until: float) -> None:
        """Fill the sheet from one colour to another, which is reached at a share of the height."""
        width, height = self.size
        share = np.minimum(1.0, np.arange(height) / (height * until))[:, None, None]
        rows = np.asarray(top) * (1 - share) + np.asarray(bottom) * share
        self.image.paste(Image.fromarray(np.repeat(rows, width, axis=1).round().astype(np.uint8)))

    def arrays(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Give the colours, (height, width, 3), and the parts, (height, width)."""
        return np.asarray(self.image), np.asarray(self.parts)


_CATMULL_ROM = np.asarray(((0, 2, 0, 0), (-1, 0, 1, 0), (2, -5, 4, -1), (-1, 3, -3, 1))) / 2
"""Of four points in a row, what makes the powers of the way from the second to the third (a uniform spline)."""


def curve(points: Sequence[Point], *, closed: bool = True, pieces: int = 6) -> list[Point]:
    """Lead a smooth line through all points, with so many pieces from one to the next."""
    p = np.asarray(points, dtype=np.float64)
    before, after = (p[-1:], p[:2]) if closed else (p[:1], p[-1:])
    q = np.concatenate((before, p, after))
    fours = np.stack([q[i : len(q) - 3 + i] for i in range(4)], axis=1)  # (lines, 4, 2)
    powers = (np.arange(pieces) / pieces)[:, None] ** np.arange(4)
    path = ((powers @ _CATMULL_ROM) @ fours).reshape(-1, 2)
    if not closed:
        path = np.concatenate((path, p[-1:]))
    return [(x, y) for x, y in path.tolist()]


def ellipse(x: float, y: float, half_width: float, half_height: float, corners: int = 16) -> list[Point]:
    """Give the corners of an ellipse."""
    angles = [2 * pi * corner / corners for corner in range(corners)]
    return [(x + half_width * cos(angle), y + half_height * sin(angle)) for angle in angles]
