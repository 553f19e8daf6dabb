"""What is said of an illustration."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.demo.illustrator.person import Person
from engine.demo.illustrator.scene import Scene, choose
from engine.demo.illustrator.tags import every_tag, quality_tags, tags

GIRL, BOY = Person(), Person(boy=True)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_every_tag_is_known(seed):
    """Whatever is said of a drawing is in the list that the vocabulary is made of."""
    scene = choose(Random(seed))
    assert {*tags(scene).all, *quality_tags(scene.quality)} <= set(every_tag())


@pytest.mark.parametrize(
    ("people", "subject"),
    [
        ((), ("no humans", "scenery")),
        ((GIRL,), ("1girl", "solo")),
        ((BOY,), ("1boy", "solo")),
        ((GIRL, GIRL), ("2girls",)),
        ((BOY, GIRL), ("1girl", "1boy")),
        ((GIRL, BOY, GIRL), ("2girls", "1boy")),
        ((BOY, BOY, BOY), ("3boys",)),
    ],
)
def test_people_are_counted(people, subject):
    """Girls and boys are counted apart, as people write it; nobody is "no humans"."""
    assert tags(Scene(people=people)).subject == subject


def test_the_order_is_the_cards():
    """Who, which character, from which series, the rating, then the rest."""
    said = tags(Scene(people=(replace(GIRL, known="hatsune miku", hair_colour="aqua"),))).all
    assert said[:5] == ("1girl", "solo", "hatsune miku", "vocaloid", "safe")
    assert said.index("aqua hair") > 4


def test_a_weapon_is_sensitive():
    """Held or alone; everything else is safe."""
    armed = Scene(people=(GIRL, replace(BOY, held="sword"))), Scene(thing="sword")
    assert [tags(scene).rating for scene in (*armed, Scene(people=(GIRL,)), Scene())] == ["sensitive"] * 2 + [
        "safe"
    ] * 2


def test_closed_eyes_have_no_colour():
    """Nobody can say a colour that is not seen."""
    said = tags(Scene(people=(replace(GIRL, eyes_closed=True, eye_colour="red"),))).all
    assert "closed eyes" in said
    assert "red eyes" not in said


def test_quality_has_words_from_worst_to_best():
    """The better the picture, the better the words, those of the card's negative prompt for the worst."""
    assert "masterpiece" in quality_tags(1.0)
    assert quality_tags(0.45) == ("average score",)
    assert {"worst quality", "bad anatomy", "watermark"} <= set(quality_tags(0.0))
