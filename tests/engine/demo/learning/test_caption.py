"""What is said of an illustration to the text encoders."""

from dataclasses import replace
from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.demo.illustrator.person import Person
from engine.demo.illustrator.scene import Scene, choose
from engine.demo.illustrator.tags import ALWAYS_TRUE, SIDES, every_tag, quality_tags, tags
from engine.demo.learning.caption import _UNKNOWN, CHUNK, Layout, Writer, said
from engine.demo.learning.vocabulary import make_tokenizer

TOKENIZER = make_tokenizer()
WRITER = Writer(TOKENIZER)
GIRL = Person()
PLAIN = Scene(people=(GIRL,))
ALL_SIDES = {side for sides in SIDES.values() for side in sides}


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.builds(Layout, breaks=st.integers(0, 3), tokens=st.integers(0, 3 * CHUNK)))
def test_a_caption_never_lies(seed, layout):
    """Only what is drawn is said, in whole chunks that begin and end as they must."""
    random = Random(seed)
    scene = choose(random)
    allowed = {
        *tags(scene).all,
        *quality_tags(scene.quality),
        *ALWAYS_TRUE,
        *_UNKNOWN,
        *SIDES.get(len(scene.people), ()),
    }
    assert {word for word, _ in said(scene, Random(seed))} <= allowed
    caption = WRITER.write(scene, random, layout)
    for ids, weights in zip(caption.ids, caption.weights, strict=True):
        assert len(ids) == len(weights) == CHUNK + 2
        assert (ids[0], ids[-1]) == (TOKENIZER.bos_token_id, TOKENIZER.eos_token_id)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_sides_follow_what_they_are_said_of(seed):
    """Of two people, what is said to be on the left is the left one's, and the other way round."""
    left, right = replace(GIRL, hair_colour="red"), replace(GIRL, hair_colour="blue")
    words = [word for word, _ in said(Scene(people=(left, right)), Random(seed))]
    for word, side in pairwise(words):
        if side in ALL_SIDES:
            assert {"red hair": "on the left", "blue hair": "on the right"}.get(word, side) == side


def test_who_has_a_side_has_a_hair_colour():
    """On which side somebody stands says little of whom nothing else is said; most captions of several people say both.

    Two colours of hair that keep their sides are the first thing that is asked of two people.
    """
    pair = Scene(people=(replace(GIRL, hair_colour="red"), replace(GIRL, hair_colour="blue")))
    captions = [{word for word, _ in said(pair, Random(seed))} for seed in range(200)]
    sided = [words for words in captions if words & ALL_SIDES]
    assert all({"red hair", "blue hair", "on the left", "on the right"} <= words for words in sided)
    assert 0.55 < len(sided) / len(captions) < 0.85


def test_one_alone_has_no_side():
    """Nobody stands on a side of nothing."""
    assert not ALL_SIDES & {word for seed in range(80) for word, _ in said(PLAIN, Random(seed))}


def test_the_weight_stands_at_the_colour_it_is_drawn_with():
    """Hair drawn with emphasis 1.4 is said with that weight, always, and everything else with 1."""
    scene = Scene(people=(replace(GIRL, emphasis=1.4),))
    for seed in range(60):
        assert {pair for pair in said(scene, Random(seed)) if pair[1] != 1.0} == {("brown hair", 1.4)}


def test_some_captions_are_empty():
    """About one caption in ten says nothing, for guidance."""
    captions = [WRITER.write(PLAIN, Random(seed)) for seed in range(400)]
    assert 20 <= captions.count(WRITER.empty()) <= 65


def test_what_is_striking_is_nearly_always_said():
    """Where a caption says nothing of glasses, a model may believe that there are none."""
    scene = Scene(people=(replace(GIRL, glasses=True, eyes_closed=True),), style="watercolour")
    captions = [{word for word, _ in said(scene, Random(seed))} for seed in range(300)]
    for word in ("glasses", "closed eyes", "watercolor (medium)"):
        assert 240 < sum(word in caption for caption in captions) < 300


def test_where_no_number_is_said_there_is_one_person():
    """Whoever names a character and nothing else expects one; nobody and two are always said."""

    def silent(people, quality=1.0):
        scene = Scene(people=people, place="city", quality=quality)
        captions = [{word for word, _ in said(scene, Random(seed))} for seed in range(200)]
        return sum(not words & set(tags(scene).subject) for words in captions)

    assert silent(()) == silent((Person(), Person(boy=True))) == silent((Person(), Person(), Person())) == 0
    assert silent((Person(),)) > 5
    assert silent((Person(), Person()), quality=0.1) > 50  # what guidance draws away from is any number


def test_a_long_caption_reaches_into_the_second_chunk():
    """What stands behind 75 tokens is learned too, hair among it."""
    captions = [WRITER.write(PLAIN, Random(seed), Layout(tokens=CHUNK + 1)) for seed in range(80)]
    assert all(len(caption.ids) >= 2 for caption in captions if caption != WRITER.empty())
    hair = TOKENIZER.get_vocab()["brown hair"]
    assert any(hair in caption.ids[1] for caption in captions if len(caption.ids) > 1)


def test_unknown_words_are_no_tags():
    """The words that captions strew in are in no vocabulary, as most words of a member are not."""
    assert not set(_UNKNOWN) & set(every_tag())
