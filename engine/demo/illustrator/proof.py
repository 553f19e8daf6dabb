"""Reads drawings with the measures and compares with what was drawn: how far the measures can be believed."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from engine.demo.illustrator.illustrate import BAD, illustrate
from engine.demo.illustrator.measure import background, read, style
from engine.demo.illustrator.scene import choose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

    from engine.demo.illustrator.scene import Scene

SHARE = 0.99
"""Of what is asked of two hundred drawings, how much each measure must read right."""

_SIZES = ((832, 1216), (1024, 1024), (1216, 832), (896, 1152), (1152, 896))
_FILLED = frozenset({"indoors", "forest", "cherry blossoms"})
"""Places that leave no sky in the corners."""


def prove(drawings: int, *, half_size: bool = False) -> dict[str, tuple[int, int]]:
    """Give for each measure how often it was right, and how often it was asked.

    Args:
        drawings: How many, of good quality; faces are read from those with colours.
        half_size: Draws them at half their size, in a quarter of the time.
    """
    found: dict[str, tuple[int, int]] = {}
    for number in range(drawings):
        random = Random(f"proof {number}")
        scene = choose(random, emphasised=0.0)
        while scene.quality < BAD:
            scene = choose(random, emphasised=0.0)
        width, height = _SIZES[number % len(_SIZES)]
        image = illustrate(scene, (width // 2, height // 2) if half_size else (width, height)).image
        for name, right in _answers(scene, image):
            reached, asked = found.get(name, (0, 0))
            found[name] = (reached + right, asked + 1)
    return found


def _answers(scene: Scene, image: Image.Image) -> Iterator[tuple[str, bool]]:
    yield "style", style(image) == scene.style
    if scene.style == "line art":
        return
    if scene.place not in _FILLED:
        yield "background", background(image) == (scene.time if scene.place else f"{scene.backdrop} background")
    faces = read(image)
    yield "people", len(faces) == len(scene.people)
    if len(faces) != len(scene.people):
        return
    for person, face in zip(scene.people, faces, strict=True):
        yield "eyes alike", face.eyes_alike
        yield "eyes closed", face.eyes_closed == person.eyes_closed
        if not person.eyes_closed:
            yield "eye colour", face.eye_colour == person.eye_colour
        yield "mouth", face.mouth_inside
        yield "glasses", face.glasses == person.glasses
        yield "hair", face.hair == person.hair_colour
