"""The illustrations: every thing that can be chosen is drawn, and always in the same way."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from engine.demo.illustrator.hair import BANGS, TYINGS
from engine.demo.illustrator.hand import STYLES
from engine.demo.illustrator.headwear import EARS, HATS, RIBBONS, WORN
from engine.demo.illustrator.illustrate import illustrate
from engine.demo.illustrator.known import KNOWN
from engine.demo.illustrator.layout import patch_side, spots
from engine.demo.illustrator.outfit import OUTFITS
from engine.demo.illustrator.palette import SKIN
from engine.demo.illustrator.person import EXPRESSIONS, Person
from engine.demo.illustrator.scene import Scene, choose
from engine.demo.illustrator.scenery import PLACES
from engine.demo.illustrator.sky import TIMES, WEATHERS
from engine.demo.illustrator.things import THINGS
from engine.demo.learning.pictures import SHAPES

SIZE = (104, 152)
PLAIN = Person()


def pixels(scene, size=SIZE):
    return np.asarray(illustrate(scene, size).image, dtype=int)


def look(**changes):
    return pixels(Scene(people=(replace(PLAIN, **changes),), full_body=True))


LOOKS = [
    *(("outfit", name) for name in OUTFITS if name != PLAIN.outfit),
    *(("expression", name) for name in EXPRESSIONS if name != PLAIN.expression),
    *(("hair_style", name) for name in TYINGS),
    *(("bangs", name) for name in BANGS if name != PLAIN.bangs),
    *(("ears", name) for name in EARS),
    *(("hat", name) for name in HATS),
    *(("ribbon", name) for name in RIBBONS),
    *(("worn", name) for name in WORN),
    *(("held", name) for name in THINGS),
    ("glasses", True), ("eyes_closed", True), ("boy", True), ("blush", True), ("ahoge", True), ("arms_behind", True),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), LOOKS)
def test_every_look_is_seen(field, value):
    """Whatever somebody may wear, hold or feel changes the picture."""
    assert np.abs(look(**{field: value}) - look()).max() > 60


def test_there_are_as_many_looks_as_promised():
    """Twenty outfits, eight expressions, three styles."""
    assert (len(OUTFITS), len(EXPRESSIONS), len(STYLES)) == (20, 8, 3)


@pytest.mark.parametrize("weather", WEATHERS)
@pytest.mark.parametrize("time", TIMES)
def test_every_place_has_every_time_and_weather(time, weather):
    """No two places look the same at any time of day, in any weather."""
    drawn = [pixels(Scene(place=place, time=time, weather=weather)) for place in PLACES]
    for number, first in enumerate(drawn):
        assert all(np.abs(first - other).mean() > 2 for other in drawn[:number])


@pytest.mark.parametrize("thing", THINGS)
def test_things_stand_alone(thing):
    """A thing without anybody shows no skin, and something."""
    drawn = pixels(Scene(thing=thing, thing_colour="blue", backdrop="yellow"))
    assert drawn.std(axis=(0, 1)).max() > 15
    assert not (np.abs(drawn - SKIN).max(axis=2) < 4).any()


@pytest.mark.parametrize("name", KNOWN)
def test_whom_everybody_knows_is_drawn(name):
    """A known character's look is made of what can be drawn."""
    pixels(Scene(people=(replace(PLAIN, known=name, **KNOWN[name].look),)))


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([(104, 152), (128, 128), (192, 80), (80, 192)]))
def test_a_scene_always_looks_the_same(seed, size):
    """The same scene is the same picture, of the size that was asked for, with one face for each person."""
    scene = choose(Random(seed))
    first, second = illustrate(scene, size), illustrate(scene, size)
    assert first.image.size == size
    assert np.array_equal(np.asarray(first.image), np.asarray(second.image))
    assert first.faces == second.faces
    assert len(first.faces) == len(scene.people)
    assert [face.middle[0] for face in first.faces] == sorted(face.middle[0] for face in first.faces)


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_size_changes_no_choice(seed):
    """At four times the size it is the same picture, for the eye."""
    scene = replace(choose(Random(seed)), quality=1.0, style="flat")
    large = illustrate(scene, (416, 608)).image.reduce(4)
    assert np.abs(np.asarray(large, dtype=int) - pixels(scene)).mean() < 8


def test_eyes_are_mirrored():
    """Both eyes are one drawing and its mirror image."""
    drawn = illustrate(Scene(people=(PLAIN,)), (416, 608), 4)
    (face,) = drawn.faces
    top, bottom = (int(face.middle[1] + y * face.unit) for y in (0.0, 0.6))
    middle = round(face.middle[0])
    image = np.asarray(drawn.image, dtype=int)[top:bottom, middle - 128 : middle + 128]
    left, right = (int(128 + x * face.unit) for x in (-0.75, -0.2))
    assert np.abs(image[:, left:right] - image[:, ::-1][:, left:right]).mean() < 6


def test_line_art_has_no_colours():
    """Line art is grey; with the same scene in colours, it is not."""
    scene = Scene(people=(PLAIN,), place="forest")
    assert np.ptp(pixels(replace(scene, style="line art")), axis=2).max() < 14
    assert np.ptp(pixels(scene), axis=2).max() > 100


def test_years_are_two_hands():
    """The years before 2015 are drawn alike, those from it on too, and each otherwise than the other."""
    older, old, new, newer = (pixels(Scene(people=(PLAIN,), year=year)) for year in (2005, 2014, 2015, 2025))
    assert np.array_equal(older, old)
    assert np.array_equal(new, newer)
    assert not np.array_equal(old, new)


def test_the_worst_quality_is_spoilt():
    """What is drawn badly differs from the same drawn well, the more the worse."""
    well = pixels(Scene(people=(PLAIN,)))
    off = [np.abs(pixels(Scene(people=(PLAIN,), quality=quality)) - well).mean() for quality in (0.4, 0.2, 0.0)]
    assert off[0] == 0 < off[1] < off[2]


def test_what_is_spoilt_is_as_light_and_its_strong_colours_are_weaker():
    """A model draws away from what is bad: were it dark, skin would be white; were it gaudy, all would be dull.

    Were skin weaker there, it would be drawn as orange as no skin is.
    """
    scene = Scene(people=(replace(PLAIN, hair_colour="aqua"),), backdrop="blue")
    well, badly = (pixels(replace(scene, quality=quality)).astype(float) for quality in (1.0, 0.0))
    steep = np.abs(np.gradient(well, axis=(0, 1))).max((0, 3)) > 2
    plain = np.asarray(Image.fromarray(steep).convert("L").filter(ImageFilter.MaxFilter(11))) == 0  # lines waver
    light = np.abs(well @ (0.3, 0.59, 0.11) - badly @ (0.3, 0.59, 0.11))[plain]
    weaker = np.ptp(badly, axis=2) / np.ptp(well, axis=2).clip(1)
    skin = np.abs(well - SKIN).max(2) < 2
    assert plain.mean() > 0.3
    assert light.max() < 2
    assert 0.75 < np.median(weaker[plain & (np.ptp(well, axis=2) > 100)]) < 0.95
    assert skin.any()
    assert np.median(weaker[skin]) > 0.97


def test_what_is_seldom_may_come_more_often():
    """A model that has to follow closed eyes, glasses and styles must have met them."""

    def share(seldom):
        scenes = [choose(Random(number), seldom=seldom) for number in range(600)]
        people = [person for scene in scenes for person in scene.people]
        return (
            np.mean([person.eyes_closed for person in people]),
            np.mean([person.glasses for person in people]),
            np.mean([scene.style != "flat" for scene in scenes]),
        )

    for usual, often in zip(share(1.0), share(2.0), strict=True):
        assert often > 1.3 * usual > 0.1


@given(st.integers(0, 2**32 - 1), st.sampled_from(SHAPES))
def test_faces_lie_on_the_grid_of_the_model_s_patches(seed, size):
    """Wherever people stand, and at every size: their faces' middles are corners of patches, their widths quarters."""
    patch = patch_side(*size)
    assert patch == 64
    for spot in spots(replace(choose(Random(seed)), full_body=False), *size):
        assert spot.x % patch == spot.y % patch == spot.unit % (patch / 4) == 0
