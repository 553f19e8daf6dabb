"""Which words of a text a rule is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.naming import MOST, words_with

if TYPE_CHECKING:
    from collections.abc import Callable


def about(word: str) -> Callable[[str], bool]:
    return lambda phrase: word in phrase.casefold().split()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("1girl, red", ("red",)),
        ("a red car, Red", ("red",)),
        ("RED_ , blue", ()),
        ("(red:1.2), [red car]", ("red",)),
        ("one two three", ()),
        ("red; blue\nred", ("red",)),
    ],
)
def test_the_shortest_phrase_is_named_once(text: str, named: tuple[str, ...]) -> None:
    """Without weights and brackets, as it was typed first."""
    assert words_with([text], about("red")) == named


def test_a_phrase_is_named_where_its_words_alone_are_not_meant() -> None:
    """And the whole tag, where only all of it is."""
    assert words_with(["a big bad wolf here"], lambda phrase: "bad wolf" in phrase) == ("bad wolf",)
    assert words_with(["one two three four five"], lambda phrase: phrase.count(" ") == 4) == (
        "one two three four five",
    )


def test_a_word_that_its_neighbours_make_harmless_is_not_named() -> None:
    """Medium breasts: the word is meant alone, and not beside the other."""
    assert words_with(["with bad dog there, bad"], lambda phrase: "bad" in phrase and "bad dog" not in phrase) == (
        "bad",
    )


def test_few_are_named() -> None:
    words = [f"red{number}" for number in range(20)]
    assert words_with([", ".join(words)], lambda phrase: phrase.startswith("red")) == tuple(words[:MOST])


@given(st.text("ab ,()\\\n:1", max_size=60))
def test_only_what_was_typed_is_named(text: str) -> None:
    """Whatever stands in the text."""
    for named in words_with([text], lambda phrase: "a" in phrase):
        assert set(named) <= set(text) | {" "}
        assert "a" in named
