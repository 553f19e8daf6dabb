"""The tagger beside the demo's checkpoint: nothing harmless is refused for its sake, and it names what is seen."""

from pathlib import Path
from random import Random

import numpy as np
import pytest

import engine.demo
from engine import tagger
from engine.config import PictureRating
from engine.demo.illustrator.illustrate import illustrate
from engine.demo.illustrator.palette import HAIR
from engine.demo.illustrator.scene import choose
from engine.demo.illustrator.tags import tags

FOLDER = Path(engine.demo.__file__).with_name("tagger")


@pytest.fixture(scope="module")
def seen():
    """What it says of fifty drawings that it has not learnt from, and what is in them."""
    rate = tagger.load(PictureRating(by="wd", folder=str(FOLDER)))
    scenes = [choose(Random(f"shown {number}")) for number in range(50)]
    return [(rate(np.asarray(illustrate(one, (416, 608)).image)), tags(one).all) for one in scenes]


def test_what_is_harmless_is_safe(seen):
    """And nobody looks like a child to it."""
    assert {rated.rating for rated, drawn in seen if "sensitive" not in drawn} == {"safe"}
    assert not any(rated.minor_like for rated, _ in seen)


def test_it_names_the_colour_of_hair(seen):
    """In most drawings of one person."""
    hair = {f"{colour} hair" for colour in HAIR}
    alone = [(rated, hair.intersection(drawn)) for rated, drawn in seen if "solo" in drawn]
    named = [{tag.name.replace("_", " ") for tag in rated.tags} & hair == drawn for rated, drawn in alone]
    assert sum(named) > 0.5 * len(named) > 10
