"""Draws bodies in their clothes: legs, torso, what is worn below, arms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.demo.illustrator.garment import draw_cloak, draw_collar, draw_front
from engine.demo.illustrator.outfit import OUTFITS, Cloth, Outfit, cloth
from engine.demo.illustrator.palette import CLOTHES, SKIN, Colour, lit, shaded
from engine.demo.illustrator.path import Bend, Path, Point, bent, ellipse, limb, smooth, symmetric

if TYPE_CHECKING:
    from engine.demo.illustrator.person import Person
    from engine.demo.illustrator.sheet import Frame

LIFT = 0.14
"""How much nearer to the head than these measures say a body is drawn, in units."""

FEET = 8.75
"""How far below the middle of the face the ground is, in units, of somebody who stands."""

SEAT = 7.3
"""The same of somebody who sits."""

_GIRL: tuple[Point, ...] = (
    (0, 1.62), (0.36, 1.66), (0.82, 1.82), (1.08, 2.02), (1.04, 2.5), (0.92, 3.0), (0.74, 3.6), (0.86, 4.2),
    (0.92, 4.62), (0, 4.66),
)  # fmt: skip
_BOY: tuple[Point, ...] = (
    (0, 1.64), (0.4, 1.68), (0.95, 1.82), (1.3, 2.04), (1.22, 2.6), (1.1, 3.1), (0.98, 3.7), (0.94, 4.2),
    (0.96, 4.66), (0, 4.7),
)  # fmt: skip

GRIP_X, GRIP_Y = 1.52, 2.5
"""Where a raised hand holds what it holds."""

_SHOES: Colour = (92, 66, 62)


def torso(person: Person) -> Path:
    """Give the outline of shoulders, chest and hips."""
    return smooth(symmetric(_BOY if person.boy else _GIRL), pieces=4)


def draw_body(body: Frame, person: Person, *, sitting: bool) -> None:
    """Draw everything from the neck down but what is held."""
    outfit, colours = OUTFITS[person.outfit], cloth(person)
    below = "trousers" if person.boy and outfit.skirt in {"skirt", "shorts"} else outfit.skirt
    legs = _sitting_leg if sitting else _leg
    for side in (body.mirror(), body):
        legs(side, below, outfit, colours)
        if person.held in {"", "umbrella", "sword"}:
            _arm(side, person, outfit, colours, before=True)
    if below == "coat":
        _skirt(body, person, "long dress", colours.below, sitting=sitting)
    shape = torso(person)
    body.shape(shape, colours.top, shade=0.13, down=0.2)
    if below not in {"trousers", "shorts", "coat"}:
        _skirt(body, person, below, colours.below, sitting=sitting)
    elif below != "coat":
        _waist(body, person, colours.below)
    draw_front(body, person, outfit, colours, shape)
    for side in (body.mirror(), body):
        _arm(side, person, outfit, colours, before=False)
    draw_collar(body, person, outfit, colours, shape)
    if outfit.collar == "cloak":
        draw_cloak(body, person, colours.chosen, shape)


def _waist(body: Frame, person: Person, colour: Colour) -> None:
    w = 0.96 if person.boy else 0.9
    hips = bent([(-w, 4.2, 0.02), (w, 4.2, 0.0), (w + 0.03, 4.8, 0.0), (0, 4.98, 0.0), (-w - 0.03, 4.8, 0.0)])
    body.shape(hips, colour, shade=0.1)
    body.line([(0, 4.3), (0.02, 4.9)], colour, 0.7)


def _leg(side: Frame, below: str, outfit: Outfit, colours: Cloth) -> None:
    way = [(0.44, 4.5), (0.46, 5.5), (0.44, 6.6), (0.45, 7.5), (0.42, 8.4)]
    if below == "trousers":
        side.shape(limb(way, (0.94, 0.84, 0.68, 0.6, 0.56)), colours.below, shade=0.1, down=0.0)
    else:
        side.shape(limb(way, (0.84, 0.72, 0.5, 0.52, 0.32)), SKIN, shade=0.08, down=0.0)
        if outfit.socks != "bare":
            dark = colours.chosen in {CLOTHES["black"], CLOTHES["white"]}
            sock: Colour = CLOTHES["black"] if outfit.socks == "thighhighs" or dark else (244, 242, 246)
            top = 5.75 if outfit.socks == "thighhighs" else 6.7
            wide = 0.74 if outfit.socks == "thighhighs" else 0.56
            side.shape(limb([(0.45, top), (0.44, 7.0), (0.45, 7.6), (0.42, 8.4)], (wide, 0.55, 0.56, 0.36)), sock,
                       shade=0.08)  # fmt: skip
    _shoe(side, 0.44, 8.32)


def _sitting_leg(side: Frame, below: str, outfit: Outfit, colours: Cloth) -> None:
    long = below == "trousers"
    skin = colours.below if long else SKIN
    side.shape(limb([(0.56, 5.2), (0.54, 6.0), (0.5, 6.95)], (0.66, 0.58, 0.4) if long else (0.56, 0.52, 0.32)), skin,
               shade=0.08, down=0.0)  # fmt: skip
    if not long and outfit.socks != "bare":
        sock: Colour = CLOTHES["black"] if outfit.socks == "thighhighs" else (244, 242, 246)
        side.shape(limb([(0.55, 5.6), (0.54, 6.0), (0.5, 6.95)], (0.58, 0.56, 0.36)), sock, shade=0.08)
    side.shape(ellipse(0.54, 4.95, 0.44, 0.5), skin, shade=0.08)
    _shoe(side, 0.5, 6.86)


def _shoe(side: Frame, x: float, y: float) -> None:
    side.shape(bent([
        (x - 0.22, y, 0.0), (x + 0.2, y, 0.1), (x + 0.34, y + 0.34, 0.12), (x - 0.26, y + 0.34, 0.1),
    ]), _SHOES, shade=0.06)  # fmt: skip


def _skirt(body: Frame, person: Person, kind: str, colour: Colour, *, sitting: bool) -> None:
    hem = {"skirt": 5.35, "frilled": 5.6, "dress": 5.9, "long skirt": 7.2, "long dress": 7.3, "robe": 8.1}[kind]
    wide = {"skirt": 1.32, "frilled": 1.62, "dress": 1.45, "long dress": 1.12, "robe": 1.16}.get(kind, 1.5)
    if sitting:
        hem, wide = min(hem, 5.25 if kind != "robe" else 6.4), max(wide, 1.35) if kind != "robe" else wide
    waist = 0.98 if person.boy else 0.77
    folds = 2 if kind in {"robe", "long dress"} else 4
    corners: list[Bend] = [(-waist, 3.58, 0.02), (waist, 3.58, -0.07), (wide, hem - 0.12, 0.0)]
    for number in range(folds * 2):
        x = wide * (1 - (number + 1) / folds)
        corners.append((x + wide / folds * 0.5, hem + 0.04, 0.04))
        if number < folds * 2 - 1:
            corners.append((x, hem - 0.05, 0.04))
    corners = [corner for corner in corners if corner[0] >= -wide * 0.99 or corner[1] < 3.7]
    corners += [(-wide, hem - 0.12, -0.07)]
    outline = bent(corners)
    if kind == "frilled":
        frill = [(x * 1.05, y + 0.2) if y > 4 else (x, y) for x, y in outline]
        body.shape(frill, (250, 248, 250), shade=0.05)
    body.shape(outline, colour, shade=0.16, down=0.1)
    for number in range(1, folds * 2):
        x = -1 + number / folds
        start, end = 3.9 + 0.3 * (number % 2), hem - 0.08
        body.line(
            [(x * waist * 0.95, start), (x * (waist + wide) / 2, (start + end) / 2), (x * wide, end)], colour, 0.8
        )
    if kind == "skirt":
        body.within(outline, [(-2, 3.4), (2, 3.4), (2, 3.76), (-2, 3.76)], shaded(colour, 0.32))
    if kind in {"dress", "frilled"} and colour != CLOTHES["white"]:
        band = [(-2, hem - 0.34), (2, hem - 0.34), (2, hem - 0.24), (-2, hem - 0.24)]
        body.within(outline, band, lit(colour, 0.5))


def _arm(side: Frame, person: Person, outfit: Outfit, colours: Cloth, *, before: bool) -> None:
    """Draw one arm: before the torso where it is hidden behind the back."""
    x = 1.1 if person.boy else 0.9
    way, hidden = _pose(side, person, x)
    if hidden != before:
        return
    if not hidden:
        _hand(side, way)
    thin = 1.14 if person.boy else 1.0
    bare = outfit.sleeves in {"none", "short", "puffed"}
    if bare:
        _along(side, way, (0.42 * thin, 0.36 * thin, 0.28 * thin), SKIN)
    if outfit.sleeves != "none":
        _sleeve(side, way, outfit.sleeves, colours.sleeve, thin)


def _along(side: Frame, way: list[Point], widths: tuple[float, float, float], colour: Colour) -> None:
    """Draw an arm or its sleeve: in one piece, or the forearm over the upper arm where it is bent far."""
    shoulder, elbow, wrist = way
    if wrist[1] > elbow[1] + 0.5:
        side.shape(limb(way, widths, rounded=True), colour, shade=0.09)
        return
    side.shape(limb([shoulder, (elbow[0], elbow[1] + 0.05)], widths[:2], rounded=True), colour, shade=0.09)
    side.shape(
        limb([(elbow[0] + 0.02, elbow[1] + 0.02), wrist], widths[1:], rounded=True), colour, shade=0.07, down=1.0
    )


def _sleeve(side: Frame, way: list[Point], kind: str, colour: Colour, thin: float) -> None:
    (x, y), (elbow_x, elbow_y), (wrist_x, wrist_y) = way
    if kind == "short":
        half = ((x + elbow_x) / 2, (y + elbow_y) / 2)
        side.shape(limb([way[0], half], (0.5 * thin, 0.6 * thin), rounded=True), colour, shade=0.09)
    elif kind == "puffed":
        side.shape(ellipse(x + 0.1, y + 0.22, 0.36, 0.42), colour, shade=0.1)
        side.shape(ellipse(x + 0.14, y + 0.58, 0.26, 0.09), (250, 248, 250))
    elif kind == "wide":
        _along(side, way, (0.52, 0.74, 1.0), colour)
    else:
        _along(side, way, (0.52 * thin, 0.46 * thin, 0.4 * thin), colour)
        if wrist_y > elbow_y + 0.5:
            bend = (elbow_x * 0.55 + wrist_x * 0.45, elbow_y * 0.55 + wrist_y * 0.45)
            side.line([(elbow_x - 0.16, elbow_y + 0.02), (elbow_x + 0.02, elbow_y + 0.1), bend], colour, 0.7, end=0.1)


def _pose(side: Frame, person: Person, x: float) -> tuple[list[Point], bool]:
    """Give an arm's way from the shoulder to the wrist, and whether it goes behind the back."""
    shoulder = (x, 2.2)
    if person.held in {"book", "cat"}:
        return [shoulder, (x + 0.3, 3.4), (0.66 if person.held == "book" else 0.46, 3.5)], False
    if person.held in {"umbrella", "sword"} and not side.mirrored:
        return [shoulder, (x + 0.3, 3.3), (GRIP_X, 2.72)], False
    if person.arms_behind:
        return [shoulder, (x + 0.34, 3.2), (x - 0.2, 4.2)], True
    return [shoulder, (x + 0.3, 3.26), (x + 0.34, 4.3)], False


def _hand(side: Frame, way: list[Point]) -> None:
    """Draw a hand like a mitten, in the direction of the forearm."""
    (x0, y0), (x, y) = way[1], way[-1]
    length = ((x - x0) ** 2 + (y - y0) ** 2) ** 0.5
    dx, dy = (x - x0) / length, (y - y0) / length
    side.shape(limb([(x - 0.1 * dx, y - 0.1 * dy), (x + 0.16 * dx, y + 0.16 * dy), (x + 0.4 * dx, y + 0.4 * dy)],
                    (0.26, 0.34, 0.16)), SKIN, shade=0.05)  # fmt: skip
