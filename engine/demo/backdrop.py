"""Draws what lies behind a portrait: a plain colour, or a place at a time of day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.demo.canvas import ellipse
from engine.demo.palette import BACKDROPS, SKY, Colour, mix

if TYPE_CHECKING:
    from random import Random

    from engine.demo.canvas import Canvas, Point
    from engine.demo.portrait import Portrait

_DARKNESS = {"day": 0.0, "sunset": 0.3, "night": 0.65}
_LIGHT: dict[str, Colour] = {"day": (255, 255, 255), "sunset": (250, 150, 90), "night": (18, 22, 66)}


def draw_backdrop(canvas: Canvas, portrait: Portrait, random: Random) -> None:
    """Cover the whole canvas."""
    if not portrait.place:
        colour = BACKDROPS[portrait.backdrop]
        canvas.gradient(colour, mix(colour, (255, 255, 255), 0.12), 1.0)
        return
    if portrait.place == "indoors":
        _room(canvas, portrait.time)
        return
    top, horizon = SKY[portrait.time]
    canvas.gradient(top, horizon, 0.7)
    _sky(canvas, portrait.time, random)
    {
        "outdoors": _meadow,
        "ocean": _ocean,
        "forest": _forest,
        "city": _city,
        "cherry blossoms": _blossoms,
        "snow": _snow,
    }[portrait.place](canvas, portrait.time, random)


def _lit(colour: Colour, time: str) -> Colour:
    return mix(colour, _LIGHT[time], _DARKNESS[time])


def _round(canvas: Canvas, x: float, y: float, radius: float, colour: Colour, flat: float = 1.0) -> None:
    """Draw a disc whose radius is a share of the shorter side."""
    width, height = canvas.size
    side = min(width, height)
    canvas.backdrop(ellipse(x, y, radius * side / width, radius * flat * side / height), colour)


def _band(canvas: Canvas, top: float, bottom: float, colour: Colour) -> None:
    canvas.backdrop([(0, top), (1, top), (1, bottom), (0, bottom)], colour)


def _sky(canvas: Canvas, time: str, random: Random) -> None:
    if time == "day":
        for _ in range(4):
            x, y = random.random(), random.uniform(0.05, 0.4)
            for _ in range(3):
                _round(canvas, x + random.gauss(0, 0.06), y, random.uniform(0.04, 0.08), (250, 252, 255), 0.6)
    elif time == "sunset":
        _round(canvas, random.choice((0.14, 0.86)), 0.45, 0.11, (255, 236, 170))
    else:
        for _ in range(26):
            _round(canvas, random.random(), random.uniform(0, 0.6), random.uniform(0.004, 0.009), (252, 250, 220))
        _round(canvas, random.choice((0.13, 0.87)), 0.13, 0.08, (252, 244, 190))


def _meadow(canvas: Canvas, time: str, random: Random) -> None:
    del random
    _band(canvas, 0.72, 1, _lit((124, 200, 110), time))


def _ocean(canvas: Canvas, time: str, random: Random) -> None:
    del random
    _band(canvas, 0.55, 0.84, _lit((30, 120, 190), time))
    _band(canvas, 0.84, 1, _lit((240, 220, 170), time))


def _forest(canvas: Canvas, time: str, random: Random) -> None:
    for number in range(7):
        x = (number + random.random()) / 7
        _tree(canvas, x, random.uniform(0.35, 0.55), _lit((40, 120, 64), time))
    _band(canvas, 0.8, 1, _lit((84, 150, 80), time))


def _tree(canvas: Canvas, x: float, top: float, colour: Colour) -> None:
    side = 0.13 * min(canvas.size) / canvas.size[0]
    corners: list[Point] = [(x, top - 0.12), (x + side, 0.82), (x - side, 0.82)]
    canvas.backdrop(corners, colour)


def _city(canvas: Canvas, time: str, random: Random) -> None:
    x = 0.0
    wall, window = _lit((150, 156, 176), time), (255, 236, 150) if time != "day" else (214, 232, 246)
    step = 0.16 * min(canvas.size) / canvas.size[0]
    while x < 1:
        top = random.uniform(0.32, 0.6)
        canvas.backdrop([(x, top), (x + step * 0.9, top), (x + step * 0.9, 1), (x, 1)], wall)
        for row in range(4):
            for column in (0.18, 0.54):
                left, high = x + step * column, top + 0.04 + 0.085 * row
                right, low = left + step * 0.18, high + 0.04
                canvas.backdrop([(left, high), (right, high), (right, low), (left, low)], window)
        x += step


def _blossoms(canvas: Canvas, time: str, random: Random) -> None:
    _band(canvas, 0.78, 1, _lit((150, 206, 120), time))
    for _ in range(34):
        x, y = random.random(), random.triangular(0, 0.6, 0)
        _round(canvas, x, y, random.uniform(0.04, 0.09), _lit((250, 176 + random.randrange(30), 208), time))


def _snow(canvas: Canvas, time: str, random: Random) -> None:
    _band(canvas, 0.66, 1, _lit((238, 244, 252), time))
    for _ in range(40):
        _round(
            canvas, random.random(), random.random() * 0.7, random.uniform(0.008, 0.016), _lit((252, 252, 255), time)
        )


def _room(canvas: Canvas, time: str) -> None:
    wall = _lit((226, 204, 168), "day" if time == "day" else "sunset") if time != "night" else (112, 92, 96)
    canvas.gradient(wall, wall, 1.0)
    for left in (0.04, 0.7):
        canvas.backdrop([(left, 0.06), (left + 0.26, 0.06), (left + 0.26, 0.46), (left, 0.46)], (120, 84, 60))
        sky = mix(*SKY[time], 0.4)
        for pane in (0.015, 0.1375):
            x = left + pane
            canvas.backdrop([(x, 0.075), (x + 0.1075, 0.075), (x + 0.1075, 0.445), (x, 0.445)], sky)
    _band(canvas, 0.78, 1, mix((150, 108, 76), (20, 14, 30), _DARKNESS[time] * 0.6))
