"""Draws things: held by somebody, or alone. A thing's own unit is half a face's width when it is held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.demo.illustrator.palette import INK, WHITE, Colour, lit, shaded
from engine.demo.illustrator.path import bent, ellipse, limb, smooth

if TYPE_CHECKING:
    from engine.demo.illustrator.sheet import Frame

THINGS = ("umbrella", "book", "sword", "cat")

_WOOD: Colour = (150, 104, 76)
_STEEL: Colour = (206, 214, 228)
_GOLD: Colour = (236, 190, 92)
_PAGE: Colour = (252, 248, 236)


def draw_canopy(at: Frame, colour: Colour) -> None:
    """Draw an open umbrella's roof, its pole's top at the origin, 4.4 wide."""
    at.shape(bent([(-0.06, -0.3, 0), (0.06, -0.3, 0), (0.05, 0.1, 0), (-0.05, 0.1, 0)]), _WOOD)
    ribs = [(-2.2, 1.5), (-1.35, 1.62), (-0.45, 1.68), (0.45, 1.68), (1.35, 1.62), (2.2, 1.5)]
    under = bent([(x, y, 0.1) for x, y in ribs[:-1]] + [(*ribs[-1], 0.0)])
    at.shape(under, shaded(colour, 0.5))
    roof = bent([
        (0, 0, 0.16), (2.2, 1.5, -0.14), (1.35, 1.56, -0.14), (0.45, 1.6, -0.14), (-0.45, 1.6, -0.14),
        (-1.35, 1.56, -0.14), (-2.2, 1.5, 0.16),
    ])  # fmt: skip
    at.shape(roof, colour, shade=0.22)
    for (x, y), bow in zip(ribs[1:-1], (-0.5, -0.16, 0.16, 0.5), strict=True):
        at.line([(0, 0), (x * 0.62 + bow * 0.3, y * 0.42), (x, y - 0.06)], colour, 0.8)
    at.within(roof, bent([(-0.3, 0.2, 0.1), (-1.5, 1.1, 0), (-1.1, 1.14, -0.1)]), lit(colour, 0.4))


def draw_pole(at: Frame, length: float) -> None:
    """Draw the pole below the roof, with its hooked handle."""
    at.line([(0, 0.2), (0, length)], _WOOD, 4.2, start=1, end=1, curved=False)
    at.stroke([(0, 0.2), (0, length)], at.hand.paint(_WOOD), 0.09, start=1, end=1, curved=False)
    hook = [(0, length - 0.3), (0, length), (0.14, length + 0.18), (0.3, length + 0.04)]
    at.line(hook, _WOOD, 5.0, start=1, end=1)
    at.stroke(hook, at.hand.paint(_GOLD), 0.1, start=1, end=1)


def draw_book(at: Frame, colour: Colour) -> None:
    """Draw an open book from behind its covers, 1.5 wide, around the origin."""
    for side in (at, at.mirror()):
        side.shape(bent([(0, -0.36, 0.06), (0.72, -0.5, 0.0), (0.72, -0.36, 0.0), (0, -0.2, 0.0)]), _PAGE)
    for side in (at.mirror(), at):
        cover = bent([(0, -0.34, 0.05), (0.78, -0.46, 0.0), (0.76, 0.46, -0.05), (0, 0.56, 0.0)])
        side.shape(cover, colour, shade=0.06)
        side.stroke(
            [(0.12, -0.2), (0.64, -0.28), (0.62, 0.32), (0.12, 0.38)], _GOLD, 0.045, start=1, end=1, curved=False
        )
    at.shape(bent([(-0.07, -0.36, 0), (0.07, -0.36, 0), (0.07, 0.58, 0), (-0.07, 0.58, 0)]), shaded(colour, 0.3))


def draw_sword(at: Frame) -> None:
    """Draw a sword upright, its grip around the origin, 3.6 long."""
    blade = bent([(-0.15, -0.4, 0), (-0.13, -2.7, 0.04), (0, -3.1, 0.04), (0.13, -2.7, 0), (0.15, -0.4, 0)])
    at.shape(blade, _STEEL)
    at.within(blade, [(0.0, -3.2), (0.3, -3.2), (0.3, 0), (0.0, 0)], shaded(_STEEL, 0.3))
    at.line([(0, -2.8), (0, -0.5)], _STEEL, 0.7, curved=False)
    at.shape(bent([(-0.07, -0.3, 0), (0.07, -0.3, 0), (0.07, 0.46, 0), (-0.07, 0.46, 0)]), (110, 70, 70))
    at.shape(bent([(-0.52, -0.46, 0.1), (0.52, -0.46, 0.2), (0.5, -0.26, 0.1), (-0.5, -0.26, 0.2)]), _GOLD, shade=0.04)
    at.shape(ellipse(0, 0.52, 0.12, 0.12), _GOLD)


def draw_cat(at: Frame, colour: Colour) -> None:
    """Draw a sitting cat, 1.9 high, its feet at the origin."""
    tail = limb([(0.5, -0.16), (0.98, -0.2), (1.06, -0.66), (0.84, -0.94)], (0.24, 0.22, 0.2, 0.16))
    at.shape(tail, colour, shade=0.05)
    at.shape(smooth([(0, -1.2), (0.42, -0.9), (0.6, -0.3), (0.46, 0.0), (0, 0.04), (-0.46, 0.0), (-0.6, -0.3),
                     (-0.42, -0.9)]), colour, shade=0.1)  # fmt: skip
    pale = lit(colour, 0.86)
    at.fill(smooth([(0, -1.0), (0.24, -0.7), (0.18, -0.24), (-0.18, -0.24), (-0.24, -0.7)]), pale)
    for side in (at, at.mirror()):
        side.shape(bent([(0.2, -1.7, 0.08), (0.6, -2.12, 0.06), (0.66, -1.4, 0)]), colour)
        side.fill(bent([(0.34, -1.72, 0.05), (0.55, -1.96, 0.04), (0.58, -1.6, 0)]), (250, 190, 190))
        side.shape(ellipse(0.2, -0.06, 0.17, 0.12), pale)
    at.shape(smooth([(0, -1.82), (0.5, -1.7), (0.68, -1.36), (0.5, -1.02), (0, -0.92), (-0.5, -1.02), (-0.68, -1.36),
                     (-0.5, -1.7)]), colour, shade=0.07)  # fmt: skip
    at.fill(smooth([(0, -1.26), (0.26, -1.14), (0.16, -0.98), (-0.16, -0.98), (-0.26, -1.14)]), pale)
    for side in (at, at.mirror()):
        side.dot(0.28, -1.4, 0.125, 0.15, INK)
        side.dot(0.28, -1.39, 0.1, 0.125, (250, 214, 96))
        side.dot(0.28, -1.39, 0.045, 0.115, INK)
        side.dot(0.25, -1.45, 0.035, 0.045, WHITE)
        side.line([(0.3, -1.14), (0.62, -1.2)], pale, 0.6)
        side.line([(0.3, -1.08), (0.62, -1.06)], pale, 0.6)
    at.fill(bent([(-0.06, -1.2, 0), (0.06, -1.2, 0), (0, -1.13, 0)]), (236, 130, 130))
    at.line([(-0.12, -1.06), (-0.05, -1.03), (0, -1.1), (0.05, -1.03), (0.12, -1.06)], pale, 0.7)
