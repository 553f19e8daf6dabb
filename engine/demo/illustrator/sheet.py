"""The sheet that is drawn on, larger than the picture will be, and frames on it with measures of their own."""

from __future__ import annotations

from math import cos, radians, sin
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageChops, ImageDraw

from engine.demo.illustrator.palette import Colour, shaded
from engine.demo.illustrator.path import Path, clockwise, ellipse, normals, smooth

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from engine.demo.illustrator.hand import Hand
    from engine.demo.illustrator.path import Point

_LIGHT = np.asarray((0.42, 0.9))
"""Lines are thickest where a shape turns away from the light, to the lower right."""

_FACE = 0.235
"""Half a face's width, as a share of the shorter side, at which a line has its full width."""


class Sheet:
    """Holds the colours, in pixels of the larger sheet."""

    def __init__(self, size: tuple[int, int], scale: int, hand: Hand, random: Random, wobble: float = 0.0) -> None:
        """Take the picture's size, how many times larger the sheet is, and how far, in units, the hand slips."""
        self.size = (size[0] * scale, size[1] * scale)
        self.image = Image.new("RGB", self.size, (255, 255, 255))
        self.pen = ImageDraw.Draw(self.image)
        self.hand = hand
        self.random = random
        self.wobble = wobble
        self.side = min(self.size)

    def whole(self) -> Frame:
        """Give the frame whose unit is the sheet's height, with the origin in the upper left corner."""
        return Frame(self, (0.0, 0.0), float(self.size[1]))

    def finish(self, scale: int) -> Image.Image:
        """Give the picture."""
        return self.image.reduce(scale) if scale > 1 else self.image


class Frame:
    """Draws in units of its own around a point of the sheet, y downwards, turned by some degrees, or mirrored."""

    def __init__(self, sheet: Sheet, origin: Point, unit: float, turn: float = 0.0, *, mirrored: bool = False) -> None:
        self.sheet = sheet
        self.hand = sheet.hand
        self.origin = origin
        self.unit = unit
        self.turn = turn
        self.mirrored = mirrored
        c, s = cos(radians(turn)) * unit, sin(radians(turn)) * unit
        flip = -1 if mirrored else 1
        self._matrix = np.asarray(((c * flip, s * flip), (-s, c)))
        self._shift = np.asarray(origin)

    def mirror(self) -> Frame:
        """Give the frame in which right is left."""
        return Frame(self.sheet, self.origin, self.unit, self.turn, mirrored=not self.mirrored)

    def at(self, x: float, y: float, scale: float = 1.0, turn: float = 0.0) -> Frame:
        """Give a frame around a point of this one."""
        spun = self.turn + (-turn if self.mirrored else turn)
        return Frame(self.sheet, self.point(x, y), self.unit * scale, spun, mirrored=self.mirrored)

    def point(self, x: float, y: float) -> Point:
        """Give a point's place on the sheet, in its pixels."""
        px, py = np.asarray((x, y)) @ self._matrix + self._shift
        return float(px), float(py)

    def place(self, points: Path | Sequence[Point]) -> Path:
        """Give points' places on the sheet, in its pixels, as far off as the hand slips."""
        path = np.asarray(points, dtype=np.float64)
        if self.sheet.wobble:
            random, wobble = self.sheet.random, self.sheet.wobble
            path = path + np.asarray((random.gauss(0, wobble), random.gauss(0, wobble)))
            waves = np.sin(np.linspace(0, random.uniform(3, 9), len(path)) + random.uniform(0, 6))[:, None]
            path = path + 0.5 * wobble * waves
        return path @ self._matrix + self._shift

    def width(self, weight: float) -> float:
        """Give a line's width in pixels: small figures are drawn with finer lines, but not as much finer."""
        full = self.hand.width * self.sheet.side * weight
        return max(1.2, full * min(1.5, (self.unit / (_FACE * self.sheet.side)) ** 0.5))

    def fill(self, points: Path | Sequence[Point], colour: Colour) -> None:
        """Fill a shape that has no outline."""
        _polygon(self.sheet.pen, self.place(points), self.hand.paint(colour))

    def shape(
        self, points: Path | Sequence[Point], colour: Colour, *, shade: float = 0.0, down: float = 0.35,
        weight: float = 1.0, dark: Colour | None = None,
    ) -> None:  # fmt: skip
        """Fill a shape, with its shadow on the side away from the light, and draw its outline.

        Args:
            points: The outline.
            colour: Of what is in the light.
            shade: Width of the shadow, in units; 0 for none.
            down: How much of that is downwards.
            weight: Of the line; 0 for none.
            dark: Of what is in the shade.
        """
        path = self.place(points)
        if weight:
            self._outline(path, self.hand.line(colour), self.width(weight))
        if not shade:
            _polygon(self.sheet.pen, path, self.hand.paint(colour))
            return
        _polygon(self.sheet.pen, path, self.hand.paint(dark or shaded(colour)))
        self._paste(path, path - np.asarray((shade, shade * down)) * self.unit, colour)

    def within(self, points: Path | Sequence[Point], inner: Path | Sequence[Point], colour: Colour) -> None:
        """Fill what two shapes have in common."""
        self._paste(self.place(points), self.place(inner), colour)

    def dot(self, x: float, y: float, half_width: float, half_height: float, colour: Colour) -> None:
        """Fill an ellipse."""
        self.fill(ellipse(x, y, half_width, half_height), colour)

    def shadow(self, x: float, y: float, half_width: float, half_height: float) -> None:
        """Darken the ground below somebody a little."""
        path = self.place(ellipse(x, y, half_width, half_height))
        low, high = path.min(0).astype(int), path.max(0).astype(int) + 1
        mask = Image.new("L", (int(high[0] - low[0]), int(high[1] - low[1])))
        _polygon(ImageDraw.Draw(mask), path - low, 70)
        self.sheet.image.paste(self.hand.paint((50, 40, 80)), (int(low[0]), int(low[1])), mask)

    def stroke(
        self, points: Path | Sequence[Point], colour: Colour, width: float, *, start: float = 0.15, end: float = 0.15,
        curved: bool = True,
    ) -> None:  # fmt: skip
        """Draw a line that swells and thins out.

        Args:
            points: On the way.
            colour: Of the line.
            width: Where it is widest, in units.
            start: Its width at its beginning, as a share of that.
            end: Its width at its end.
            curved: Leads it smoothly through the points; else they are the line.
        """
        path = self.place(smooth(points, closed=False) if curved else points)
        t = np.linspace(0, 1, len(path))
        swell = np.sin(np.pi * t) ** 0.7
        ends = start * (1 - t) + end * t
        half = np.maximum(0.5 * width * self.unit * (ends + (1 - ends) * swell), 0.35)[:, None]
        left = normals(path, closed=False)
        _polygon(self.sheet.pen, np.concatenate((path + left * half, (path - left * half)[::-1])), self._ink(colour))

    def line(
        self, points: Path | Sequence[Point], colour: Colour, weight: float = 1.0, *, start: float = 0.2,
        end: float = 0.2, curved: bool = True,
    ) -> None:  # fmt: skip
        """Draw a line inside a shape of some colour, as wide as outlines are."""
        self.stroke(
            points, self.hand.line(colour), 1.2 * self.width(weight) / self.unit, start=start, end=end, curved=curved
        )

    def _ink(self, colour: Colour) -> Colour:
        return colour if self.hand.style != "line art" else self.hand.paint(colour)

    def _outline(self, path: Path, colour: Colour, width: float) -> None:
        outwards = normals(path, closed=True) * (1 if clockwise(path) else -1)
        wide = width * (0.62 + 0.6 * np.clip(outwards @ _LIGHT, 0, 1))[:, None]
        _polygon(self.sheet.pen, path + outwards * wide, colour)

    def _paste(self, path: Path, inner: Path, colour: Colour) -> None:
        """Fill what two places have in common."""
        width, height = self.sheet.size
        low = np.maximum(path.min(0), inner.min(0)).clip(0, None)
        high = np.minimum(path.max(0), inner.max(0)) + 1
        left, top = (int(side) for side in low)
        right, bottom = min(width, int(high[0]) + 1), min(height, int(high[1]) + 1)
        if right <= left or bottom <= top:
            return
        masks: list[Image.Image] = []
        for points in (path, inner):
            mask = Image.new("L", (right - left, bottom - top))
            _polygon(ImageDraw.Draw(mask), points - (left, top), 255)
            masks.append(mask)
        self.sheet.image.paste(self.hand.paint(colour), (left, top), ImageChops.darker(*masks))


def _polygon(pen: ImageDraw.ImageDraw, path: Path, colour: Colour | int) -> None:
    pen.polygon(path.ravel().tolist(), fill=colour)
