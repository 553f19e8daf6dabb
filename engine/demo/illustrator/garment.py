"""Draws what makes an outfit itself: collars, bows, ties, buttons, aprons, belts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.demo.illustrator.head import draw_neck
from engine.demo.illustrator.palette import CLOTHES, SKIN, Colour, lit, shaded
from engine.demo.illustrator.path import Path, bent, ellipse, limb

if TYPE_CHECKING:
    from engine.demo.illustrator.outfit import Cloth, Outfit
    from engine.demo.illustrator.person import Person
    from engine.demo.illustrator.sheet import Frame

_WHITE: Colour = (250, 248, 250)
_GOLD: Colour = (240, 200, 104)


def draw_front(body: Frame, person: Person, outfit: Outfit, colours: Cloth, shape: Path) -> None:
    """Draw what is on the chest, in front of it and around the neck."""
    if outfit.inner is not None:
        _opening(body, outfit.collar, outfit.inner, shape)
    _FRONTS.get(outfit.front, _nothing)(body, colours, shape)
    del person


def draw_collar(body: Frame, person: Person, outfit: Outfit, colours: Cloth, shape: Path) -> None:
    """Draw the neck in its collar, and what is tied there."""
    _neckline(body, outfit, colours, shape)
    draw_neck(body, person)
    _collar(body, outfit, colours)
    if outfit.neck in {"bow", "ribbon"}:
        draw_bow(body.at(0, 2.16 if outfit.collar == "sailor" else 1.98), colours.accent, 0.42)
    elif outfit.neck == "tie":
        _tie(body, colours.accent)


def draw_bow(at: Frame, colour: Colour, size: float) -> None:
    """Draw a bow around a point."""
    for side in (at, at.mirror()):
        side.shape(
            bent([(0, 0.05 * size, 0.1), (0.5 * size, 1.2 * size, 0.0), (0.72 * size, 1.0 * size, 0.05)]), colour
        )
        loop = bent([(0, 0, -0.12), (size, -0.52 * size, 0.2), (size * 1.04, 0.46 * size, -0.12)])
        side.shape(loop, colour, shade=0.16 * size)
        side.line([(0.16 * size, -0.02 * size), (0.6 * size, -0.1 * size)], colour, 0.7)
    at.shape(ellipse(0, 0.02 * size, 0.2 * size, 0.24 * size), colour)


def draw_cloak(body: Frame, person: Person, colour: Colour, shape: Path) -> None:
    """Draw a cloak over the shoulders, open in front."""
    del shape
    wide = 1.62 if person.boy else 1.42
    for side in (body.mirror(), body):
        half = bent([
            (0.12, 1.7, 0.05), (0.98, 1.76, 0.1), (wide, 2.6, 0.03), (wide + 0.3, 5.4, 0.03), (0.62, 5.6, 0.0),
            (0.52, 3.2, -0.06),
        ])  # fmt: skip
        side.shape(half, colour, shade=0.16, down=0.1)
        side.line([(0.9, 2.2), (1.12, 3.6), (1.14, 5.2)], colour, 0.9)
    body.shape(bent([(-0.62, 1.6, 0.1), (0.62, 1.6, 0.2), (0.3, 2.1, -0.1), (-0.3, 2.1, 0.2)]), colour, shade=0.08)
    body.shape(ellipse(0, 2.06, 0.15, 0.15), _GOLD)


def _opening(body: Frame, collar: str, colour: Colour, shape: Path) -> None:
    low, wide = {"v": (3.3, 0.42), "open": (4.7, 0.5), "lapel": (3.15, 0.44)}.get(collar, (3.0, 0.4))
    bottom = 0.36 if collar == "open" else 0.0
    inner = bent([(-wide, 1.5, 0), (wide, 1.5, 0), (bottom + 0.02, low, 0), (-bottom - 0.02, low, 0)])
    body.within(shape, inner, colour)
    for side in (body, body.mirror()):
        side.line([(wide, 1.6), ((wide + bottom) / 2 + 0.03, (low + 1.6) / 2), (bottom, low)], shaded(colour))


def _neckline(body: Frame, outfit: Outfit, colours: Cloth, shape: Path) -> None:
    """Draw what the clothes leave bare below the neck."""
    kind = outfit.collar
    if kind in {"sailor", "kimono"}:
        body.within(shape, bent([(-0.42, 1.5, 0), (0.42, 1.5, 0), (0.0, 2.5, 0)]), SKIN)
    elif kind in {"collar", "lapel", "v"}:
        body.within(shape, bent([(-0.36, 1.5, 0), (0.36, 1.5, 0), (0, 2.0, 0)]), SKIN)
    elif kind == "straps":
        bare = [(-2, 1.2, 0), (2, 1.2, 0), (2, 2.3, 0), (0.74, 2.3, 0.2), (-0.74, 2.3, 0), (-2, 2.3, 0)]
        body.within(shape, bent(bare), SKIN)
        for side in (body, body.mirror()):
            side.stroke([(0.62, 1.72), (0.66, 2.0), (0.6, 2.36)], colours.top, 0.14, start=0.9, end=0.9)
            side.line([(0.14, 2.02), (0.36, 1.93), (0.6, 1.96)], SKIN, 0.7)
    elif kind in {"round", "open", "cloak", "frill"}:
        bare = bent([(-0.5, 1.4, 0), (0.5, 1.4, 0), (0.46, 1.74, 0.32), (-0.46, 1.74, 0)])
        body.within(shape, bare, SKIN)
        body.line([(-0.48, 1.7), (-0.24, 1.97), (0.24, 1.97), (0.48, 1.7)], colours.top, 0.9, start=0.6, end=0.6)


def _collar(body: Frame, outfit: Outfit, colours: Cloth) -> None:
    """Draw what goes around the neck."""
    colour, kind = colours.top, outfit.collar
    if kind == "sailor":
        for side in (body, body.mirror()):
            flap = bent([(0.36, 1.62, 0.08), (0.96, 1.84, 0.06), (1.0, 2.4, 0), (0, 2.84, 0), (0, 2.5, 0.06)])
            side.shape(flap, colours.chosen, shade=0.05)
            side.stroke([(0.84, 1.86), (0.87, 2.3), (0.02, 2.7)], _WHITE, 0.06, start=1, end=1, curved=False)
    elif kind in {"collar", "lapel", "v"}:
        shirt = _WHITE if outfit.inner is not None or colours.top == colours.below else lit(colour, 0.3)
        for side in (body, body.mirror()):
            side.shape(
                bent([(0.32, 1.44, 0.12), (0.56, 1.7, 0.0), (0.36, 2.2, 0.0), (0.0, 1.96, 0.08)]), shirt, shade=0.03
            )
            if kind == "lapel":
                lapel = bent([(0.54, 1.66, 0), (0.8, 2.26, 0), (0.62, 2.34, 0), (0.68, 2.5, 0), (0.02, 3.2, 0.05)])
                side.shape(lapel, colour, shade=0.06)
    elif kind == "open":
        for side in (body, body.mirror()):
            side.shape(
                bent([(0.36, 1.56, 0.1), (0.74, 1.78, 0.05), (0.62, 2.36, 0.0), (0.42, 1.96, 0.0)]), colour, shade=0.04
            )
    elif kind == "turtleneck":
        body.shape(bent([(-0.4, 1.34, 0.06), (0.4, 1.34, 0.0), (0.5, 1.8, 0.12), (-0.5, 1.8, 0.0)]), colour, shade=0.08)
        body.line([(-0.42, 1.52), (0, 1.6), (0.42, 1.52)], colour, 0.6)
    elif kind in {"stand", "gorget"}:
        body.shape(
            bent([(-0.38, 1.38, 0.0), (0.38, 1.38, 0.0), (0.46, 1.8, 0.12), (-0.46, 1.8, 0.0)]), colour, shade=0.07
        )
        trim = _GOLD if kind == "stand" else lit(colour)
        body.stroke([(-0.37, 1.42), (0, 1.48), (0.37, 1.42)], trim, 0.07, start=1, end=1)
    elif kind == "hood":
        hood = bent(
            [(-0.36, 1.46, -0.12), (-1.02, 1.86, -0.22), (0.0, 2.5, -0.22), (1.02, 1.86, -0.12), (0.36, 1.46, -0.42)]
        )
        body.shape(hood, colour, shade=0.1)
        body.line([(-0.6, 1.72), (-0.3, 2.16), (0, 2.26), (0.3, 2.16), (0.6, 1.72)], colour, 0.8)
        for side in (body, body.mirror()):
            side.stroke([(0.2, 2.4), (0.22, 2.7), (0.2, 3.0)], _WHITE, 0.06, start=0.8, end=0.8)
    elif kind == "kimono":
        for (x0, y0), (x1, y1) in (((0.4, 1.56), (-0.06, 2.6)), ((-0.4, 1.56), (0.44, 3.04))):
            edge = limb([(x0, y0), ((x0 + x1) / 2 - 0.04, (y0 + y1) / 2), (x1, y1)], (0.16, 0.2, 0.2))
            body.shape(edge, _WHITE if colour != CLOTHES["white"] else lit(colours.accent, 0.5), weight=0.8)
    elif kind == "frill":
        for number in range(7):
            x = -0.6 + 0.2 * number
            body.shape(ellipse(x, 1.82 + 0.16 * (1 - (x / 0.7) ** 2), 0.15, 0.13), _WHITE)


def _tie(body: Frame, colour: Colour) -> None:
    body.shape(bent([(-0.1, 1.98, 0), (0.1, 1.98, 0), (0.2, 3.0, 0), (0, 3.22, 0), (-0.2, 3.0, 0)]), colour, shade=0.06)
    body.shape(bent([(-0.15, 1.84, 0), (0.15, 1.84, 0), (0.1, 2.06, 0), (-0.1, 2.06, 0)]), colour)


def _nothing(body: Frame, colours: Cloth, shape: Path) -> None:
    del body, colours, shape


def _buttons(body: Frame, colours: Cloth, shape: Path) -> None:
    del shape
    body.line([(0.0, 2.0), (0.02, 3.0), (0.0, 4.3)], colours.top, 0.8)
    for y in (2.4, 2.85, 3.3):
        body.dot(0.09, y, 0.05, 0.05, shaded(colours.top, 0.5))


def _star(body: Frame, colours: Cloth, shape: Path) -> None:
    del shape
    colour = lit(colours.top, 0.7) if colours.top != (246, 244, 246) else colours.accent
    star = [(0.0, -1.0), (0.22, -0.3), (0.95, -0.3), (0.36, 0.12), (0.6, 0.82), (0.0, 0.4)]
    body.at(0, 2.86, 0.34).fill([*star, *((-x, y) for x, y in reversed(star[1:-1]))], colour)


def _pocket(body: Frame, colours: Cloth, shape: Path) -> None:
    del shape
    body.shape(bent([(-0.46, 3.34, 0), (0.46, 3.34, 0), (0.66, 3.98, 0), (-0.66, 3.98, 0)]), colours.top, shade=0.07)


def _ribs(body: Frame, colours: Cloth, shape: Path) -> None:
    del shape
    for x in (-0.42, 0.0, 0.42):
        body.line([(x * 0.9, 2.0), (x, 3.0), (x * 0.95, 4.0)], colours.top, 0.6)


def _belt(body: Frame, colours: Cloth, shape: Path) -> None:
    body.within(shape, [(-2, 3.4), (2, 3.4), (2, 3.66), (-2, 3.66)], shaded(colours.top, 0.5))
    body.shape(bent([(-0.14, 3.4, 0), (0.14, 3.4, 0), (0.14, 3.66, 0), (-0.14, 3.66, 0)]), _GOLD, weight=0.7)


def _obi(body: Frame, colours: Cloth, shape: Path) -> None:
    body.within(shape, [(-2, 3.02), (2, 3.02), (2, 3.82), (-2, 3.82)], colours.accent)
    body.stroke([(-0.84, 3.42), (0, 3.44), (0.84, 3.42)], _GOLD, 0.12, start=1, end=1)
    body.line([(-0.9, 3.02), (0.9, 3.02)], colours.accent, 0.8, curved=False)


def _sash(body: Frame, colours: Cloth, shape: Path) -> None:
    body.within(shape, [(-2, 3.3), (2, 3.3), (2, 3.8), (-2, 3.8)], colours.below)
    draw_bow(body.at(0, 3.58), colours.below, 0.36)


def _apron(body: Frame, colours: Cloth, shape: Path) -> None:
    del shape, colours
    body.shape(bent([(-0.5, 2.3, 0.05), (0.5, 2.3, 0), (0.56, 3.56, 0), (-0.56, 3.56, 0)]), _WHITE, shade=0.07)
    body.shape(bent([(-0.68, 3.54, 0), (0.68, 3.54, 0.04), (0.98, 5.0, 0.22), (-0.98, 5.0, 0.04)]), _WHITE, shade=0.1)


def _zip(body: Frame, colours: Cloth, shape: Path) -> None:
    del colours, shape
    for side in (body, body.mirror()):
        side.stroke([(0.46, 2.0), (0.44, 3.0), (0.4, 4.6)], (196, 198, 210), 0.05, start=1, end=1)


def _double(body: Frame, colours: Cloth, shape: Path) -> None:
    del shape
    body.line([(0.02, 3.1), (0.02, 4.0), (0.0, 5.6)], colours.top, 0.9)
    for y in (3.36, 3.86, 4.36):
        for x in (-0.34, 0.34):
            body.dot(x, y, 0.085, 0.085, shaded(colours.top, 0.55))


def _row(body: Frame, colours: Cloth, shape: Path) -> None:
    del shape
    body.line([(0.0, 3.3), (0.0, 4.5)], colours.top, 0.8, curved=False)
    for y in (3.45, 3.8, 4.15):
        body.dot(0.1, y, 0.06, 0.06, lit(colours.top, 0.7))


def _plate(body: Frame, colours: Cloth, shape: Path) -> None:
    steel = colours.top
    body.line([(-0.78, 2.9), (-0.3, 3.16), (0, 2.96), (0.3, 3.16), (0.78, 2.9)], steel)
    body.line([(0, 2.0), (0, 2.9)], steel, 0.8, curved=False)
    body.within(shape, bent([(-0.7, 2.1, 0.1), (-0.4, 2.05, 0), (-0.5, 2.8, 0.1)]), lit(steel, 0.6))
    for side in (body, body.mirror()):
        side.shape(ellipse(1.08, 2.12, 0.42, 0.36), steel, shade=0.1)
        side.stroke([(0.74, 2.24), (1.08, 2.4), (1.42, 2.24)], _GOLD, 0.07, start=1, end=1)


def _bib(body: Frame, colours: Cloth, shape: Path) -> None:
    denim = colours.below
    bib = [(-0.52, 2.62), (0.52, 2.62), (0.8, 3.7), (0.94, 4.5), (-0.94, 4.5), (-0.8, 3.7)]
    body.shape(bib, denim, shade=0.1)
    for side in (body, body.mirror()):
        side.stroke([(0.62, 1.76), (0.54, 2.3), (0.44, 2.72)], denim, 0.2, start=1, end=1)
        side.dot(0.44, 2.74, 0.08, 0.08, _GOLD)
    body.shape(bent([(-0.28, 3.0, 0), (0.28, 3.0, 0), (0.26, 3.42, 0.1), (-0.26, 3.42, 0)]), denim, weight=0.8)
    del shape


def _gold(body: Frame, colours: Cloth, shape: Path) -> None:
    _belt(body, colours, shape)
    body.stroke([(0.0, 1.8), (0.02, 2.6), (0.0, 3.4)], _GOLD, 0.06, start=1, end=1)
    for y in (2.2, 2.6, 3.0):
        for x in (-0.2, 0.2):
            body.dot(x, y, 0.06, 0.06, _GOLD)
    for side in (body, body.mirror()):
        side.shape(ellipse(0.98, 1.96, 0.3, 0.12), _GOLD, weight=0.8)


def _slit(body: Frame, colours: Cloth, shape: Path) -> None:
    del shape
    body.stroke([(0.0, 1.78), (0.3, 2.2), (0.86, 2.4)], _GOLD, 0.06, start=1, end=1)
    body.dot(0.3, 2.2, 0.07, 0.07, _GOLD)
    del colours


_FRONTS = {
    "buttons": _buttons, "star": _star, "pocket": _pocket, "ribs": _ribs, "belt": _belt, "obi": _obi, "sash": _sash,
    "apron": _apron, "zip": _zip, "double": _double, "row": _row, "plate": _plate, "bib": _bib, "gold": _gold,
    "slit": _slit,
}  # fmt: skip
