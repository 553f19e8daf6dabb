"""What training pictures show, and what is said of them."""

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from engine.demo.palette import HAIR
from engine.demo.portrait import CHARACTERS, Portrait, choose, every_tag, quality_tags

SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS)
def test_every_tag_is_in_the_vocabulary(seed):
    """Whatever a picture shows is said in tags that the vocabulary holds whole."""
    portrait = choose(Random(seed))
    assert {*portrait.tags(), *quality_tags(portrait.quality)} <= set(every_tag())


@given(SEEDS)
def test_everything_is_safe(seed):
    """Every picture is tagged safe, and with no other rating."""
    tags = choose(Random(seed)).tags()
    assert "safe" in tags
    assert not {"sensitive", "nsfw", "explicit"} & {*tags, *every_tag()}


@given(SEEDS)
def test_the_same_seed_chooses_the_same_picture(seed):
    """A training that is repeated sees the same pictures."""
    assert choose(Random(seed)) == choose(Random(seed))


@given(SEEDS)
def test_tags_keep_the_order_of_the_model_card(seed):
    """Subject, then character, series and rating, then everything else, then the year."""
    portrait = choose(Random(seed))
    tags = portrait.tags()
    first = [tag for tag in (portrait.subject, portrait.character, portrait.series, "safe") if tag]
    assert [tag for tag in tags if tag in first] == first
    assert tags[0] == portrait.subject
    assert tags[-1] == f"year {portrait.year}"
    assert len(set(tags)) == len(tags)


def test_a_known_character_looks_the_part():
    """A character is drawn by the look that everybody knows."""
    miku = CHARACTERS["hatsune miku"]
    assert {"aqua hair", "very long hair", "twintails", "aqua eyes", "vocaloid"} <= set(miku.tags())


def test_every_colour_of_hair_is_worn_by_somebody_unknown():
    """No colour of hair is left to the known characters."""
    chosen = [choose(Random(seed)) for seed in range(300)]
    assert {portrait.hair_colour for portrait in chosen if not portrait.character} == set(HAIR)


def test_a_colour_of_hair_that_is_hard_to_tell_can_come_more_often():
    """Once for each time that it is named, beside once for being a colour."""
    chosen = [choose(Random(seed), often=("brown", "brown", "black")) for seed in range(2000)]
    counts = Counter(portrait.hair_colour for portrait in chosen if not portrait.character)
    assert counts["brown"] > counts["black"] > max(counts[name] for name in HAIR if name not in ("brown", "black"))


def test_quality_has_words_from_worst_to_best():
    """The better the picture, the better the words, those of the card's negative prompt for the worst."""
    assert "masterpiece" in quality_tags(Portrait().quality)
    assert quality_tags(0.5) == ("average score",)
    assert {"worst quality", "bad anatomy", "watermark"} <= set(quality_tags(0.0))
