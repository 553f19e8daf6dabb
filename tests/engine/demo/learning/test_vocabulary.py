"""How the demo checkpoint's new tokenizer reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.demo.artist import NEGATIVE
from engine.demo.illustrator.tags import UNSEEN, every_tag
from engine.demo.learning.vocabulary import make_tokenizer
from engine.grammar import escape, plain_text

TOKENIZER = make_tokenizer()


def read(text):
    ids = TOKENIZER(text, add_special_tokens=False).input_ids
    return [token.strip() for token in TOKENIZER.convert_ids_to_tokens(ids)]


@pytest.mark.parametrize("tag", every_tag())
def test_a_tag_is_one_token(tag):
    """A tag that is taught is one token, alone and among others, in capitals and after an escape."""
    assert read(tag) == [tag]
    assert read(f"1girl,{tag.upper()} , {plain_text(escape(tag))}") == ["1girl", ",</w>", tag, ",</w>", tag]


def test_the_cards_negative_prompt_is_a_token_a_word():
    """With what the bot puts before it, it fills less than one chunk."""
    text = ", ".join((*UNSEEN[:6], NEGATIVE))
    assert [word for word in read(text) if word[0] != ","] == text.split(", ")
    assert len(read(text)) <= 75


def test_the_longest_tag_wins():
    """ "very long hair" is no "long hair", and a tag inside a word is no tag."""
    assert read("very long hair") == ["very long hair"]
    assert "red hair" not in read("red hairs")
    assert read("dark red hair")[-1] == "red hair"


def test_a_tag_cut_by_a_weight_is_two_words():
    """The halves of "(red:1.4) hair" are a token each."""
    assert [*read("red"), *read(" hair, ")] == ["red", "hair", ",</w>"]


def test_the_vocabulary_is_small():
    """Fewer than 2,000 entries, or the embeddings would outweigh the UNet."""
    assert len(TOKENIZER) < 2000


@given(st.text(max_size=60))
def test_any_text_is_spelt(text):
    """No text raises or reads as a special token that is not in it."""
    ids = TOKENIZER(text, add_special_tokens=False).input_ids
    if "<|" not in text:
        assert not {TOKENIZER.bos_token_id, TOKENIZER.eos_token_id} & set(ids)
