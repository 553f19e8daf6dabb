"""Draws places: what lies between the sky and the people, or stands there without anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.demo.illustrator.palette import BACKDROPS, SKY, WHITE, Colour, mix, shaded
from engine.demo.illustrator.path import bent, ellipse, smooth
from engine.demo.illustrator.sky import at_time, draw_sky, gradient, heap

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from engine.demo.illustrator.sheet import Frame

_THIN = 0.5
"""Weight of the lines of what is far away."""


def draw_place(page: Frame, place: str, time: str, weather: str, random: Random) -> None:
    """Cover the whole sheet with a place; "" is none."""
    if place == "indoors":
        _room(page, time, random)
        return
    draw_sky(page, time, weather, random)
    _PLACES[place](page, _Light(time, snow=weather == "snow"), random)


def draw_backdrop(page: Frame, name: str) -> None:
    """Cover the whole sheet with a plain colour."""
    colour = BACKDROPS[name]
    gradient(page, colour, mix(colour, WHITE, 0.14))


class _Light:
    """What time of day and snow make of a place's colours."""

    def __init__(self, time: str, *, snow: bool) -> None:
        self.time = time
        self.snow = snow

    def on(self, colour: Colour) -> Colour:
        return at_time(colour, self.time)

    def ground(self, colour: Colour) -> Colour:
        return at_time(mix(colour, (240, 244, 252), 0.86) if self.snow else colour, self.time)


def _wide(page: Frame) -> float:
    return page.sheet.size[0] / page.unit


def _hill(page: Frame, y: float, rise: float, colour: Colour, random: Random, bumps: int = 3) -> None:
    wide = _wide(page)
    ridge = [(wide * n / bumps, y - rise * random.random()) for n in range(bumps + 1)]
    low, high = ridge[0][1], ridge[-1][1]
    outline = smooth([(-0.1, 1.1), (-0.1, low), *ridge, (wide + 0.1, high), (wide + 0.1, 1.1)])
    page.shape(outline, colour, weight=_THIN)


def _meadow(page: Frame, light: _Light, random: Random) -> None:
    wide = _wide(page)
    _hill(page, 0.72, 0.07, light.ground((140, 190, 150)), random)
    _hill(page, 0.8, 0.07, light.ground((126, 196, 112)), random)
    near = light.ground((150, 212, 118))
    _hill(page, 0.9, 0.05, near, random)
    for _ in range(26):
        x, y = wide * random.random(), random.uniform(0.9, 0.99)
        if random.random() < 0.5 and not light.snow:
            flower = light.on(random.choice(((252, 244, 236), (250, 196, 206), (250, 224, 120))))
            for dx, dy in ((0, -1), (1, 0), (0, 1), (-1, 0)):
                page.dot(x + 0.005 * dx, y + 0.005 * dy, 0.0045, 0.0045, flower)
        else:
            for dx in (-0.008, 0.0, 0.008):
                page.line([(x, y), (x + dx, y - 0.018)], near, 0.5)


def _ocean(page: Frame, light: _Light, random: Random) -> None:
    wide = _wide(page)
    far, near = light.on((52, 132, 204)), light.on((92, 190, 220))
    for band in range(10):
        y = 0.56 + 0.028 * band
        page.fill([(0, y), (wide, y), (wide, 1), (0, 1)], mix(far, near, band / 9))
    page.line([(0, 0.56), (wide, 0.56)], far, 0.5, start=1, end=1, curved=False)
    for _ in range(16):
        x, y = wide * random.random(), random.uniform(0.58, 0.8)
        length = 0.02 + 0.1 * (y - 0.55)
        page.stroke([(x, y), (x + length / 2, y - 0.004), (x + length, y)], light.on((206, 238, 248)), 0.005)
    shore = [(wide * n / 4, 0.84 + 0.025 * random.random()) for n in range(5)]
    for lift, colour in ((0.0, light.on((236, 248, 250))), (0.018, light.ground((242, 224, 176)))):
        page.shape(
            smooth([(-0.1, 1.1), (-0.1, 0.85 + lift), *((x, y + lift) for x, y in shore), (wide + 0.1, 0.85 + lift),
                    (wide + 0.1, 1.1)]), colour, weight=_THIN if lift else 0.0,
        )  # fmt: skip


def _mountains(page: Frame, light: _Light, random: Random) -> None:
    wide = _wide(page)
    step = 0.34 * max(1.0, wide)
    for y, rise, colour in ((0.62, 0.26, (150, 170, 206)), (0.72, 0.2, (112, 138, 178))):
        x = -random.random() * step
        while x < wide + step:
            top = y - rise * random.uniform(0.6, 1.1)
            width = step * random.uniform(0.62, 0.85)
            rock = light.on(colour)
            half = (top + y) / 2
            peak = [(x - width, y + 0.12), (x - 0.3 * width, half - 0.01), (x, top), (x + 0.34 * width, half + 0.01),
                    (x + width, y + 0.12)]  # fmt: skip
            page.shape(peak, rock, weight=_THIN)
            page.within(
                peak,
                [(x, top), (x + 0.06, y), (x - 0.02, y + 0.2), (x + width, y + 0.2), (x + width, top)],
                shaded(rock, 0.2),
            )
            cap = [(x - 0.2 * width, top + 0.24 * (y - top)), (x, top), (x + 0.2 * width, top + 0.26 * (y - top)),
                   (x + 0.1 * width, top + 0.2 * (y - top)), (x + 0.02 * width, top + 0.32 * (y - top)),
                   (x - 0.08 * width, top + 0.2 * (y - top))]  # fmt: skip
            page.fill(cap, light.on((248, 250, 254)))
            x += step * random.uniform(0.6, 0.9)
    _hill(page, 0.82, 0.06, light.ground((104, 164, 120)), random)
    _trees(page, light, random, 0.86, 0.05, 9)
    _hill(page, 0.92, 0.03, light.ground((126, 186, 122)), random)


def _trees(page: Frame, light: _Light, random: Random, y: float, size: float, count: int) -> None:
    """Draw a row of firs."""
    wide = _wide(page)
    for number in range(count):
        x, s = wide * (number + random.random()) / count, size * random.uniform(0.8, 1.3)
        green = light.ground((64, 132, 96))
        for lift, w in ((0.0, 0.5), (0.7, 0.4), (1.35, 0.28)):
            foot, tip = y - lift * s, y - (lift + 1.1) * s
            branches = bent([(x - w * s, foot, -0.05), (x, tip, -0.05), (x + w * s, foot, 0.1)])
            page.shape(branches, green, shade=0.1 * s, weight=_THIN)


def _forest(page: Frame, light: _Light, random: Random) -> None:
    wide = _wide(page)
    for y, size, colour in ((0.5, 0.1, (132, 182, 140)), (0.6, 0.13, (92, 158, 108))):
        x = -0.05
        crowns: list[tuple[float, float, float]] = []
        while x < wide + 0.1:
            crowns.append((x, y + random.uniform(-0.06, 0.05), size * random.uniform(0.7, 1.1)))
            x += size * 0.9
        leaf = light.ground(colour)
        heap(page, crowns, leaf, shaded(leaf, 0.16), _THIN, floor=y)
    _hill(page, 0.82, 0.03, light.ground((122, 178, 104)), random)
    for number in range(4):
        x = wide * (number + random.uniform(0.2, 0.8)) / 4
        trunk, width = light.on((134, 98, 80)), 0.022 * random.uniform(0.8, 1.3)
        foot = random.uniform(0.84, 0.9)
        root = 1.5 * width
        stem = bent([(x - width, 0.3, 0.02), (x + width, 0.3, -0.02), (x + root, foot, 0.1), (x - root, foot, 0.02)])
        page.shape(stem, trunk, shade=0.012, down=0.0, weight=_THIN)
        leaf = light.ground((76, 148, 92))
        top = random.uniform(0.1, 0.24)
        circles = [(x + 0.13 * dx, top + 0.13 * dy, random.uniform(0.085, 0.12))
                   for dx, dy in ((-1, 0.7), (1, 0.7), (-0.6, -0.3), (0.6, -0.3), (0, 0.4), (0, -0.8))]  # fmt: skip
        heap(page, circles, leaf, shaded(leaf, 0.2), _THIN)
    for _ in range(8):
        x = wide * random.random()
        leaf = light.ground((96, 164, 96))
        heap(page, [(x + 0.03 * n, 0.97 - 0.012 * (n % 2), 0.035) for n in range(3)], leaf, shaded(leaf, 0.2), _THIN)


def _city(page: Frame, light: _Light, random: Random) -> None:
    wide = _wide(page)
    window_dark = light.on((196, 216, 238))
    for base, low, high, colour, step in (
        (0.6, 0.28, 0.5, (176, 188, 212), 0.09),
        (0.7, 0.42, 0.66, (140, 150, 178), 0.12),
    ):
        x = -0.05 * random.random()
        del base
        while x < wide:
            width, top = step * random.uniform(0.7, 1.2), random.uniform(low, high)
            wall = light.on(mix(colour, random.choice(((206, 170, 160), (170, 190, 210), (190, 190, 180))), 0.3))
            page.shape([(x, top), (x + width, top), (x + width, 1.1), (x, 1.1)], wall, weight=_THIN)
            page.fill(
                [(x + 0.72 * width, top), (x + width, top), (x + width, 1.1), (x + 0.72 * width, 1.1)],
                shaded(wall, 0.16),
            )
            if random.random() < 0.25:
                page.line([(x + width / 2, top), (x + width / 2, top - 0.05)], wall, 0.7, start=1, end=1, curved=False)
            y = top + 0.03
            while y < 0.86:
                for column in (0.14, 0.42, 0.7):
                    on = light.time != "day" and random.random() < (0.3 if light.time == "sunset" else 0.6)
                    pane = (255, 228, 140) if on else (window_dark if light.time == "day" else shaded(wall, 0.3))
                    left = x + column * width
                    page.fill(
                        [(left, y), (left + 0.17 * width, y), (left + 0.17 * width, y + 0.024), (left, y + 0.024)], pane
                    )
                y += 0.05
            x += width
    road = light.ground((150, 150, 160))
    page.shape([(0, 0.88), (wide, 0.88), (wide, 1.1), (0, 1.1)], road, weight=_THIN)
    page.fill([(0, 0.88), (wide, 0.88), (wide, 0.905), (0, 0.905)], light.ground((204, 200, 200)))
    x = 0.02
    while x < wide:
        page.fill([(x, 0.95), (x + 0.07, 0.95), (x + 0.06, 0.96), (x - 0.01, 0.96)], light.on((236, 236, 230)))
        x += 0.14


def _castle(page: Frame, light: _Light, random: Random) -> None:
    wide = _wide(page)
    _hill(page, 0.74, 0.1, light.ground((150, 190, 170)), random)
    x0 = wide * random.uniform(0.42, 0.58)
    s = min(1.0, wide) * 0.62
    slope = [
        (x0 + dx * s, y) for dx, y in ((-1.1, 1.1), (-0.7, 0.82), (-0.3, 0.74), (0.3, 0.74), (0.7, 0.82), (1.1, 1.1))
    ]
    page.shape(smooth(slope), light.ground((124, 184, 120)), weight=_THIN)
    stone, roof = light.on((226, 222, 230)), light.on(random.choice(((84, 110, 184), (192, 84, 92), (120, 96, 170))))
    towers = ((-0.3, 0.2, 0.1), (0.3, 0.2, 0.1), (-0.13, 0.36, 0.11), (0.14, 0.32, 0.1), (0.0, 0.5, 0.13))
    for dx, tall, w in sorted(towers, key=lambda tower: -tower[1]):
        left, right, top = x0 + (dx - w / 2) * s, x0 + (dx + w / 2) * s, 0.76 - tall * s
        page.shape(
            [(left, top), (right, top), (right, 0.78), (left, 0.78)],
            stone,
            shade=0.022 * s / 0.62,
            down=0.0,
            weight=0.6,
        )
        middle, peak = (left + right) / 2, top - 1.5 * w * s
        cone = [(left - 0.02 * s, top), (middle, peak), (right + 0.02 * s, top)]
        page.shape(cone, roof, shade=0.02, down=0.0, weight=0.6)
        page.line(
            [(middle, top - 1.5 * w * s), (middle, top - 1.5 * w * s - 0.05 * s)],
            stone,
            0.6,
            start=1,
            end=1,
            curved=False,
        )
        flag = [(middle, peak - 0.05 * s), (middle + 0.05 * s, peak - 0.035 * s), (middle, peak - 0.02 * s)]
        page.fill(flag, light.on((236, 180, 80)))
        glow = (255, 226, 140) if light.time != "day" else light.on((110, 104, 134))
        for y in (top + 0.05 * s, top + 0.16 * s):
            page.fill(
                bent(
                    [
                        (middle - 0.012 * s, y, 0.4),
                        (middle + 0.012 * s, y, 0),
                        (middle + 0.012 * s, y + 0.04 * s, 0),
                        (middle - 0.012 * s, y + 0.04 * s, 0),
                    ]
                ),
                glow,
            )
    wall = [(x0 - 0.42 * s, 0.66)]
    for number in range(12):
        left = x0 + (-0.42 + 0.07 * number) * s
        wall += [(left, 0.66 if number % 2 else 0.645), (left + 0.07 * s, 0.66 if number % 2 else 0.645)]
    page.shape([*wall, (x0 + 0.42 * s, 0.79), (x0 - 0.42 * s, 0.79)], stone, shade=0.03, weight=0.6)
    door = 0.05 * s
    gate = [(x0 - door, 0.79, 0), (x0 - door, 0.72, 0.45), (x0 + door, 0.72, 0), (x0 + door, 0.79, 0)]
    page.shape(bent(gate), light.on((120, 84, 70)), weight=0.6)
    _trees(page, light, random, 0.9, 0.06, 10)
    _hill(page, 0.95, 0.03, light.ground((140, 200, 116)), random)


def _blossoms(page: Frame, light: _Light, random: Random) -> None:
    wide = _wide(page)
    _hill(page, 0.76, 0.05, light.ground((162, 206, 150)), random)
    _hill(page, 0.88, 0.04, light.ground((150, 208, 128)), random)
    pink = light.on((252, 196, 214))
    for x, lean in ((-0.02, 0.16), (wide + 0.02, -0.16)):
        bark = light.on((120, 86, 84))
        bough = x + 1.6 * lean * min(1, wide)
        stem = bent([(x - 0.04, 1.05, 0.05), (x - 0.015, 0.4, 0.05), (bough, 0.14, 0), (x + 0.02, 0.5, -0.05),
                     (x + 0.05, 1.05, 0)])  # fmt: skip
        page.shape(stem, bark, shade=0.015, weight=_THIN)
        circles = [
            (x + lean * min(1, wide) * random.uniform(-0.4, 2.2), random.uniform(0.0, 0.3), random.uniform(0.05, 0.095))
            for _ in range(12)
        ]
        heap(page, circles, pink, mix(pink, (214, 120, 160), 0.32), _THIN)
    for _ in range(30):
        at = page.at(wide * random.random(), random.random(), 0.008, random.uniform(0, 180))
        at.fill(ellipse(0, 0, 1.0, 0.6, 10), light.on((254, 214, 226)))


def _clouds(page: Frame, light: _Light, random: Random) -> None:
    wide = _wide(page)
    white = {"day": (250, 252, 255), "sunset": (255, 204, 150), "night": (110, 118, 176)}[light.time]
    for y, size in ((0.78, 0.08), (0.88, 0.1), (0.98, 0.12)):
        x = -0.05
        circles: list[tuple[float, float, float]] = []
        while x < wide + 0.1:
            circles.append((x, y + random.uniform(-0.03, 0.02), size * random.uniform(0.7, 1.2)))
            x += size * 0.9
        dark = mix(white, SKY[light.time][0], 0.24)
        heap(page, circles, white, dark, _THIN if page.hand.style == "line art" else 0.0, floor=y)


def _room(page: Frame, time: str, random: Random) -> None:
    wide = _wide(page)
    wall = {"day": (222, 232, 222), "sunset": (226, 198, 210), "night": (134, 132, 160)}[time]
    gradient(page, wall, shaded(wall, 0.08))
    dark = _Light("night" if time == "night" else "day", snow=False)

    def tone(colour: Colour) -> Colour:
        return mix(colour, dark.on(colour), 0.55) if time == "night" else colour

    wood = tone((164, 116, 84))
    page.shape([(0, 0.8), (wide, 0.8), (wide, 1.1), (0, 1.1)], wood, weight=_THIN)
    for n in range(-6, 14):
        x = wide * n / 8
        page.line([(wide / 2 + 0.6 * (x - wide / 2), 0.8), (x, 1.02)], wood, 0.4, start=1, end=1, curved=False)
    page.shape([(0, 0.77), (wide, 0.77), (wide, 0.8), (0, 0.8)], tone((250, 240, 224)), weight=_THIN)
    side = min(1.0, wide)
    for left in (0.03 * wide, wide - 0.03 * wide - 0.3 * side):
        right, top, low = left + 0.3 * side, 0.1, 0.52
        page.shape([(left, top), (right, top), (right, low), (left, low)], tone((252, 248, 240)), weight=0.6)
        pane_top, pane_low = SKY[time]
        m = 0.012
        for x in (left + m, (left + right) / 2 + m / 2):
            x1 = x + (right - left) / 2 - 1.5 * m
            for n in range(8):
                y = top + m + (low - top - 2 * m) * n / 8
                page.fill([(x, y), (x1, y), (x1, low - m), (x, low - m)], mix(pane_top, pane_low, n / 7))
        page.line(
            [(left + m, 0.5 * (top + low)), (right - m, 0.5 * (top + low))],
            (252, 248, 240),
            0.9,
            start=1,
            end=1,
            curved=False,
        )
        curtain = tone((226, 140, 132))
        for edge, out in ((left, -1), (right, 1)):
            hem, rod, fold = low + 0.1, top - 0.02, edge + 0.03 * out
            cloth = [
                (fold, rod, 0),
                (edge - 0.05 * out * side, rod, -0.1 * out),
                (edge - 0.015 * out, hem, 0),
                (fold, hem, 0),
            ]
            page.shape(bent(cloth), curtain, shade=0.012, weight=_THIN)
        page.shape(
            [
                (left - 0.04, top - 0.035),
                (right + 0.04, top - 0.035),
                (right + 0.04, top - 0.015),
                (left - 0.04, top - 0.015),
            ],
            wood,
            weight=_THIN,
        )
    shelf_x = wide * random.choice((0.04, 0.7))
    page.shape(
        [(shelf_x, 0.6), (shelf_x + 0.24 * side, 0.6), (shelf_x + 0.24 * side, 0.84), (shelf_x, 0.84)],
        shaded(wood, 0.1),
        weight=_THIN,
    )
    for row in (0.62, 0.735):
        x = shelf_x + 0.012
        page.fill(
            [
                (shelf_x + 0.01, row),
                (shelf_x + 0.24 * side - 0.01, row),
                (shelf_x + 0.24 * side - 0.01, row + 0.09),
                (shelf_x + 0.01, row + 0.09),
            ],
            shaded(wood, 0.4),
        )
        while x < shelf_x + 0.2 * side:
            w, h = random.uniform(0.012, 0.022), random.uniform(0.06, 0.082)
            book = tone(
                random.choice(((196, 84, 84), (84, 124, 178), (232, 196, 110), (110, 160, 120), (200, 150, 180)))
            )
            page.shape(
                [(x, row + 0.09 - h), (x + w, row + 0.09 - h), (x + w, row + 0.09), (x, row + 0.09)], book, weight=0.35
            )
            x += w + 0.002


_PLACES: dict[str, Callable[[Frame, _Light, Random], None]] = {
    "outdoors": _meadow, "ocean": _ocean, "mountain": _mountains, "forest": _forest, "city": _city, "castle": _castle,
    "cherry blossoms": _blossoms, "cloud": _clouds,
}  # fmt: skip
PLACES = ("indoors", *_PLACES)
