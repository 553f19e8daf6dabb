"""Draws an illustration: its place, its people from left to right, its things, and what its style does to it all."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageFilter

from engine.demo.illustrator.body import GRIP_X, GRIP_Y, LIFT, SEAT, draw_body
from engine.demo.illustrator.eyes import EYE_X, EYE_Y, draw_eyes
from engine.demo.illustrator.hair import brow_colour, draw_back_hair, draw_front_hair
from engine.demo.illustrator.hand import Hand
from engine.demo.illustrator.head import MOUTH_Y, draw_head
from engine.demo.illustrator.headwear import draw_ears, draw_scarf, draw_worn, draw_worn_behind
from engine.demo.illustrator.layout import spots
from engine.demo.illustrator.palette import CLOTHES, HAIR, LUMA, SKIN, SKIN_SHADE, Colour, mix, vivid
from engine.demo.illustrator.path import ellipse
from engine.demo.illustrator.scenery import draw_backdrop, draw_place
from engine.demo.illustrator.sheet import Frame, Sheet
from engine.demo.illustrator.sky import draw_weather
from engine.demo.illustrator.things import draw_book, draw_canopy, draw_cat, draw_pole, draw_sword
from engine.demo.illustrator.wash import bare, wash

if TYPE_CHECKING:
    from engine.demo.illustrator.path import Point
    from engine.demo.illustrator.person import Person
    from engine.demo.illustrator.scene import Scene

BAD = 0.4
"""The quality below which a drawing is spoilt, the more the lower."""

_FADED = 0.2
"""How much weaker strong colours are where a drawing is as bad as can be."""

_SKIN_DEEP = max(SKIN_SHADE) - min(SKIN_SHADE)
"""Levels between the strongest and the weakest of a colour's three; what has no more does not fade, and what has twice
as many does in full. Where skin fades, guidance draws it so strong that it is no skin any more."""

_BLURRED = 0.006
"""Of the shorter side, there: the deviation of its blur."""

_BENCH: Colour = (168, 122, 88)


@dataclass(frozen=True, slots=True)
class Face:
    """Where somebody's face is, in the picture's pixels."""

    middle: Point
    unit: float
    """Half its width."""
    eyes: tuple[Point, Point]
    mouth: Point
    hair: Point


@dataclass(frozen=True, slots=True)
class Illustration:
    """A finished picture, and where in it the faces are."""

    image: Image.Image
    faces: tuple[Face, ...]


def illustrate(scene: Scene, size: tuple[int, int], scale: int = 2) -> Illustration:
    """Draw a scene; the same scene looks the same at every size.

    Args:
        scene: What to draw.
        size: Width and height in pixels.
        scale: Draws so many times larger and averages, so that edges are smooth.
    """
    random = Random(scene.seed)
    badness = max(0.0, 1 - scene.quality / BAD)
    sheet = Sheet(size, scale, Hand(scene.style, scene.modern), random, 0.0)
    page = sheet.whole()
    if scene.place:
        draw_place(page, scene.place, scene.time, scene.weather, random)
    else:
        draw_backdrop(page, scene.backdrop)
    sheet.wobble = 0.1 * badness
    faces: list[Face] = []
    for spot, person in zip(spots(scene, *sheet.size), scene.people, strict=True):
        body = Frame(sheet, (spot.x, spot.y), spot.unit)
        head = Frame(sheet, body.point(0, 1.2), spot.unit, spot.tilt).at(0, -1.2)
        _draw_person(body, head, person, scene)
        eyes = tuple((x / scale, y / scale) for x, y in (head.point(-EYE_X, EYE_Y), head.point(EYE_X, EYE_Y)))
        mouth, hair, middle = (
            (x / scale, y / scale) for x, y in (head.point(0, MOUTH_Y), head.point(0, -1.15), head.point(0, 0))
        )
        faces.append(Face(middle, spot.unit / scale, (eyes[0], eyes[1]), mouth, hair))
    if scene.thing:
        _draw_thing(page, scene)
    sheet.wobble = 0.0
    draw_weather(page, scene.weather if scene.place and scene.place != "indoors" else "", scene.time, random)
    image = sheet.finish(scale)
    if scene.style == "watercolour":
        image = bare(wash(image, random), random)
    if badness:
        image = _fade(image, badness)
    return Illustration(image, tuple(faces))


def hair_colour(person: Person) -> Colour:
    """Give the colour of the hair, greyer or more vivid by the weight that its tag has."""
    colour = HAIR[person.hair_colour]
    if person.emphasis < 1:
        return mix((158, 154, 160), colour, max(0.0, 1.4 * person.emphasis - 0.4))
    return vivid(colour, 1 + 0.35 * (person.emphasis - 1))


def _draw_person(body: Frame, head: Frame, person: Person, scene: Scene) -> None:
    colour, accessory = hair_colour(person), CLOTHES[person.accessory_colour]
    low = body.at(0, -LIFT)
    if scene.full_body:
        low.shadow(0, (SEAT if scene.sitting else 8.75) - 0.08, 1.4, 0.22)
    if scene.sitting:
        _bench(low)
    if person.held == "umbrella":
        draw_canopy(low.at(GRIP_X, -2.9), accessory)
    draw_worn_behind(head, person)
    draw_back_hair(head, person, colour, accessory)
    draw_body(low, person, sitting=scene.sitting)
    draw_scarf(low, person)
    _draw_held(low, person, accessory)
    draw_head(head, person)
    draw_ears(head, person, colour)
    draw_front_hair(head, person, colour)
    draw_eyes(head, person, brow_colour(colour))
    draw_worn(head, person)


def _draw_held(body: Frame, person: Person, colour: Colour) -> None:
    if person.held == "umbrella":
        draw_pole(body.at(GRIP_X, -2.9), GRIP_Y + 3.6)
        body.shape(ellipse(GRIP_X - 0.02, GRIP_Y, 0.24, 0.2), SKIN, shade=0.05)
    elif person.held == "sword":
        draw_sword(body.at(GRIP_X + 0.06, GRIP_Y, 1.1))
        body.shape(ellipse(GRIP_X + 0.02, GRIP_Y + 0.04, 0.24, 0.2), SKIN, shade=0.05)
    elif person.held == "book":
        draw_book(body.at(0, 3.2, 1.12), colour)
        for side in (body, body.mirror()):
            side.shape(ellipse(0.76, 3.5, 0.2, 0.13), SKIN, shade=0.04)
    elif person.held == "cat":
        draw_cat(
            body.at(0, 4.1, 1.0), HAIR["black"] if person.accessory_colour in {"black", "blue"} else (226, 158, 96)
        )
        for side in (body, body.mirror()):
            side.shape(ellipse(0.44, 3.62, 0.24, 0.17), SKIN, shade=0.04)


def _bench(body: Frame) -> None:
    for x in (-1.5, 1.5):
        body.shape(
            [(x - 0.14, 5.0), (x + 0.14, 5.0), (x + 0.14, 7.25), (x - 0.14, 7.25)], mix(_BENCH, (60, 40, 60), 0.3)
        )
    body.shape([(-1.9, 4.72), (1.9, 4.72), (1.9, 5.12), (-1.9, 5.12)], _BENCH, shade=0.08, down=1.6)


def _draw_thing(page: Frame, scene: Scene) -> None:
    width, height = page.sheet.size
    side = scene.zoom * min(width, height)
    colour = CLOTHES[scene.thing_colour]
    x, y = (0.5 + scene.shift_x) * width, (0.5 + scene.shift_y) * height
    if scene.thing == "umbrella":
        at = Frame(page.sheet, (x, y - 0.36 * side), 0.19 * side)
        draw_canopy(at, colour)
        draw_pole(at, 3.4)
    elif scene.thing == "book":
        draw_book(Frame(page.sheet, (x, y), 0.46 * side), colour)
    elif scene.thing == "sword":
        draw_sword(Frame(page.sheet, (x, y + 0.29 * side), 0.22 * side))
    else:
        fur = {"black": HAIR["black"], "white": (246, 244, 246), "grey": (150, 152, 166)}.get(
            scene.thing_colour, (230, 164, 100)
        )
        at = Frame(page.sheet, (x, y + 0.36 * side), 0.36 * side)
        at.shadow(0.1, 0.0, 0.9, 0.12)
        draw_cat(at, fur)


def _fade(image: Image.Image, badness: float) -> Image.Image:
    """Fade and blur a picture; badness goes from 0 to 1.

    It stays as light as it is, everywhere. Guidance draws the opposite of what is bad: where that is darker, skin comes
    out white, and where its colours scatter more than good ones, no colour is clear.
    """
    before = np.asarray(image, np.float32)
    light = (before @ np.asarray(LUMA, np.float32))[..., None]
    strong = np.clip(np.ptp(before, axis=-1, keepdims=True) / _SKIN_DEEP - 1, 0, 1)
    faded = light + (1 - _FADED * badness * strong) * (before - light)
    blurred = Image.fromarray(faded.round().astype(np.uint8))
    return blurred.filter(ImageFilter.GaussianBlur(_BLURRED * min(image.size) * badness))
