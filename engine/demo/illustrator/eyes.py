"""Draws eyes and brows: each once, and mirrored for the other side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.demo.illustrator.palette import EYES, INK, SKIN_SHADE, WHITE, Colour, mix, shaded
from engine.demo.illustrator.path import ellipse, smooth

if TYPE_CHECKING:
    from engine.demo.illustrator.person import Person
    from engine.demo.illustrator.sheet import Frame

EYE_X, EYE_Y = 0.49, 0.3
"""The middle of an eye, in units of half a face's width from the face's middle."""

HALF_WIDTH, HALF_HEIGHT = 0.28, 0.33

_CALM = {"smile", "laughing", "embarrassed"}
"""Who looks so closes the eyes upwards, as in laughter."""


def draw_eyes(head: Frame, person: Person, brows: Colour) -> None:
    """Draw both eyes with their brows."""
    for side in (head, head.mirror()):
        eye = side.at(EYE_X, EYE_Y)
        if person.eyes_closed:
            _closed(eye, person)
        else:
            _open(eye, person)
        _brow(eye, person, brows)


def _open(eye: Frame, person: Person) -> None:
    boy = person.boy
    tall = HALF_HEIGHT * {"surprised": 1.08, "angry": 0.86}.get(person.expression, 1.0) * (0.84 if boy else 1.0)
    w, h = HALF_WIDTH, tall
    iris = EYES[person.eye_colour]
    inner = {"angry": 0.3, "sad": -0.12, "crying": -0.12}.get(person.expression, 0.0) * h
    white = smooth([
        (-w * 0.92, -h * 0.16 + inner * 0.6), (-w * 0.52, -h * 0.76 + inner), (0.05 * w, -h + inner * 0.4),
        (w * 0.62, -h * 0.8), (w * 0.98, -h * 0.18), (w * 0.8, h * 0.56), (w * 0.2, h * 0.98), (-w * 0.5, h * 0.74),
    ])  # fmt: skip
    small = 0.8 if person.expression == "surprised" else 1.0
    eye.fill(white, WHITE)
    eye.within(white, [(-1, -1), (1, -1), (1, -h * 0.44), (-1, -h * 0.62)], (214, 214, 230))
    rx, ry, y = w * 0.72 * small, h * 0.9 * small, h * 0.04
    eye.within(white, ellipse(0.02, y, rx, ry), mix(iris, INK, 0.6))
    eye.within(white, ellipse(0.02, y, rx * 0.86, ry * 0.9), mix(iris, INK, 0.3))
    eye.within(white, ellipse(0.02, y + ry * 0.4, rx * 0.8, ry * 0.56), iris)
    eye.within(white, ellipse(0.02, y + ry * 0.66, rx * 0.52, ry * 0.24), mix(iris, WHITE, 0.42))
    eye.dot(0.02, y + ry * 0.02, rx * 0.36, ry * 0.36, mix(iris, (34, 20, 40), 0.8))
    if eye.hand.modern:
        eye.dot(-rx * 0.4, -ry * 0.38, rx * 0.36, ry * 0.26, WHITE)
        eye.dot(rx * 0.46, ry * 0.5, rx * 0.15, ry * 0.11, WHITE)
    else:
        eye.dot(-rx * 0.3, -ry * 0.3, rx * 0.46, ry * 0.38, WHITE)
    thick = 0.1 if boy else 0.13
    lid = [
        (-w * 1.02, -h * 0.04 + inner * 0.6), (-w * 0.55, -h * 0.8 + inner), (0.05 * w, -h * 1.04 + inner * 0.4),
        (w * 0.66, -h * 0.84), (w * 1.12, -h * 0.1),
    ]  # fmt: skip
    eye.stroke(lid, INK, thick, start=0.25, end=0.6)
    if not boy:
        for x, y0, dx, dy in ((0.86, -0.58, 0.32, -0.2), (1.04, -0.3, 0.3, -0.1)):
            tip = (w * (x + dx), h * (y0 + dy))
            eye.stroke([(w * (x - 0.1), h * y0), (w * (x + dx * 0.6), h * (y0 + dy * 0.3)), tip], INK, 0.07, end=0.02)
    eye.stroke([(w * 0.8, h * 0.7), (w * 0.42, h * 1.0), (-w * 0.12, h * 1.03)], mix(INK, SKIN_SHADE, 0.35), 0.035)
    fold = [(-w * 0.5, -h * 1.12 + inner), (0.08 * w, -h * 1.33 + inner * 0.4), (w * 0.74, -h * 1.13)]
    eye.stroke(fold, mix(INK, SKIN_SHADE, 0.55), 0.026)


def _closed(eye: Frame, person: Person) -> None:
    w = HALF_WIDTH * 1.04
    up = person.expression in _CALM
    y, bend = (0.1, -0.24) if up else (0.06, 0.2)
    eye.stroke([(-w, y), (-w * 0.5, y + bend * 0.78), (0, y + bend), (w * 0.5, y + bend * 0.78), (w, y)], INK, 0.14)
    if not person.boy:
        for x in (0.62, 0.95):
            foot = y + (bend * 0.6 if x < 0.9 else 0.0)
            eye.stroke([(w * x, foot), (w * (x + 0.1), foot + 0.05), (w * (x + 0.24), foot + 0.1)], INK, 0.05, end=0.02)


def _brow(eye: Frame, person: Person, colour: Colour) -> None:
    inner, middle, outer = {
        "angry": (-0.36, -0.52, -0.62), "sad": (-0.74, -0.62, -0.5), "crying": (-0.76, -0.62, -0.48),
        "embarrassed": (-0.68, -0.64, -0.54), "surprised": (-0.68, -0.78, -0.66),
    }.get(person.expression, (-0.54, -0.64, -0.54))  # fmt: skip
    thick = 0.085 if person.boy else 0.055
    points = [(-HALF_WIDTH * 0.9, inner), (0.02, middle), (HALF_WIDTH * 1.05, outer)]
    eye.stroke(points, mix(shaded(colour, 0.4), INK, 0.45), thick, start=0.5, end=0.2)
