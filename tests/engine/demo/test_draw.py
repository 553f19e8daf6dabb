"""The drawings, and the measures that judge them: each is the other's proof."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.demo.canvas import Part
from engine.demo.draw import draw
from engine.demo.measure import background, blotched, hair_colour, hair_tone, redness
from engine.demo.palette import BACKDROPS, HAIR, SKY
from engine.demo.portrait import Portrait, choose
from engine.demo.samples import SHAPES

SMALL = [(width // 4, height // 4) for width, height in SHAPES]


def picture(portrait, size=(208, 304)):
    return Image.fromarray(draw(portrait, size, 2).image)


@pytest.mark.parametrize("size", SMALL)
@pytest.mark.parametrize("colour", HAIR)
def test_hair_has_its_colour(colour, size):
    """The hair's colour is read back from the picture, at each of the nine shapes."""
    assert hair_colour(picture(Portrait(hair_colour=colour, backdrop="grey"), size)) == colour


@pytest.mark.parametrize("colour", HAIR)
def test_skin_in_the_shade_of_hair_is_no_hair(colour):
    """A decoder lets the colour of hair run a little into what is beside it."""
    drawing = draw(Portrait(hair_colour=colour, backdrop="grey"), (208, 304), 2)
    shaded = np.where((drawing.parts == Part.SKIN)[..., None], drawing.image * 0.85, drawing.image)
    assert hair_colour(Image.fromarray(shaded.astype(np.uint8))) == colour


@pytest.mark.parametrize("colour", BACKDROPS)
def test_a_plain_background_has_its_colour(colour):
    """A plain background is read back from the picture."""
    assert background(picture(Portrait(backdrop=colour))) == f"{colour} background"


@pytest.mark.parametrize("place", ["outdoors", "ocean", "city", "snow"])
@pytest.mark.parametrize("time", SKY)
def test_the_sky_tells_the_time(place, time):
    """The time of day is read back from the sky."""
    assert background(picture(Portrait(place=place, time=time))) == time


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_worst_quality_is_visibly_worse(seed):
    """The same picture of the worst quality is more blotched than of good quality."""
    portrait = choose(Random(seed))
    assert blotched(picture(replace(portrait, quality=0.0))) > blotched(picture(replace(portrait, quality=0.9))) + 0.05


def test_emphasis_makes_hair_more_vivid():
    """The heavier the weight of "red hair", the redder it is drawn."""
    tones = [hair_tone(picture(Portrait(hair_colour="red", emphasis=weight))) for weight in (0.5, 0.7, 1.0, 1.4)]
    reds = [redness(tone) for tone in tones]
    assert reds == sorted(reds)
    assert reds[-1] > reds[1] + 40


def test_no_face_no_hair():
    """Where no face is found, there is no hair to name."""
    assert hair_colour(Image.new("RGB", (208, 304), (40, 90, 200))) is None


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(SMALL))
def test_a_portrait_always_looks_the_same(seed, size):
    """The same portrait is the same picture, and shows hair, skin, clothes and ink."""
    portrait = choose(Random(seed))
    first, second = draw(portrait, size), draw(portrait, size)
    assert np.array_equal(first.image, second.image)
    assert np.array_equal(first.parts, second.parts)
    assert first.image.shape == (size[1], size[0], 3)
    assert {Part.HAIR, Part.SKIN, Part.CLOTHES, Part.INK} <= set(np.unique(first.parts))


def test_size_changes_no_choice():
    """At four times the size it is the same picture, for the eye."""
    portrait = choose(Random(3))
    small = np.asarray(picture(portrait), dtype=float)
    large = np.asarray(Image.fromarray(draw(portrait, (832, 1216)).image).reduce(4), dtype=float)
    assert np.abs(small - large).mean() < 4
