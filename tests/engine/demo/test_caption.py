"""What is said of a training picture."""

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.demo.caption import _UNKNOWN, CHUNK, WHOLE, Layout, Writer
from engine.demo.portrait import ALWAYS_TRUE, Portrait, choose, every_tag, quality_tags
from engine.demo.vocabulary import make_tokenizer

TOKENIZER = make_tokenizer()
WRITER = Writer(TOKENIZER)
SEEDS = st.integers(0, 2**32 - 1)
LONG = Layout(tokens=CHUNK + 1)


def said(caption):
    ids = [token for chunk in caption.ids for token in chunk]
    return set(TOKENIZER.convert_ids_to_tokens(ids)) & set(every_tag())


@settings(deadline=None)
@given(SEEDS, st.builds(Layout, breaks=st.integers(0, 3), tokens=st.integers(0, 3 * CHUNK)))
def test_a_caption_never_lies(seed, layout):
    """Only what the picture shows is said of it, in whole chunks that begin and end as they must."""
    random = Random(seed)
    portrait = choose(random)
    caption = WRITER.write(portrait, random, layout)
    assert said(caption) <= {*portrait.tags(), *quality_tags(portrait.quality), *ALWAYS_TRUE}
    for ids, weights in zip(caption.ids, caption.weights, strict=True):
        assert len(ids) == len(weights) == CHUNK + 2
        assert ids[0] == TOKENIZER.bos_token_id
        assert ids[-1] == TOKENIZER.eos_token_id


def test_some_captions_are_empty():
    """About one caption in ten says nothing, for guidance; none of the others does."""
    captions = [WRITER.write(Portrait(), Random(seed)) for seed in range(400)]
    empty = [caption for caption in captions if caption == WRITER.empty()]
    assert 20 <= len(empty) <= 65


def test_a_long_caption_reaches_into_the_second_chunk():
    """What stands behind 75 tokens is learned too."""
    captions = [WRITER.write(Portrait(), Random(seed), LONG) for seed in range(60)]
    assert all(len(caption.ids) >= 2 for caption in captions if caption != WRITER.empty())
    assert any(
        TOKENIZER.convert_tokens_to_ids("brown hair") in caption.ids[1] for caption in captions if len(caption.ids) > 1
    )


def test_a_caption_that_breaks_off_says_the_same_in_more_chunks():
    """Every tag comes in some captions in the first chunk and in others behind it, and no comma stands at a break."""
    comma = TOKENIZER.convert_tokens_to_ids(",</w>")
    hair = TOKENIZER.convert_tokens_to_ids("brown hair")
    places = set()
    for seed in range(60):
        whole = WRITER.write(Portrait(), Random(seed), WHOLE)
        broken = WRITER.write(Portrait(), Random(seed), Layout(breaks=1))
        assert said(broken) == said(whole)
        for ids in broken.ids:
            spoken = [token for token in ids if token != TOKENIZER.eos_token_id]
            assert spoken[-1] != comma
        places |= {number for number, ids in enumerate(broken.ids) if hair in ids}
    assert places == {0, 1}


def test_the_weight_stands_at_the_colour_it_is_drawn_with():
    """A picture of emphasis 1.4 is captioned with its hair's colour at 1.4 and all else at 1."""
    portrait = replace(Portrait(), emphasis=1.4)
    token = TOKENIZER.convert_tokens_to_ids("brown hair")
    caption = WRITER.write(portrait, Random(1))
    weighted = {
        (ident, weight)
        for ids, weights in zip(caption.ids, caption.weights, strict=True)
        for ident, weight in zip(ids, weights, strict=True)
        if weight != 1.0
    }
    assert weighted == {(token, 1.4)}


def test_unknown_words_are_no_tags():
    """The words that captions strew in are in no vocabulary, as most words of a member are not."""
    assert not set(_UNKNOWN) & set(every_tag())
