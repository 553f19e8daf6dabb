"""Draws the body, its clothes and everything worn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.demo.canvas import Part, ellipse
from engine.demo.hair import hair_colour
from engine.demo.palette import CLOTHES, INK, SKIN, Colour, mix

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.demo.canvas import Canvas, Point
    from engine.demo.pen import Pen
    from engine.demo.portrait import Portrait

_FAR = 9.0
"""Below the lower edge of every shape."""


def draw_body(canvas: Canvas, portrait: Portrait, pen: Pen) -> None:
    broad = 1.75 if portrait.subject == "1boy" else 1.5
    skin_line = pen.line(SKIN)
    neck = 0.4 if portrait.subject == "1boy" else 0.32

    def shape(points: list[Point], colour: Colour, part: Part, line: Colour) -> None:
        canvas.shape(points, colour, part, line, pen.width, smooth=False, tilted=False)

    shape([(-neck, 0.9), (neck, 0.9), (neck, 2.1), (-neck, 2.1)], pen.shade(SKIN), Part.SKIN, skin_line)
    colour = CLOTHES[portrait.clothes_colour]
    line, shade = pen.line(colour), pen.shade(colour)
    collar = 1.55 if portrait.garment == "sweater" else 1.72
    outline: list[Point] = [
        (-neck, collar), (neck, collar), (broad * 0.7, 1.95), (broad, 2.25), (broad * 1.12, 3.2), (broad * 1.2, _FAR),
        (-broad * 1.2, _FAR), (-broad * 1.12, 3.2), (-broad, 2.25), (-broad * 0.7, 1.95),
    ]  # fmt: skip
    shape(outline, colour, Part.CLOTHES, line)
    for side in (-1, 1):
        arm: list[Point] = [(side * broad * 0.78, 2.9), (side * broad * 0.72, _FAR)]
        canvas.stroke(arm, shade if pen.shading > 0.5 else line, pen.width * 1.5, Part.CLOTHES, tilted=False)
    _GARMENTS[portrait.garment](canvas, colour, pen, neck)


def _shirt(canvas: Canvas, colour: Colour, pen: Pen, neck: float) -> None:
    line = pen.line(colour)
    canvas.shape([(-neck, 1.7), (0, 2.25), (neck, 1.7)], SKIN, Part.SKIN, smooth=False, tilted=False)
    for side in (-1, 1):
        flap: list[Point] = [(side * neck, 1.5), (0, 2.3), (side * 0.62, 2.35), (side * (neck + 0.25), 1.62)]
        canvas.shape(flap, colour, Part.CLOTHES, line, pen.width, smooth=False, tilted=False)
    canvas.stroke([(0, 2.3), (0, _FAR)], line, pen.width, tilted=False)
    for y in (2.7, 3.2, 3.7):
        canvas.shape(ellipse(0.1, y, 0.06, 0.06), line, Part.INK, tilted=False)


def _dress(canvas: Canvas, colour: Colour, pen: Pen, neck: float) -> None:
    low: list[Point] = [(-neck - 0.45, 1.78), (-0.5, 2.4), (0.5, 2.4), (neck + 0.45, 1.78), (neck, 1.5), (-neck, 1.5)]
    canvas.shape(low, SKIN, Part.SKIN, smooth=False, tilted=False)
    canvas.stroke([*low[:4]], mix(colour, (255, 255, 255), 0.55), 0.16, Part.CLOTHES, tilted=False)
    belt: list[Point] = [(-1.2, 3.35), (1.2, 3.35), (1.2, 3.6), (-1.2, 3.6)]
    canvas.shape(belt, pen.shade(colour), Part.CLOTHES, smooth=False, tilted=False)


def _jacket(canvas: Canvas, colour: Colour, pen: Pen, neck: float) -> None:
    inner: Colour = (250, 250, 252) if sum(colour) < 690 else (120, 126, 150)
    line = pen.line(colour)
    front: list[Point] = [(-neck, 1.6), (0, 1.75), (neck, 1.6), (0.55, _FAR), (-0.55, _FAR)]
    canvas.shape(front, inner, Part.CLOTHES, line, pen.width, smooth=False, tilted=False)
    for side in (-1, 1):
        lapel: list[Point] = [(side * neck, 1.5), (side * 0.75, 1.95), (side * 0.85, 2.6), (side * 0.4, 3.0)]
        canvas.shape(lapel, pen.shade(colour), Part.CLOTHES, line, pen.width, smooth=False, tilted=False)


def _sweater(canvas: Canvas, colour: Colour, pen: Pen, neck: float) -> None:
    roll: list[Point] = [(-neck - 0.1, 1.32), (neck + 0.1, 1.32), (neck + 0.16, 1.86), (-neck - 0.16, 1.86)]
    canvas.shape(roll, pen.shade(colour), Part.CLOTHES, pen.line(colour), pen.width, smooth=False, tilted=False)
    for y in (2.6, 3.1, 3.6):
        canvas.stroke([(-0.9, y), (0.9, y)], pen.shade(colour), 0.1, Part.CLOTHES, tilted=False)


_GARMENTS: dict[str, Callable[[Canvas, Colour, Pen, float], None]] = {
    "shirt": _shirt,
    "dress": _dress,
    "jacket": _jacket,
    "sweater": _sweater,
}


def draw_worn(canvas: Canvas, portrait: Portrait, pen: Pen) -> None:
    colour = CLOTHES[portrait.accessory_colour]
    for accessory in portrait.accessories:
        _ACCESSORIES[accessory](canvas, colour, hair_colour(portrait), pen)


def _ribbon(canvas: Canvas, colour: Colour, hair: Colour, pen: Pen) -> None:
    del hair
    canvas.stroke([(-1.22, -0.6), (-0.8, -1.16), (0, -1.4), (0.8, -1.16), (1.22, -0.6)], colour, 0.2, Part.CLOTHES)
    _knot(canvas, 0.85, -1.25, 0.45, colour, pen)


def _bow(canvas: Canvas, colour: Colour, hair: Colour, pen: Pen) -> None:
    del hair
    _knot(canvas, 0, -1.72, 1.0, colour, pen)


def _knot(canvas: Canvas, x: float, y: float, size: float, colour: Colour, pen: Pen) -> None:
    line = pen.line(colour)
    for side in (-1, 1):
        wing: list[Point] = [(x, y - 0.1 * size), (x + side * size, y - 0.5 * size), (x + side * size, y + 0.4 * size),
                             (x, y + 0.1 * size)]  # fmt: skip
        canvas.shape(wing, colour, Part.CLOTHES, line, pen.width, smooth=False)
    canvas.shape(ellipse(x, y, 0.17 * size, 0.2 * size), colour, Part.CLOTHES, line, pen.width)


def _hat(canvas: Canvas, colour: Colour, hair: Colour, pen: Pen) -> None:
    del colour, hair
    cloth: Colour = (52, 44, 70)
    cone: list[Point] = [(-1.05, -1.1), (-0.5, -2.1), (0.35, -2.75), (0.3, -2.2), (1.05, -1.1)]
    canvas.shape(cone, cloth, Part.CLOTHES, pen.line(cloth), pen.width)
    canvas.shape(ellipse(0, -1.12, 2.0, 0.3), cloth, Part.CLOTHES, pen.line(cloth), pen.width)
    canvas.stroke([(-0.98, -1.36), (0, -1.22), (0.98, -1.36)], (232, 190, 70), 0.2, Part.CLOTHES)


def _glasses(canvas: Canvas, colour: Colour, hair: Colour, pen: Pen) -> None:
    del colour, hair, pen
    for side in (-1, 1):
        rim = ellipse(side * 0.46, 0.22, 0.4, 0.4)
        canvas.stroke([*rim, rim[0]], (30, 30, 50), 0.06)
    canvas.stroke([(-0.08, 0.2), (0.08, 0.2)], (30, 30, 50), 0.06)


def _flower(canvas: Canvas, colour: Colour, hair: Colour, pen: Pen) -> None:
    del colour, hair
    petal: Colour = (255, 246, 250)
    for x, y in ((-0.2, -0.06), (0.2, -0.06), (0, -0.24), (-0.12, 0.17), (0.12, 0.17)):
        canvas.shape(ellipse(-0.88 + x, -0.92 + y, 0.2, 0.2), petal, Part.CLOTHES, pen.line(petal), pen.width * 0.7)
    canvas.shape(ellipse(-0.88, -0.92, 0.14, 0.14), (250, 190, 60), Part.CLOTHES)


def _cat_ears(canvas: Canvas, colour: Colour, hair: Colour, pen: Pen) -> None:
    del colour
    for side in (-1, 1):
        ear: list[Point] = [(side * 0.4, -1.5), (side * 1.05, -2.3), (side * 1.15, -1.05)]
        canvas.shape(ear, hair, Part.HAIR, pen.line(hair), pen.width, smooth=False)
        inner: list[Point] = [(side * 0.62, -1.5), (side * 0.98, -2.0), (side * 1.02, -1.25)]
        canvas.shape(inner, (250, 176, 190), Part.CLOTHES, smooth=False)


def _headphones(canvas: Canvas, colour: Colour, hair: Colour, pen: Pen) -> None:
    del colour, hair
    shell: Colour = (70, 74, 88)
    bow: list[Point] = [
        (-1.3, 0.0), (-1.2, -0.95), (-0.6, -1.62), (0, -1.78), (0.6, -1.62), (1.2, -0.95), (1.3, 0.0)
    ]  # fmt: skip
    canvas.stroke(bow, shell, 0.17, Part.CLOTHES)
    for side in (-1, 1):
        canvas.shape(ellipse(side * 1.25, 0.15, 0.28, 0.42), shell, Part.CLOTHES, INK, pen.width)
        canvas.shape(ellipse(side * 1.28, 0.15, 0.14, 0.26), (90, 210, 230), Part.CLOTHES)


def _scarf(canvas: Canvas, colour: Colour, hair: Colour, pen: Pen) -> None:
    del hair
    line = pen.line(colour)
    wrap: list[Point] = [(-0.95, 1.45), (0, 1.25), (0.95, 1.45), (1.05, 1.95), (0, 2.15), (-1.05, 1.95)]
    tail: list[Point] = [(0.2, 1.9), (0.75, 1.9), (0.85, 3.4), (0.3, 3.4)]
    canvas.shape(tail, pen.shade(colour), Part.CLOTHES, line, pen.width, smooth=False, tilted=False)
    canvas.shape(wrap, colour, Part.CLOTHES, line, pen.width, tilted=False)


def _horns(canvas: Canvas, colour: Colour, hair: Colour, pen: Pen) -> None:
    del colour, hair
    for side in (-1, 1):
        horn: list[Point] = [(side * 0.35, -1.45), (side * 0.6, -2.2), (side * 0.85, -1.35)]
        canvas.shape(horn, (222, 60, 66), Part.CLOTHES, pen.line((222, 60, 66)), pen.width, smooth=False)


_ACCESSORIES: dict[str, Callable[[Canvas, Colour, Colour, Pen], None]] = {
    "hair ribbon": _ribbon,
    "hair bow": _bow,
    "witch hat": _hat,
    "glasses": _glasses,
    "hair flower": _flower,
    "cat ears": _cat_ears,
    "headphones": _headphones,
    "scarf": _scarf,
    "horns": _horns,
}
