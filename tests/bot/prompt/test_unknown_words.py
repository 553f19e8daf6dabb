"""Words that nobody knows are named once, with what was perhaps meant."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.prompt.unknown_words import all_known, unknown_words
from bot.prompt.vocabulary import store
from bot.prompt.vocabulary.suggest import everything
from bot.request import Request
from bot.sentences.rendering import render


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory):
    return store.load(tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def said(vocabulary):
    def said(allowed=everything, left_out=(), **fields):
        request = Request(seed=1, **fields)
        return [render(one) for one in unknown_words(request, vocabulary, allowed, left_out)]

    return said


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("nihgt", ["Perhaps misspelt: nihgt: night?"]),
        ("nihgt, blu hair", ["Perhaps misspelt: nihgt: night? blu hair: blue hair?"]),
        ("a girl with blu hair at nihgt", ["Perhaps misspelt: blu hair: blue hair? nihgt: night?"]),
        ("nihgt, nihgt, (nihgt:1.2)", ["Perhaps misspelt: nihgt: night?"]),
        ("hatsune mikuu, smile", ["Perhaps misspelt: hatsune mikuu: hatsune miku?"]),
        ("qwrtzx, smile", ["I do not know “qwrtzx”. The model may not understand."]),
        ("赤い髪、夜の女の子, smile", ["I do not understand “赤い髪” or other words in that script."]),
        ("una chica con pelo rojo", ["I do not know most of these words."]),
    ],
)
def test_what_nobody_knows_is_named_once(said, tags, found):
    """Another script and another language have one sentence, whatever the number of their words."""
    told = said(tags=tags)
    assert len(told) == len(found), told
    assert all(whole.startswith(part) for part, whole in zip(found, told, strict=True)), told


@pytest.mark.parametrize(
    "tags",
    [
        "a girl with red hair at night",
        "1girl, smile, looking at viewer, :d, ^_^, @_@",
        r"firefly \(honkai: star rail\), steins;gate",
        "she doesn't wear the girl's hat, it's 20 years old",
        "hatsune miku and megurine luka at the beach",
        "masterpiece, year 2010, rating:safe",
        "初音ミク",
        "",
    ],
)
def test_what_is_usual_is_not_named(said, vocabulary, tags):
    """And that is seen without looking for anything near."""
    assert said(tags=tags) == []
    assert all_known(Request(seed=1, tags=tags), vocabulary)


@pytest.mark.parametrize("fields", [{"tags": "smile, nihgt"}, {"negative": "nihgt"}, {"character": "qwrtzx"}])
def test_one_word_that_nobody_knows_is_enough(vocabulary, fields):
    assert not all_known(Request(seed=1, **fields), vocabulary)


def test_a_misspelt_name_asks_who_was_meant(said):
    """In the option of its own; whoever looks like nobody is named like any other word."""
    assert said(character="hatsune mikuu") == ["I know no character “hatsune mikuu”: did you mean “hatsune miku”?"]
    assert said(character="hatsne mikuu") == ["I know no character “hatsne mikuu”: did you mean “hatsune miku”?"]
    assert said(series="vocalod") == ["I know no series “vocalod”: did you mean “vocaloid”?"]
    assert said(character="qwrtzx") == ["I do not know “qwrtzx”. The model may not understand."]


def test_nothing_is_offered_that_may_not_be(said):
    assert said(tags="nihgt", allowed=lambda entry: entry.name != "night") != said(tags="nihgt")
    assert said(tags="nihgt", allowed=lambda _: False) == ["I do not know “nihgt”. The model may not understand."]


def test_what_was_left_out_is_named_where_that_is_said(said):
    """Here only what it may have been."""
    assert said(tags="nihgt, qwrtzx", left_out=("nihgt", "qwrtzx")) == ["Perhaps misspelt: nihgt: night?"]


@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from(("nihgt", "a", "é", "髪", "(", "x:1.2", "qz", ",")), max_size=30).map(" ".join)
)
def test_whatever_is_typed_has_few_sentences(vocabulary, text):
    request = msgspec.structs.replace(Request(seed=1), tags=text, character=text, negative=text)
    named = unknown_words(request, vocabulary, everything)
    assert len(named) <= 10
    assert not (named and all_known(request, vocabulary))
