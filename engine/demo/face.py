"""Draws neck, face, eyes, brows and mouth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.demo.canvas import Part, ellipse
from engine.demo.palette import EYES, INK, SKIN, Colour, mix

if TYPE_CHECKING:
    from engine.demo.canvas import Canvas, Point
    from engine.demo.pen import Pen
    from engine.demo.portrait import Portrait

_HEAD: tuple[Point, ...] = (
    (0, -1.2), (0.7, -1.0), (1.0, -0.35), (0.97, 0.25), (0.8, 0.75), (0.42, 1.12), (0, 1.27),
    (-0.42, 1.12), (-0.8, 0.75), (-0.97, 0.25), (-1.0, -0.35), (-0.7, -1.0),
)  # fmt: skip
_EYE_X, _EYE_Y = 0.46, 0.2
_EYE_WIDTH, _EYE_HEIGHT = 0.28, 0.36
_MOUTH_Y = 0.84
_LIPS: Colour = (190, 60, 70)
_BLUSH: Colour = (252, 150, 140)


def draw_face(canvas: Canvas, portrait: Portrait, pen: Pen) -> None:
    line = pen.line(SKIN)
    for side in (-1, 1):
        canvas.shape(ellipse(side * 1.0, 0.3, 0.16, 0.26), SKIN, Part.SKIN, line, pen.width)
    canvas.shape(_HEAD, SKIN, Part.SKIN, line, pen.width)
    if portrait.blush:
        for side in (-1, 1):
            canvas.shape(ellipse(side * 0.6, 0.66, 0.22, 0.11), mix(SKIN, _BLUSH, 0.75), Part.SKIN)
    for side in (-1, 1):
        closed = portrait.lids == "closed eyes" or (portrait.lids == "one eye closed" and side == 1)
        (_closed_eye if closed else _open_eye)(canvas, portrait, side)
        _brow(canvas, portrait.brows, side)
    canvas.stroke([(0.0, 0.56), (0.05, 0.62)], mix(SKIN, INK, 0.5), 0.04)
    _mouth(canvas, portrait.mouth)


def _open_eye(canvas: Canvas, portrait: Portrait, side: int) -> None:
    x, y = side * _EYE_X, _EYE_Y
    wide = 1.12 if portrait.mouth == "surprised" else 1.0
    w, h = _EYE_WIDTH * wide, _EYE_HEIGHT * wide
    iris = EYES[portrait.eye_colour]
    canvas.shape(ellipse(x, y, w, h), (252, 252, 255), Part.FEATURE)
    canvas.shape(ellipse(x, y + 0.03, w * 0.82, h * 0.9), mix(iris, INK, 0.22), Part.FEATURE)
    canvas.shape(ellipse(x, y + 0.14, w * 0.7, h * 0.6), mix(iris, (255, 255, 255), 0.12), Part.FEATURE)
    canvas.shape(ellipse(x, y + 0.02, w * 0.32, h * 0.42), mix(iris, INK, 0.8), Part.INK)
    canvas.shape(ellipse(x - 0.09, y - 0.14, 0.085, 0.1), (255, 255, 255), Part.FEATURE)
    lid = [(x - side * w * 0.95, y - h * 0.45), (x, y - h * 1.02), (x + side * w * 1.15, y - h * 0.3)]
    canvas.stroke(lid, INK, 0.11)
    canvas.stroke([(x - side * w * 0.5, y + h), (x + side * w * 0.7, y + h * 0.85)], mix(SKIN, INK, 0.7), 0.04)


def _closed_eye(canvas: Canvas, portrait: Portrait, side: int) -> None:
    x, y, w = side * _EYE_X, _EYE_Y + 0.12, _EYE_WIDTH
    bend = -0.16 if portrait.mouth in ("smile", "grin") else 0.16
    canvas.stroke([(x - w, y), (x, y + bend), (x + w, y)], INK, 0.1)


def _brow(canvas: Canvas, mood: str, side: int) -> None:
    inner, outer = {"": (-0.34, -0.3), "angry": (-0.14, -0.44), "sad": (-0.46, -0.22)}[mood]
    x = side * _EYE_X
    middle = (inner + outer) / 2 - (0.06 if mood == "" else 0)
    canvas.stroke([(x - side * 0.26, inner), (x, middle), (x + side * 0.26, outer)], INK, 0.07)


def _mouth(canvas: Canvas, mouth: str) -> None:
    y = _MOUTH_Y
    if mouth == "smile":
        canvas.stroke([(-0.26, y - 0.05), (-0.12, y + 0.07), (0.12, y + 0.07), (0.26, y - 0.05)], INK, 0.065)
    elif mouth == "frown":
        canvas.stroke([(-0.22, y + 0.1), (-0.1, y), (0.1, y), (0.22, y + 0.1)], INK, 0.065)
    elif mouth == "closed mouth":
        canvas.stroke([(-0.17, y), (0.17, y)], INK, 0.065)
    elif mouth == "surprised":
        canvas.shape(ellipse(0, y + 0.04, 0.1, 0.13), _LIPS, Part.FEATURE, INK, 0.05)
    elif mouth == "grin":
        corners = [(-0.3, y - 0.1), (0.0, y - 0.04), (0.3, y - 0.1), (0.18, y + 0.15), (0, y + 0.22), (-0.18, y + 0.15)]
        canvas.shape(corners, _LIPS, Part.FEATURE, INK, 0.05)
    else:
        canvas.shape(ellipse(0, y + 0.05, 0.2, 0.14), _LIPS, Part.FEATURE, INK, 0.05)
