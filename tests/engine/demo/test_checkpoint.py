"""The shipped demo checkpoint: its size, its word on itself, and that it does what it is told.

A few pictures, as many as half a minute allows; `python -m engine.demo.judge engine/demo/checkpoint` asks of as many
seeds as wanted, at three shapes.
"""

import json
from pathlib import Path

import pytest
from safetensors import safe_open

import engine.demo
from engine.checkpoint import find
from engine.config import Engine
from engine.demo.artist import NEGATIVE, QUALITY, Artist, PictureWish
from engine.demo.measure import background, blotched, hair_colour, hair_tone, redness

CHECKPOINT = Path(engine.demo.__file__).with_name("checkpoint")
SIZE = (832, 1216)
STEPS = 8
GUIDANCE = 2.0


@pytest.fixture(scope="module")
def artist():
    return Artist(CHECKPOINT)


def draw(artist, *tags, seed=3, unwanted=""):
    wishes = [
        PictureWish(prompt=f"1girl, solo, safe, {tag}, {QUALITY}", negative_prompt=unwanted + NEGATIVE, seed=seed)
        for tag in tags
    ]
    return artist.draw(wishes, SIZE, STEPS, GUIDANCE)


def test_it_is_small_and_half_precision():
    """At most 12 MB in all, every weight in fp16."""
    assert sum(file.stat().st_size for file in CHECKPOINT.rglob("*")) < 12_000_000
    for path in CHECKPOINT.rglob("*.safetensors"):
        with safe_open(path, framework="pt") as weights:
            names = weights.keys()
            assert {weights.get_slice(name).get_dtype() for name in names} == {"F16"}


def test_it_says_what_it_may_be_asked_for():
    """Nothing that it draws is more than harmless, so the word for a little more may be tried, and no other."""
    assert json.loads((CHECKPOINT / "model_index.json").read_text())["_ratings"] == ["safe", "sensitive"]


def test_it_says_what_it_is_called():
    """`/about` and every recipe name it; the folder is only called checkpoint."""
    assert find(Engine(model=str(CHECKPOINT))).name == "eshi-demo"


def test_hair_and_background_are_as_asked(artist):
    """Both have the colour that was asked for, and do not change places."""
    asked = [
        ("red", "night"), ("green", "yellow background"), ("blonde", "day"), ("pink", "black background"),
        ("blue", "white background"),
    ]  # fmt: skip
    pictures = draw(artist, *(f"{hair} hair, {'' if ' ' in place else 'outdoors, '}{place}" for hair, place in asked))
    assert [(hair_colour(picture), background(picture)) for picture in pictures] == asked


def test_a_colour_in_the_negative_prompt_stays_away(artist):
    """Hair loses the colour that it had, where that is unwanted."""
    (first,) = draw(artist, "long hair")
    (second,) = draw(artist, "long hair", unwanted=f"{hair_colour(first)} hair, ")
    assert hair_colour(second) not in (hair_colour(first), None)


def test_a_weight_makes_hair_more_or_less_red(artist):
    """Emphasis in WebUI's syntax is obeyed, the other things of a picture being the same."""
    light, heavy = (hair_tone(picture) for picture in draw(artist, "(red hair:0.7)", "(red hair:1.4)"))
    assert light is not None
    assert heavy is not None
    assert redness(heavy) > redness(light)


def test_a_tag_beyond_75_tokens_is_obeyed(artist):
    """A long prompt is read to its end; only of a pale colour, as pink and grey, there comes white as often as not."""
    filler = ", ".join(["looking at viewer", "upper body", "portrait", "detailed", "soft", "hand up"] * 8)
    asked = ["black background", "green background", "purple background"]
    assert [background(picture) for picture in draw(artist, *(f"{filler}, {place}" for place in asked))] == asked


def test_bad_quality_looks_bad(artist):
    """The worst quality is more blotched than the best."""
    tags = "1girl, solo, safe, brown hair, blue background"
    pair = [
        PictureWish(prompt=f"{tags}, {words}", negative_prompt="", seed=5)
        for words in (QUALITY, "worst quality, low quality, low score")
    ]
    good, bad = artist.draw(pair, SIZE, STEPS, GUIDANCE)
    assert blotched(bad) > blotched(good)
