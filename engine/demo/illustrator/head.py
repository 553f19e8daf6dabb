"""Draws neck, head and what the face says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.demo.illustrator.palette import INK, SKIN, SKIN_SHADE, WHITE, Colour, mix
from engine.demo.illustrator.path import Point, bent, ellipse, smooth, symmetric

if TYPE_CHECKING:
    from engine.demo.illustrator.person import Person
    from engine.demo.illustrator.sheet import Frame

MOUTH_Y = 0.8
CHIN = 1.2

_GIRL: tuple[Point, ...] = (
    (0, -1.22), (0.56, -1.1), (0.94, -0.66), (1.0, -0.1), (0.97, 0.28), (0.84, 0.66), (0.52, 0.99), (0.2, 1.17),
    (0, 1.21),
)  # fmt: skip
_BOY: tuple[Point, ...] = (
    (0, -1.22), (0.56, -1.1), (0.94, -0.66), (0.99, -0.1), (0.96, 0.32), (0.85, 0.74), (0.55, 1.06), (0.24, 1.24),
    (0, 1.28),
)  # fmt: skip
_LIPS: Colour = (168, 62, 66)
_TONGUE: Colour = (236, 128, 124)
_BLUSH: Colour = (250, 152, 144)
_TEAR: Colour = (150, 206, 246)


def draw_neck(body: Frame, person: Person) -> None:
    """Draw the neck, which goes over into what the clothes leave bare, with the head's shadow on it."""
    w = 0.34 if person.boy else 0.28
    neck = [(-w, 0.9), (w, 0.9), (w + 0.01, 1.5), (w + 0.1, 1.76), (-w - 0.1, 1.76), (-w - 0.01, 1.5)]
    body.fill(neck, SKIN)
    body.within(neck, bent([(-0.7, 0.8, 0), (0.7, 0.8, 0), (w + 0.04, 1.42, -0.22), (-w - 0.04, 1.58, 0)]), SKIN_SHADE)
    for side in (body, body.mirror()):
        side.line([(w, 1.0), (w + 0.01, 1.5), (w + 0.1, 1.7)], SKIN, 1.0, start=1, end=0.4)


def draw_head(head: Frame, person: Person) -> None:
    """Draw head and ears, without eyes and hair."""
    for side in (head, head.mirror()):
        ear = ellipse(1.0, 0.26, 0.15, 0.24)
        side.shape(ear, SKIN)
        side.within(ear, ellipse(1.02, 0.28, 0.08, 0.15), SKIN_SHADE)
    outline = symmetric(_BOY if person.boy else _GIRL)
    head.shape(smooth(outline), SKIN, shade=0.07, down=0.5)
    if person.expression in {"embarrassed", "crying"} or person.blush:
        strong = 0.85 if person.expression == "embarrassed" else 0.6
        for side in (head, head.mirror()):
            side.dot(0.63, 0.67, 0.2, 0.095, mix(SKIN, _BLUSH, strong))
            if head.hand.modern:
                for x in (0.54, 0.64, 0.74):
                    side.stroke([(x + 0.03, 0.62), (x - 0.03, 0.72)], mix(_BLUSH, (220, 90, 90), 0.6), 0.028)
    head.stroke([(0.0, 0.53), (0.045, 0.6), (-0.01, 0.62)], mix(SKIN_SHADE, INK, 0.35), 0.04)
    _mouth(head, person.expression)
    if person.expression == "crying":
        _tears(head)
    if person.expression == "embarrassed":
        _sweat(head)


def _mouth(head: Frame, expression: str) -> None:
    y = MOUTH_Y
    line = mix(INK, _LIPS, 0.35)
    if expression == "laughing":
        _open_mouth(head, [(-0.27, y - 0.07), (0.27, y - 0.07)], y + 0.22, 0.72)
    elif expression == "surprised":
        head.shape(ellipse(0, y + 0.05, 0.09, 0.125), _LIPS)
    elif expression == "angry":
        corners = bent([(-0.15, y, 0.12), (0.15, y, 0.1), (0.2, y + 0.14, -0.12), (-0.2, y + 0.14, 0.1)])
        head.shape(corners, _LIPS)
        head.within(corners, [(-0.3, y - 0.2), (0.3, y - 0.2), (0.3, y + 0.045), (-0.3, y + 0.045)], WHITE)
    elif expression == "crying":
        corners = bent([(-0.18, y + 0.02, 0.18), (0.18, y + 0.02, 0.1), (0.13, y + 0.16, 0.1), (-0.13, y + 0.16, 0.1)])
        head.shape(corners, _LIPS)
        head.within(corners, ellipse(0, y + 0.19, 0.12, 0.07), _TONGUE)
    elif expression == "embarrassed":
        wave = [(-0.2, y + 0.03), (-0.1, y - 0.03), (0, y + 0.03), (0.1, y - 0.03), (0.2, y + 0.03)]
        head.stroke(wave, line, 0.055, start=0.4, end=0.4)
    elif expression == "sad":
        head.stroke([(-0.17, y + 0.07), (-0.08, y), (0.08, y), (0.17, y + 0.07)], line, 0.055, start=0.3, end=0.3)
    elif expression == "expressionless":
        head.stroke([(-0.14, y), (0, y + 0.012), (0.14, y)], line, 0.05, start=0.4, end=0.4)
    else:
        head.stroke([(-0.24, y - 0.05), (-0.12, y + 0.04), (0.12, y + 0.04), (0.24, y - 0.05)], line, 0.055)


def _open_mouth(head: Frame, top: list[Point], bottom: float, full: float) -> None:
    (left, y), (right, _) = top
    corners = bent([(left, y, -0.06), (right, y, 0.18), (0, bottom, 0.18)])
    head.shape(corners, _LIPS)
    head.within(corners, ellipse(0, bottom, right * full, (bottom - y) * 0.42), _TONGUE)
    head.within(corners, [(left, y - 0.1), (right, y - 0.1), (right, y + 0.075), (left, y + 0.075)], WHITE)


def _tears(head: Frame) -> None:
    for side in (head, head.mirror()):
        side.fill(bent([(0.4, 0.62, 0.1), (0.6, 0.62, 0.05), (0.62, 0.96, 0.4), (0.48, 0.96, 0.05)]), _TEAR)
        side.dot(0.55, 0.94, 0.06, 0.05, (236, 248, 255))


def _sweat(head: Frame) -> None:
    drop = bent([(0.98, -0.42, 0.25), (1.06, -0.16, 0.6), (0.9, -0.16, 0.25)])
    head.shape(drop, _TEAR, weight=0.7)
