"""How the demo checkpoint's tokenizer reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.demo.portrait import every_tag
from engine.demo.vocabulary import END, START, make_tokenizer
from engine.grammar import escape, plain_text

TOKENIZER = make_tokenizer()


def read(text):
    ids = TOKENIZER(text, add_special_tokens=False).input_ids
    return TOKENIZER.convert_ids_to_tokens(ids)


@pytest.mark.parametrize("tag", every_tag())
def test_a_tag_is_one_token(tag):
    """A tag that was taught is one token, alone and among others, in capitals and after an escape."""
    assert read(tag) == [tag]
    assert read(f"1girl,{tag.upper()} , {plain_text(escape(tag))}") == ["1girl", ",</w>", tag, ",</w>", tag]


def test_the_longest_tag_wins():
    """ "very long hair" is no "long hair", and a tag inside a word is no tag."""
    assert read("very long hair") == ["very long hair"]
    assert "red hair" not in read("red hairs")
    assert read("dark red hair")[-1] == "red hair"


def test_a_tag_cut_by_a_weight_is_two_words():
    """The halves of "(red:1.4) hair" are a token each."""
    assert [*read("red"), *read(" hair, ")] == ["red</w>", "hair</w>", ",</w>"]


def test_the_vocabulary_is_small():
    """Fewer than 2,000 entries, or the embeddings would outweigh the UNet."""
    assert len(TOKENIZER) < 2000


@given(st.text(max_size=60))
def test_any_text_is_spelt(text):
    """No text raises or reads as a special token that is not in it; two readings are the same."""
    ids = TOKENIZER(text, add_special_tokens=False).input_ids
    assert ids == TOKENIZER(text, add_special_tokens=False).input_ids
    if "<|" not in text:
        assert not {TOKENIZER.bos_token_id, TOKENIZER.eos_token_id} & set(ids)


def test_the_comma_and_the_ends_are_where_the_engine_looks():
    """The comma is ",</w>", as in CLIP; a text stands between start and end and is padded with the end."""
    assert read(",") == [",</w>"]
    assert TOKENIZER.convert_ids_to_tokens(TOKENIZER("red hair").input_ids) == [START, "red hair", END]
    assert TOKENIZER.pad_token == END


def test_a_saved_tokenizer_reads_the_same(tmp_path):
    """What is shipped reads like what was trained with."""
    TOKENIZER.save_pretrained(tmp_path)
    text = "1girl, firefly (honkai: star rail), red hair, naïve words, 日本"
    assert type(TOKENIZER).from_pretrained(tmp_path)(text).input_ids == TOKENIZER(text).input_ids
