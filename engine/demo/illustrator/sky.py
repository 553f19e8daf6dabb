"""Draws the sky of a time of day, and the weather in front of everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.demo.illustrator.palette import SKY, WHITE, Colour, mix
from engine.demo.illustrator.path import ellipse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from engine.demo.illustrator.sheet import Frame

TIMES = tuple(SKY)
WEATHERS = ("", "rain", "snow")

_BANDS = 48
_DIM: dict[str, tuple[Colour, float]] = {
    "day": (WHITE, 0.0), "sunset": ((226, 104, 92), 0.34), "night": ((30, 36, 92), 0.64),
}  # fmt: skip


def at_time(colour: Colour, time: str) -> Colour:
    """Give the colour that something has at a time of day."""
    tint, share = _DIM[time]
    return mix(colour, tint, share)


def gradient(page: Frame, top: Colour, bottom: Colour, until: float = 1.0) -> None:
    """Fill the sheet from one colour to another, which is reached at a share of the height."""
    wide = page.sheet.size[0] / page.unit
    for band in range(_BANDS):
        y = until * band / _BANDS
        lower = 1.0 if band == _BANDS - 1 else until * (band + 1) / _BANDS + 0.002
        page.fill([(0, y), (wide, y), (wide, lower), (0, lower)], mix(top, bottom, band / (_BANDS - 1)))


def draw_sky(page: Frame, time: str, weather: str, random: Random, horizon: float = 0.75) -> None:
    """Draw sky, sun or moon, stars and clouds."""
    top, low = SKY[time]
    overcast = 0.3 if weather == "rain" else 0.0
    grey = at_time((170, 182, 200), time)
    gradient(page, mix(top, grey, overcast), mix(low, grey, overcast), horizon)
    wide = page.sheet.size[0] / page.unit
    side = min(1.0, wide)
    if time == "night" and not weather:
        for _ in range(34):
            size = side * random.choice((0.0022, 0.003, 0.0045))
            page.dot(wide * random.random(), 0.66 * random.random(), size, size, (252, 248, 224))
    if weather == "":
        x = wide * random.choice((0.16, 0.84))
        if time == "sunset":
            page.dot(x, 0.5, 0.1 * side, 0.1 * side, (255, 238, 186))
        elif time == "night":
            page.dot(x, 0.2, 0.07 * side, 0.07 * side, (252, 246, 210))
            page.dot(x + 0.022 * side, 0.19, 0.058 * side, 0.058 * side, mix(top, low, 0.2))
        elif random.random() < 0.5:
            page.dot(x, 0.17, 0.06 * side, 0.06 * side, (255, 248, 214))
    for _ in range(random.randint(2, 3)):
        cloud = {"day": WHITE, "sunset": (255, 200, 146), "night": (84, 92, 152)}[time]
        cloud = mix(cloud, grey, 1.6 * overcast)
        x, y = wide * random.random(), random.uniform(0.24, 0.52)
        draw_cloud(page, x, y, side * random.uniform(0.1, 0.2), cloud, mix(cloud, top, 0.25), random)


def draw_cloud(page: Frame, x: float, y: float, size: float, colour: Colour, dark: Colour, random: Random) -> None:
    """Draw a heap of cloud with a flat foot."""
    heaps = [(x + size * t, y - size * (0.3 - 0.42 * t * t), size * (0.42 - 0.22 * abs(t)) * random.uniform(0.85, 1.15))
             for t in (-1.0, -0.5, 0.0, 0.5, 1.0)]  # fmt: skip
    for cx, cy, r in heaps:
        page.dot(cx, cy, r, r * 0.8, dark)
    page.fill(ellipse(x, y, size * 1.35, size * 0.16), dark)
    for cx, cy, r in heaps:
        page.dot(cx - 0.1 * r, cy - 0.14 * r, r * 0.86, r * 0.66, colour)


def heap(
    page: Frame, circles: Sequence[tuple[float, float, float]], colour: Colour, dark: Colour, weight: float,
    floor: float | None = None,
) -> None:  # fmt: skip
    """Draw circles, (x, y, radius), as one shape with a shadow below: the crown of a tree, a bush.

    A row of them as wide as the sheet, with a floor, is filled from its height downwards.
    """
    if weight:
        ink, width = page.hand.line(colour), 1.3 * page.width(weight) / page.unit
        for x, y, r in circles:
            page.stroke([tuple(point) for point in ellipse(x, y, r, r)], ink, 2 * width, start=1, end=1, curved=False)
    for x, y, r in circles:
        page.dot(x, y, r, r, dark)
    if floor is not None:
        wide = page.sheet.size[0] / page.unit
        page.fill([(0, floor), (wide, floor), (wide, 1), (0, 1)], dark)
    for x, y, r in circles:
        page.dot(x - 0.14 * r, y - 0.18 * r, 0.82 * r, 0.78 * r, colour)


def draw_weather(page: Frame, weather: str, time: str, random: Random) -> None:
    """Draw rain or snow over everything."""
    wide = page.sheet.size[0] / page.unit
    side = min(1.0, wide)
    if weather == "rain":
        for _ in range(70):
            x, y, length = wide * random.uniform(-0.1, 1.1), random.uniform(-0.1, 1), side * random.uniform(0.05, 0.11)
            page.stroke([(x, y), (x - 0.18 * length, y + length)], at_time((206, 228, 248), "day"), side * 0.0042,
                        start=0.3, end=0.8, curved=False)  # fmt: skip
    elif weather == "snow":
        for _ in range(90):
            size = side * random.choice((0.004, 0.006, 0.009, 0.012))
            page.dot(wide * random.random(), random.random(), size, size, at_time(WHITE, time) if time == "day" else
                     (236, 240, 252))  # fmt: skip
