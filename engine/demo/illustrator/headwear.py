"""Draws what is worn on the head: hats, ears of animals, ribbons, glasses and the like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.demo.illustrator.eyes import EYE_X, EYE_Y
from engine.demo.illustrator.garment import draw_bow
from engine.demo.illustrator.palette import CLOTHES, INK, Colour, lit, mix, shaded
from engine.demo.illustrator.path import bent, ellipse, smooth

if TYPE_CHECKING:
    from engine.demo.illustrator.person import Person
    from engine.demo.illustrator.sheet import Frame

EARS = ("cat ears", "fox ears", "rabbit ears", "dog ears")
HATS = ("witch hat", "straw hat", "beret", "baseball cap", "top hat", "santa hat", "crown")
RIBBONS = ("hair ribbon", "hair bow", "hairband", "hair flower")
WORN = ("headphones", "scarf", "horns", "necklace")

COLOURED = frozenset({"hair ribbon", "hair bow", "hairband", "scarf", "beret", "baseball cap"})
"""What has a colour that is a tag of its own, such as "red scarf"."""

_STRAW: Colour = (240, 208, 136)
_GOLD: Colour = (244, 202, 92)
_DARK: Colour = (72, 62, 96)
RIM: Colour = (64, 46, 60)


def draw_ears(head: Frame, person: Person, hair: Colour) -> None:
    """Draw an animal's ears, before the hair in front, which covers their roots."""
    for side in (head, head.mirror()):
        if person.ears in {"cat ears", "fox ears"}:
            fox = person.ears == "fox ears"
            tip = (1.12, -2.2) if fox else (1.02, -2.02)
            fur = mix(hair, (226, 140, 70), 0.25) if fox else hair
            side.shape(bent([(0.32, -1.42, 0.12), (*tip, 0.08), (1.2, -0.9, 0.0)]), fur, shade=0.08)
            side.shape(bent([(0.56, -1.42, 0.08), (tip[0] - 0.04, tip[1] + 0.3, 0.06), (1.06, -1.08, 0.0)]),
                       (250, 190, 190) if not fox else (250, 240, 226), weight=0.6)  # fmt: skip
        elif person.ears == "rabbit ears":
            side.shape(smooth([(0.3, -1.4), (0.24, -2.2), (0.5, -2.95), (0.82, -2.75), (0.82, -2.0), (0.66, -1.3)]),
                       (250, 246, 248), shade=0.08)  # fmt: skip
            side.fill(smooth([(0.44, -1.5), (0.4, -2.2), (0.54, -2.7), (0.68, -2.5), (0.66, -1.9)]), (252, 196, 204))
        elif person.ears == "dog ears":
            side.shape(smooth([(0.5, -1.5), (1.1, -1.62), (1.5, -1.1), (1.56, -0.5), (1.28, -0.4), (1.06, -0.9)]),
                       shaded(hair, 0.16), shade=0.1)  # fmt: skip


def draw_worn_behind(head: Frame, person: Person) -> None:
    """Draw what goes behind the hair in front."""
    if person.hat == "witch hat":
        head.shape(ellipse(0, -1.0, 2.0, 0.46), shaded(_DARK, 0.3))
    elif person.hat == "straw hat":
        head.shape(ellipse(0, -0.92, 2.05, 0.5), shaded(_STRAW, 0.3))


def draw_worn(head: Frame, person: Person) -> None:
    """Draw what goes over the hair."""
    colour = CLOTHES[person.accessory_colour]
    if person.ribbon and person.hat not in {"witch hat", "straw hat", "top hat"}:
        _ribbon(head, person, colour)
    if person.worn == "headphones":
        _headphones(head, colour)
    elif person.worn == "horns":
        for side in (head, head.mirror()):
            horn = bent([(0.5, -1.46, 0.2), (1.16, -2.1, -0.1), (0.92, -1.24, 0.0)])
            side.shape(horn, (112, 86, 92), shade=0.07)
            side.line([(0.68, -1.5), (0.84, -1.42)], (112, 86, 92), 0.8)
    if person.hat:
        _HATS[person.hat](head, colour)
    if person.outfit == "maid" and not person.hat:
        _headdress(head)
    if person.glasses:
        _glasses(head)


def draw_scarf(body: Frame, person: Person) -> None:
    """Draw what is worn around the neck, over the clothes."""
    colour = CLOTHES[person.accessory_colour]
    if person.worn == "scarf":
        end = bent([(0.2, 1.8, 0.0), (0.72, 1.8, 0.0), (0.86, 3.3, 0.0), (0.3, 3.36, 0.0)])
        body.shape(end, colour, shade=0.08)
        for x in (0.42, 0.56, 0.7):
            body.line([(x, 3.06), (x + 0.01, 3.32)], colour, 0.7)
        wrap = smooth([(-0.74, 1.5), (0.0, 1.34), (0.74, 1.5), (0.78, 1.9), (0.0, 2.16), (-0.78, 1.9)])
        body.shape(wrap, colour, shade=0.1, down=1.0)
        body.line([(-0.66, 1.6), (0.0, 1.82), (0.6, 1.74)], colour, 0.9)
        body.line([(-0.5, 1.88), (0.1, 2.0), (0.7, 1.8)], colour, 0.8)
    elif person.worn == "necklace":
        body.stroke([(-0.4, 1.7), (-0.2, 2.06), (0, 2.16), (0.2, 2.06), (0.4, 1.7)], _GOLD, 0.06, start=1, end=1)
        body.shape(
            bent([(0, 2.1, 0.2), (0.12, 2.28, 0.1), (0, 2.44, 0.1), (-0.12, 2.28, 0.2)]), (90, 200, 220), weight=0.7
        )


def _ribbon(head: Frame, person: Person, colour: Colour) -> None:
    if person.ribbon == "hair bow":
        draw_bow(head.at(0.0, -1.5), colour, 0.72)
    elif person.ribbon == "hair ribbon":
        for side in (head, head.mirror()):
            draw_bow(side.at(1.04, -0.92, 1.0, 20), colour, 0.4)
    elif person.ribbon == "hairband":
        band = [(-1.2, -0.5), (-0.98, -1.1), (-0.52, -1.46), (0, -1.54), (0.52, -1.46), (0.98, -1.1), (1.2, -0.5)]
        head.line(band, colour, 6.4, start=1, end=1)
        head.stroke(band, head.hand.paint(colour), 0.15, start=1, end=1)
    else:
        at = head.at(0.86, -0.92)
        for turn in range(0, 360, 72):
            at.at(0, 0, 1.0, turn).shape(ellipse(0, -0.2, 0.15, 0.19), lit(colour, 0.25), shade=0.04)
        at.shape(ellipse(0, 0, 0.1, 0.1), _GOLD, weight=0.7)


def _headphones(head: Frame, colour: Colour) -> None:
    arc = [(-1.24, 0.1), (-1.3, -0.6), (-0.9, -1.4), (0, -1.76), (0.9, -1.4), (1.3, -0.6), (1.24, 0.1)]
    head.line(arc, _DARK, 5.4, start=1, end=1)
    head.stroke(arc, head.hand.paint((232, 232, 240)), 0.12, start=1, end=1)
    for side in (head, head.mirror()):
        side.shape(ellipse(1.24, 0.16, 0.3, 0.42), colour, shade=0.08)
        side.shape(ellipse(1.26, 0.16, 0.16, 0.24), lit(colour, 0.5), weight=0.7)


def _glasses(head: Frame) -> None:
    for side in (head, head.mirror()):
        rim = bent([
            (EYE_X - 0.37, EYE_Y - 0.2, 0.06), (EYE_X + 0.38, EYE_Y - 0.24, 0.1), (EYE_X + 0.34, EYE_Y + 0.36, 0.12),
            (EYE_X - 0.3, EYE_Y + 0.38, 0.1),
        ])  # fmt: skip
        closed = [tuple(point) for point in (*rim, rim[0])]
        side.stroke(closed, RIM, 0.085, start=1, end=1, curved=False)
        side.stroke([(EYE_X + 0.38, EYE_Y - 0.14), (1.0, EYE_Y - 0.16)], RIM, 0.07, start=1, end=1)
    head.stroke([(-0.14, EYE_Y + 0.0), (0, EYE_Y - 0.06), (0.14, EYE_Y + 0.0)], RIM, 0.08, start=1, end=1)


def _headdress(head: Frame) -> None:
    for number in range(9):
        x = -0.84 + 0.21 * number
        head.shape(ellipse(x, -1.5 + 0.5 * (x / 0.95) ** 2, 0.17, 0.2), (252, 250, 252), shade=0.03)
    band = [(-0.92, -1.02), (-0.5, -1.28), (0, -1.36), (0.5, -1.28), (0.92, -1.02)]
    head.stroke(band, head.hand.paint((60, 54, 72)), 0.08, start=1, end=1)


def _witch(head: Frame, colour: Colour) -> None:
    cone = bent([
        (-1.12, -1.1, 0.06), (-0.5, -2.3, 0.05), (0.5, -3.1, 0.12), (0.95, -2.84, -0.1), (0.62, -2.4, 0.06),
        (1.12, -1.1, 0.12),
    ])  # fmt: skip
    head.shape(cone, _DARK, shade=0.16)
    head.within(cone, bent([(-1.3, -1.5, 0.1), (1.3, -1.5, 0), (1.3, -1.1, -0.1), (-1.3, -1.1, 0)]), colour)
    brim = bent([(-2.02, -0.98, -0.12), (2.02, -0.98, -0.1), (0.0, -0.82, -0.1)])
    head.shape(brim, _DARK, shade=0.04)
    head.shape(bent([(-0.18, -1.5, 0), (0.18, -1.5, 0), (0.2, -1.16, 0), (-0.2, -1.16, 0)]), _GOLD, weight=0.8)


def _straw(head: Frame, colour: Colour) -> None:
    dome = bent([(-1.14, -0.98, 0.1), (-0.72, -1.84, 0.12), (0.72, -1.84, 0.1), (1.14, -0.98, 0.12)])
    head.shape(dome, _STRAW, shade=0.16)
    head.within(dome, bent([(-1.3, -1.36, 0.1), (1.3, -1.36, 0), (1.3, -0.9, -0.1), (-1.3, -0.9, 0)]), colour)
    brim = bent([(-2.06, -0.88, -0.14), (2.06, -0.88, -0.1), (0.0, -0.7, -0.1)])
    head.shape(brim, _STRAW, shade=0.05)
    for side in (head, head.mirror()):
        side.line([(0.5, -0.98), (1.1, -0.92), (1.7, -0.86)], _STRAW, 0.7)


def _beret(head: Frame, colour: Colour) -> None:
    cap = smooth([(-1.3, -0.9), (-1.36, -1.4), (-0.7, -1.9), (0.3, -1.94), (1.1, -1.6), (1.2, -1.04), (0.5, -1.24),
                  (-0.5, -1.16)])  # fmt: skip
    head.shape(cap, colour, shade=0.16)
    head.shape(ellipse(-0.2, -1.98, 0.06, 0.14), colour)


def _cap(head: Frame, colour: Colour) -> None:
    dome = bent([(-1.22, -0.8, 0.16), (0, -1.86, 0.16), (1.22, -0.8, 0.12)])
    head.shape(dome, colour, shade=0.14)
    head.line([(0, -1.8), (0.0, -1.4), (0, -1.1)], colour, 0.7)
    head.line([(-0.1, -1.8), (-0.6, -1.4), (-0.72, -0.95)], colour, 0.7)
    head.line([(0.1, -1.8), (0.6, -1.4), (0.72, -0.95)], colour, 0.7)
    head.shape(bent([(-0.98, -0.88, 0.14), (0.98, -0.88, 0.1), (0.98, -0.6, -0.14), (-0.98, -0.6, 0.1)]),
               shaded(colour, 0.25), shade=0.05)  # fmt: skip


def _top(head: Frame, colour: Colour) -> None:
    crown = bent([(-0.72, -1.3, 0.02), (-0.82, -2.6, 0.06), (0.82, -2.6, 0.02), (0.72, -1.3, 0.1)])
    head.shape(crown, _DARK, shade=0.16)
    head.within(crown, [(-2, -1.7), (2, -1.7), (2, -1.2), (-2, -1.2)], colour)
    head.shape(ellipse(0, -1.3, 1.24, 0.22), _DARK, shade=0.05, down=1)


def _santa(head: Frame, colour: Colour) -> None:
    del colour
    red: Colour = (212, 58, 62)
    head.shape(bent([(-1.1, -1.06, 0.14), (0.3, -2.3, 0.14), (1.72, -1.0, -0.2), (1.06, -1.06, 0.1)]), red, shade=0.12)
    head.shape(ellipse(1.76, -0.92, 0.24, 0.24), (252, 250, 250), shade=0.05)
    head.shape(smooth([(-1.28, -0.98), (-0.6, -1.34), (0.6, -1.34), (1.28, -0.98), (1.2, -0.7), (0.5, -1.0),
                       (-0.5, -1.0), (-1.2, -0.7)]), (252, 250, 250), shade=0.06)  # fmt: skip


def _crown(head: Frame, colour: Colour) -> None:
    head.shape(bent([
        (-0.62, -1.36, 0), (-0.74, -2.0, 0), (-0.4, -1.72, 0), (0, -2.16, 0), (0.4, -1.72, 0), (0.74, -2.0, 0),
        (0.62, -1.36, 0.1),
    ]), _GOLD, shade=0.1)  # fmt: skip
    for x, y in ((-0.36, -1.54), (0, -1.56), (0.36, -1.54)):
        head.dot(x, y, 0.07, 0.07, mix(colour, INK, 0.05))


_HATS = {
    "witch hat": _witch, "straw hat": _straw, "beret": _beret, "baseball cap": _cap, "top hat": _top,
    "santa hat": _santa, "crown": _crown,
}  # fmt: skip
