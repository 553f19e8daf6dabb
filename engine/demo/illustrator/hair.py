"""Draws hair: what falls behind the body, and what lies over the face, in locks with a light on them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from engine.demo.illustrator.palette import Colour, lit, mix, shaded
from engine.demo.illustrator.path import Bend, Path, Point, bent, ellipse, mirrored, smooth

if TYPE_CHECKING:
    from engine.demo.illustrator.person import Person
    from engine.demo.illustrator.sheet import Frame

REACH = {"short hair": 0.95, "medium hair": 1.7, "long hair": 3.1, "very long hair": 5.0}
"""How far down hair falls, in units below the middle of the face."""

TYINGS = ("wavy hair", "twintails", "ponytail", "double bun", "twin braids")
_TIED = frozenset(TYINGS[1:])
"""With these, hair behind the head ends at the nape."""


def draw_back_hair(head: Frame, person: Person, colour: Colour, tie: Colour) -> None:
    """Draw what falls behind the body."""
    dark = shaded(colour, 0.2)
    style, reach = person.hair_style, REACH[person.hair_length]
    if style == "ponytail":
        _ponytail(head, colour, max(1.5, reach * 0.85))
    for side in (head, head.mirror()):
        if style == "twintails":
            _tail(side, colour, max(1.7, reach), tie)
        elif style == "double bun":
            bun = ellipse(0.98, -1.22, 0.46, 0.44)
            side.shape(bun, colour, shade=0.1)
            side.line([(0.72, -1.2), (0.95, -1.42), (1.2, -1.2)], colour)
            side.line([(0.8, -1.05), (1.0, -1.2), (1.16, -1.0)], colour)
    down = min(reach, 0.95) if style in _TIED else reach
    if person.boy and person.hair_length == "short hair":
        down = 0.5
    head.shape(_fall(down, wavy=style == "wavy hair"), dark)
    for x, bow in ((-0.72, -0.05), (-0.3, -0.02), (0.34, 0.03), (0.76, 0.06)):
        if down > 1.2:
            head.line([(x, 0.9), (x + bow, 0.5 * (0.9 + down)), (x + 2 * bow, down * 0.92)], dark, 0.8)


def _fall(down: float, *, wavy: bool) -> Path:
    """Give the outline of hair that falls behind, ending in points."""
    wide = 1.2 if down < 1.0 else 1.26 + 0.05 * min(down, 4)
    crown: list[Point] = [(0.0, -1.5), (0.6, -1.4), (1.0, -1.0), (1.17, -0.45), (1.22, 0.1)]
    ends = down * 0.9
    if wavy:
        count = max(1, round((ends - 0.1) / 0.75))
        side: list[Point] = []
        for number in range(count):
            y = 0.1 + (ends - 0.1) * number / count
            step = (ends - 0.1) / count
            side += [(wide + 0.16, y + 0.32 * step), (wide + 0.03, y + 0.8 * step)]
    else:
        side = [(wide + 0.02, 0.1 + 0.5 * (ends - 0.1))] if down > 1.0 else []
    upper = smooth([*crown, *side, (wide + (0.08 if wavy else 0.0), ends)], closed=False)
    tips: list[Bend] = [(upper[-1, 0], ends, -0.06), (wide * 0.84, down * 1.02, 0.12)]
    x = wide * 0.84
    while x > 0.3:
        notch = x - 0.16
        tips += [(notch, down * 0.9, -0.06), (max(0.0, notch - 0.22), down * 1.02, 0.12)]
        x = notch - 0.22
    return mirrored(np.concatenate((upper, bent(tips, closed=False)[1:])))


def _tail(side: Frame, colour: Colour, end: float, tie: Colour) -> None:
    lock = bent([
        (0.95, -0.95, 0.16), (1.75, -0.72, 0.14), (2.02, end * 0.4, 0.1), (1.66, end, 0.02), (1.62, end * 0.82, 0.0),
        (1.42, end * 0.93, 0.05), (1.34, end * 0.45, -0.08),
    ])  # fmt: skip
    side.shape(lock, colour, shade=0.14)
    side.line([(1.32, -0.7), (1.62, end * 0.3), (1.62, end * 0.82)], colour, 0.9)
    side.line([(1.2, -0.6), (1.45, end * 0.2), (1.5, end * 0.6)], colour, 0.7)
    side.within(lock, _shine(1.05, 1.95, -0.28, 0.17, 0.12), lit(colour, 0.42))
    side.shape(ellipse(1.08, -0.83, 0.13, 0.2), tie)


def _ponytail(head: Frame, colour: Colour, end: float) -> None:
    lock = bent([
        (0.2, -1.35, 0.2), (1.35, -1.62, 0.2), (1.98, -0.4, 0.1), (1.9, end * 0.55, 0.1), (1.5, end, 0.02),
        (1.52, end * 0.8, 0.0), (1.26, end * 0.9, 0.1), (1.36, end * 0.3, -0.08), (1.1, -0.7, -0.1),
    ])  # fmt: skip
    head.shape(lock, colour, shade=0.14)
    head.line([(0.8, -1.42), (1.55, -0.9), (1.66, end * 0.35), (1.56, end * 0.78)], colour, 0.9)
    head.line([(0.8, -1.25), (1.35, -0.8), (1.45, end * 0.2)], colour, 0.7)
    head.within(lock, _shine(1.1, 2.0, -0.55, 0.2, 0.12), lit(colour, 0.42))


def _shine(left: float, right: float, y: float, height: float, rise: float, teeth: int = 5) -> Path:
    """Give a band of light with a jagged lower edge, curved as what it lies on."""
    top: list[Point] = []
    low: list[Point] = []
    for number in range(2 * teeth + 1):
        t = number / (2 * teeth)
        x = left + (right - left) * t
        arch = y - rise * (1 - (2 * t - 1) ** 2)
        top.append((x, arch))
        low.append((x, arch + height * ((0.45 if number % 2 else 1.0) * (1 - 0.7 * abs(2 * t - 1) ** 2))))
    return bent([*((x, y, 0.0) for x, y in top), *((x, y, 0.0) for x, y in reversed(low))])


_CROWN = smooth([(-1.1, 0.12), (-1.17, -0.3), (-1.15, -0.75), (-0.94, -1.22), (-0.54, -1.52), (0.0, -1.62),
                 (0.54, -1.52), (0.94, -1.22), (1.15, -0.75), (1.17, -0.3), (1.1, 0.12)], closed=False)  # fmt: skip
_WILD = bent([
    (-1.12, 0.2, 0.0), (-1.42, -0.12, 0.05), (-1.2, -0.32, 0.0), (-1.6, -0.72, 0.08), (-1.16, -0.85, 0.0),
    (-1.3, -1.4, 0.1), (-0.72, -1.36, 0.0), (-0.5, -1.88, 0.1), (-0.12, -1.6, 0.0), (0.3, -2.0, 0.1),
    (0.52, -1.52, 0.0), (1.06, -1.66, 0.1), (0.98, -1.16, 0.0), (1.56, -1.0, 0.1), (1.2, -0.52, 0.0),
    (1.46, -0.2, 0.05), (1.12, 0.2, 0.0),
], closed=False)  # fmt: skip

_FRINGES: dict[str, tuple[Bend, ...]] = {
    "blunt bangs": (
        (1.02, -0.2, 0.0), (0.86, -0.04, 0.04), (0.58, -0.16, 0.0), (0.56, -0.06, 0.03), (0.2, -0.13, 0.0),
        (0.18, -0.05, 0.03), (-0.18, -0.05, 0.0), (-0.2, -0.13, 0.03), (-0.56, -0.06, 0.0), (-0.58, -0.16, 0.04),
        (-0.86, -0.04, 0.0), (-1.02, -0.2, 0.0),
    ),
    "swept bangs": (
        (1.02, -0.1, 0.0), (0.94, 0.12, 0.12), (0.62, -0.42, -0.06), (0.44, -0.1, 0.1), (0.14, -0.5, -0.08),
        (-0.14, -0.06, 0.1), (-0.34, -0.46, -0.08), (-0.66, 0.02, 0.1), (-0.82, -0.36, -0.1), (-1.0, 0.16, 0.0),
    ),
    "parted bangs": (
        (1.02, 0.0, 0.0), (0.94, 0.22, 0.1), (0.8, -0.2, -0.06), (0.66, -0.02, 0.14), (0.08, -1.06, 0.0),
        (-0.08, -1.06, 0.14), (-0.66, -0.02, -0.06), (-0.8, -0.2, 0.1), (-0.94, 0.22, 0.0), (-1.02, 0.0, 0.0),
    ),
    "spiked hair": (
        (1.02, -0.05, 0.0), (0.92, 0.2, 0.06), (0.72, -0.42, 0.0), (0.5, -0.04, 0.08), (0.3, -0.52, 0.0),
        (0.06, 0.02, 0.08), (-0.16, -0.54, 0.0), (-0.44, -0.02, 0.08), (-0.66, -0.46, 0.0), (-0.9, 0.18, 0.0),
        (-1.02, -0.05, 0.0),
    ),
    "hair between eyes": (
        (1.02, -0.05, 0.0), (0.94, 0.2, 0.08), (0.72, -0.36, -0.02), (0.6, -0.08, 0.08), (0.2, -0.5, -0.02),
        (0.0, 0.36, 0.06), (-0.22, -0.44, 0.0), (-0.58, -0.06, 0.08), (-0.74, -0.38, 0.0), (-0.94, 0.2, 0.0),
        (-1.02, -0.05, 0.0),
    ),
}  # fmt: skip

BANGS = tuple(_FRINGES)


def draw_front_hair(head: Frame, person: Person, colour: Colour) -> None:
    """Draw what lies over head and face."""
    boy_short = person.boy and person.hair_length == "short hair"
    reach = {"short hair": 0.72, "medium hair": 1.2, "long hair": 2.0, "very long hair": 2.5}[person.hair_length]
    for side in (head, head.mirror()):
        if person.hair_style == "twin braids":
            _braid(side, colour, max(2.2, 0.8 * REACH[person.hair_length]))
        _sidelock(side, colour, 0.45 if boy_short else reach)
    wild = person.bangs == "spiked hair"
    fringe = _FRINGES[person.bangs]
    cap = np.concatenate((_WILD if wild else _CROWN, bent(fringe, closed=False)))
    head.shape(cap, colour, shade=0.1, down=1.1)
    for (x, y, _), (_, next_y, _) in pairwise(fringe[2:-1]):
        if y < next_y - 0.05 and abs(x) < 0.95:  # from a notch upwards, where two locks part
            root = 0.1 + 0.3 * x
            head.line([(x, y), (0.8 * x + 0.2 * root, y - 0.36), (root, max(-1.4, y - 0.9))], colour, 0.85, start=0.9)
    head.within(cap, _shine(-0.98, 0.98, -0.72, 0.2, 0.3, teeth=8), lit(colour, 0.45))
    if person.ahoge:
        lock = bent([(-0.1, -1.56, 0.24), (0.5, -2.12, 0.1), (0.84, -1.78, -0.2), (0.06, -1.56, 0.0)])
        head.shape(lock, colour, shade=0.03)


def _sidelock(side: Frame, colour: Colour, end: float) -> None:
    lock = bent([
        (0.98, -0.75, 0.06), (1.24, -0.4, 0.03), (1.26, end * 0.55, 0.05), (1.02, end, 0.02), (1.02, end * 0.8, 0.0),
        (0.9, end * 0.86, 0.06), (0.88, -0.1, 0.0),
    ])  # fmt: skip
    side.shape(lock, colour, shade=0.06)
    if end > 0.6:
        side.line([(1.08, -0.4), (1.11, end * 0.3), (1.04, end * 0.8)], colour, 0.8)


def _braid(side: Frame, colour: Colour, end: float) -> None:
    count = round((end - 1.0) / 0.34)
    for number in range(count, -1, -1):
        y = 0.95 + 0.34 * number
        size = 0.24 - 0.05 * number / max(1, count)
        heart = bent(
            [(1.22 - size, y - 0.1, 0.3), (1.22, y - 0.2, 0.3), (1.22 + size, y - 0.1, 0.3), (1.22, y + 0.26, 0.3)]
        )
        side.shape(heart, colour, shade=0.05)
    side.shape(bent([(1.1, end + 0.2, 0.1), (1.34, end + 0.2, 0.2), (1.22, end + 0.62, 0.2)]), colour, shade=0.04)


def brow_colour(colour: Colour) -> Colour:
    """Give the colour of brows to hair."""
    return mix(colour, (90, 60, 60), 0.3)
