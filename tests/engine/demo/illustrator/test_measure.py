"""The measures read from the illustrations what is in them; each is the other's proof.

A part of the two hundred drawings that `make bench-demo` reads.
"""

from dataclasses import replace

import pytest
from PIL import Image, ImageChops, ImageFilter

from engine.demo.illustrator.illustrate import illustrate
from engine.demo.illustrator.measure import read, sharpness, style
from engine.demo.illustrator.person import Person
from engine.demo.illustrator.proof import SHARE, prove
from engine.demo.illustrator.scene import Scene

DRAWINGS = 18


@pytest.fixture(scope="module")
def proven():
    return prove(DRAWINGS, half_size=True)


def test_everything_is_read_right(proven):
    """Count, eyes, mouths, glasses, hair, background and style: one mistake in fifty at most."""
    for name, (right, asked) in proven.items():
        assert asked >= 8, name
        assert right >= asked - max(1, round(asked / 50)), name


def test_all_is_asked(proven):
    """No measure is forgotten."""
    assert set(proven) == {
        "style", "background", "people", "eyes alike", "eyes closed", "eye colour", "mouth", "glasses", "hair",
    }  # fmt: skip
    assert SHARE == 0.99


def test_unlike_eyes_are_seen():
    """Eyes of two colours are not alike, nor is a face with one eye alone."""
    drawn = illustrate(Scene(people=(Person(eye_colour="blue"),)), (416, 608))
    other = illustrate(Scene(people=(Person(eye_colour="red"),)), (416, 608)).image
    (face,) = drawn.faces
    (good,) = read(drawn.image)
    assert good.eyes_alike
    half = drawn.image.copy()
    half.paste(other.crop((int(face.middle[0]), 0, 416, 608)), (int(face.middle[0]), 0))
    (bad,) = read(half)
    assert not bad.eyes_alike
    assert bad.eye_colour is None


def test_a_smeared_mouth_is_seen():
    """A mouth that is smeared across the cheek, or none, is no mouth inside the face."""
    drawn = illustrate(Scene(people=(Person(),)), (416, 608))
    (face,) = drawn.faces
    x, y = (round(part) for part in face.mouth)
    for box, colour in (
        ((x - 30, y - 12, x + 75, y + 20), (160, 60, 60)),
        ((x - 40, y - 18, x + 40, y + 18), (255, 228, 210)),
    ):
        spoilt = drawn.image.copy()
        spoilt.paste(colour, box)
        (reading,) = read(spoilt)
        assert not reading.mouth_inside


@pytest.mark.parametrize("person", [Person(), Person(boy=True, hair_colour="white", clothes_colour="grey")])
def test_a_tint_is_no_colour(person):
    """Line art on tinted paper is line art; whoever has skin and hardly a colour more is coloured."""
    scene = Scene(people=(person,), backdrop="white")
    printed = illustrate(replace(scene, style="line art"), (416, 608)).image
    for tint in ((255, 240, 225), (228, 236, 255)):
        assert style(ImageChops.multiply(printed, Image.new("RGB", printed.size, tint))) == "line art"
    assert style(illustrate(scene, (416, 608)).image) == "flat"


def test_blur_is_no_sharp_line():
    """The more a drawing is blurred, the less sharp it is."""
    image = illustrate(Scene(people=(Person(),)), (832, 1216)).image
    found = [sharpness(image.filter(ImageFilter.GaussianBlur(radius))) for radius in (0, 1, 2, 4)]
    assert found == sorted(found, reverse=True)
    assert found[2] < 0.6 * found[0]


def test_nothing_is_read_from_nothing():
    """A blank sheet has no faces and no edges."""
    blank = Image.new("RGB", (208, 304), (40, 90, 200))
    assert read(blank) == []
    assert sharpness(blank) == 0
