"""Draws hair: what falls behind the body first, what lies over the face last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.demo.canvas import Part, ellipse
from engine.demo.palette import HAIR, Colour, mix, vivid

if TYPE_CHECKING:
    from engine.demo.canvas import Canvas, Point
    from engine.demo.pen import Pen
    from engine.demo.portrait import Portrait

_REACH = {"short hair": 0.95, "medium hair": 1.75, "long hair": 3.0, "very long hair": 5.2}
"""How far down hair falls, in units below the middle of the face."""

_TIED = frozenset({"twintails", "ponytail", "double bun"})


def hair_colour(portrait: Portrait) -> Colour:
    """Give the colour of the hair, greyer or more vivid by the weight that its tag has."""
    colour = HAIR[portrait.hair_colour]
    if portrait.emphasis < 1:
        return mix((150, 148, 150), colour, max(0.0, 1.4 * portrait.emphasis - 0.4))
    return vivid(colour, 1 + 0.35 * (portrait.emphasis - 1))


def draw_back_hair(canvas: Canvas, portrait: Portrait, pen: Pen) -> None:
    colour = mix(hair_colour(portrait), (20, 10, 40), 0.12)
    line = pen.line(colour)
    style, reach = portrait.hair_style, _REACH[portrait.hair_length]

    def lock(points: list[Point]) -> None:
        canvas.shape(points, colour, Part.HAIR, line, pen.width)

    if style == "twintails":
        end = max(1.5, reach)
        for side in (-1, 1):
            lock([
                (side * 1.0, -0.75), (side * 1.65, -0.85), (side * 2.0, 0.1), (side * 2.05, end * 0.6),
                (side * 1.75, end), (side * 1.45, end * 0.7), (side * 1.3, 0.2),
            ])  # fmt: skip
    elif style == "ponytail":
        end = max(1.2, reach * 0.9)
        lock([
            (0.1, -1.5), (0.75, -2.0), (1.5, -1.7), (1.95, -0.6), (1.95, end * 0.5), (1.65, end),
            (1.4, end * 0.5), (1.2, -0.6),
        ])  # fmt: skip
    elif style == "double bun":
        for side in (-1, 1):
            lock(ellipse(side * 0.95, -1.4, 0.5, 0.48))
    down = 0.8 if style in _TIED else reach
    wide = 1.28 if down < 1 else 1.42
    if style == "wavy hair":
        steps = max(2, round(down / 0.55))
        right: list[Point] = [
            (wide + (0.24 if step % 2 else -0.02), down * step / steps) for step in range(steps + 1)
        ]  # fmt: skip
        lock([(0, -1.5), (0.9, -1.2), *right, (0, down * 0.93), *((-x, y) for x, y in reversed(right)), (-0.9, -1.2)])
    else:
        lock([
            (0, -1.5), (0.95, -1.2), (wide - 0.06, -0.3), (wide, down * 0.6), (wide * 0.93, down),
            (0, down * 0.96), (-wide * 0.93, down), (-wide, down * 0.6), (-wide + 0.06, -0.3), (-0.95, -1.2),
        ])  # fmt: skip


_FRINGES: dict[str, tuple[Point, ...]] = {
    "blunt bangs": ((-0.98, -0.2), (-0.5, -0.3), (0, -0.32), (0.5, -0.3), (0.98, -0.2)),
    "swept bangs": ((-0.98, 0.1), (-0.72, -0.28), (-0.3, -0.5), (0.25, -0.72), (0.98, -0.1)),
    "parted bangs": ((-0.98, 0.05), (-0.62, -0.35), (0.0, -1.02), (0.62, -0.35), (0.98, 0.05)),
}
_SPIKES: tuple[Point, ...] = (
    (-1.02, 0.0), (-0.78, -0.5), (-0.58, -0.14), (-0.3, -0.58), (-0.05, -0.12), (0.22, -0.58), (0.5, -0.16),
    (0.74, -0.52), (1.02, 0.0),
)  # fmt: skip
_CROWN: tuple[Point, ...] = (
    (1.2, -0.2), (1.26, -0.75), (0.98, -1.3), (0.5, -1.58), (0, -1.66), (-0.5, -1.58), (-0.98, -1.3), (-1.26, -0.75),
    (-1.2, -0.2),
)  # fmt: skip
_SPIKED_CROWN: tuple[Point, ...] = (
    (1.2, -0.1), (1.62, -0.5), (1.22, -0.75), (1.5, -1.3), (0.98, -1.26), (0.95, -1.85), (0.5, -1.5), (0.1, -2.0),
    (-0.3, -1.55), (-0.85, -1.9), (-0.95, -1.3), (-1.5, -1.35), (-1.2, -0.8), (-1.62, -0.5), (-1.2, -0.1),
)  # fmt: skip


def draw_front_hair(canvas: Canvas, portrait: Portrait, pen: Pen) -> None:
    colour = hair_colour(portrait)
    line = pen.line(colour)
    spiked = portrait.bangs == "spiked hair"
    side_end = {"short hair": 0.75, "medium hair": 1.25}.get(portrait.hair_length, 1.75)
    for side in (-1, 1):
        lock = [
            (side * 1.22, -0.5), (side * 1.3, 0.2), (side * 1.22, side_end), (side * 1.0, side_end - 0.25),
            (side * 0.95, 0.1), (side * 0.9, -0.5),
        ]  # fmt: skip
        canvas.shape(lock, colour, Part.HAIR, line, pen.width)
    if portrait.ahoge:
        canvas.shape(
            [(-0.12, -1.55), (0.05, -2.1), (0.5, -2.25), (0.3, -2.0), (0.15, -1.55)], colour, Part.HAIR, line, pen.width
        )
    fringe = _SPIKES if spiked else _FRINGES[portrait.bangs]
    crown = _SPIKED_CROWN if spiked else _CROWN
    canvas.shape((*fringe, *crown), colour, Part.HAIR, line, pen.width, smooth=not spiked)
    shine = pen.shine(colour)
    canvas.stroke([(-0.8, -0.98), (-0.3, -1.16), (0.35, -1.16), (0.8, -0.98)], shine, 0.13, Part.HAIR)
