"""Where people stand in a picture, and how large they are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.demo.illustrator.body import FEET, LIFT, SEAT

if TYPE_CHECKING:
    from engine.demo.illustrator.scene import Scene

_HATS_HIGH = frozenset({"witch hat", "top hat", "santa hat"})
_BUST = {1: (0.235, 0.2, 0.0), 2: (0.152, 0.19, 3.3), 3: (0.104, 0.178, 3.16)}
_FULL = {1: (0.2, 0.088, 0.0), 2: (0.134, 0.088, 3.5), 3: (0.094, 0.088, 3.3)}
"""By how many they are: half a face's width as a share of the picture's width and of its height, of which the smaller
counts, and the way from one to the next in such halves."""

_GROUND = 0.955
_CUT = 5.2
"""In a bust, no more than so many half faces are shown below the face's middle."""


_PATCHES = 256
"""How many patches the model sees a picture as, about: squares of 64 pixels of the model card's sizes."""


@dataclass(frozen=True, slots=True)
class FaceSpot:
    """The middle of a face, and half its width, in pixels; the tilt in degrees."""

    x: float
    y: float
    unit: float
    tilt: float


def spots(scene: Scene, width: float, height: float) -> list[FaceSpot]:
    """Give each person's place, from left to right.

    Faces lie on the grid of the model's patches, and have one of few sizes: an eye is then always the same few patches,
    which a small network learns, and not as many as there are places in a patch.
    """
    count = len(scene.people)
    if not count:
        return []
    patch = patch_side(round(width), round(height))
    of_width, of_height, apart = (_FULL if scene.full_body else _BUST)[count]
    unit = scene.zoom * min(of_width * width, of_height * height)
    tall = any(person.hat in _HATS_HIGH or person.ears == "rabbit ears" for person in scene.people)
    canopy = any(person.held == "umbrella" for person in scene.people)
    unit *= 0.82 if canopy else 0.92 if tall else 1.0
    step = patch / (2 if unit > 1.4 * patch else 4)
    unit = max(1, int(1.05 * unit / step)) * step
    feet = (SEAT if scene.sitting else FEET) * unit
    if scene.full_body:
        y = _GROUND * height - feet + LIFT * unit
    else:
        y = max((0.53 if canopy else 0.47 if tall else 0.43) * height, height - _CUT * unit)
    y = round((y + scene.shift_y * height) / patch) * patch
    found: list[FaceSpot] = []
    for number, (person, tilt) in enumerate(zip(scene.people, scene.tilts, strict=False)):
        x = (0.5 + scene.shift_x) * width + (number - (count - 1) / 2) * apart * unit
        x = round((x - (0.5 * unit if canopy else 0.0)) / patch) * patch
        taller = 1.04 if person.boy and count > 1 and scene.full_body else 1.0
        found.append(FaceSpot(x, y - (taller - 1) * feet, unit * taller, tilt))
    return found


def patch_side(width: int, height: int) -> float:
    """Give the side of the squares that fill a picture of the model card's shapes, about as many as the model sees."""
    common = math.gcd(width, height)
    fewest = (width // common) * (height // common)
    return common / max(1, round(math.sqrt(_PATCHES / fewest)))
