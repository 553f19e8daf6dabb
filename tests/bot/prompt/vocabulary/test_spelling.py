"""Many ways to write a tag, one tag."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.prompt.vocabulary.spelling import index_words, is_symbol, read_aloud, spell, split_qualifiers, words


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("Hatsune_Miku", "hatsune miku"),
        ("  hatsune   miku ", "hatsune miku"),
        (r"firefly \(honkai: star rail\)", "firefly (honkai: star rail)"),
        ("ＨＡＴＳＵＮＥ ｍｉｋｕ", "hatsune miku"),
        ("Pokémon", "pokemon"),
        ("ポケモン", "ポケモン"),
        ("^_^", "^_^"),
        ("O_O", "o_o"),
        ("|_|", "|_|"),
        ("long_hair", "long hair"),
        ("steins;gate", "steins;gate"),
    ],
)
def test_spelling(written, spelled):
    """Case, width, Latin accents, escapes and underscores make no difference; ``^_^`` keeps its underscore."""
    assert spell(written) == spelled


@given(st.text())
def test_what_is_spelled_stays_so(text):
    assert spell(spell(text)) == spell(text)


@given(st.text())
def test_typing_a_name_finds_its_own_words(text):
    """Whatever words a text is asked for by, it is indexed under."""
    assert set(words(text)) <= set(index_words(text))


def test_words_of_names_with_marks():
    assert words("d.va") == ["dva"]
    assert index_words("jeanne d'arc") == ["jeanne", "darc", "d", "arc"]
    assert words("K-On!") == ["k", "on"]
    assert words(":d") == ["d"]


@pytest.mark.parametrize(
    ("tag", "symbol"), [(":d", True), ("^_^", True), ("!?", True), ("...!", True), ("k-on!", False), ("v", False)]
)
def test_symbols(tag, symbol):
    """A short tag with marks, or a tag of marks only, is read as a picture."""
    assert is_symbol(tag) is symbol


def test_nothing_is_no_symbol():
    assert not is_symbol("")


def test_qualifiers_come_off_the_end():
    assert split_qualifiers("mari (idol) (blue archive)") == ("mari", ("idol", "blue archive"))
    assert split_qualifiers("hatsune miku") == ("hatsune miku", ())
    assert split_qualifiers("(o)_(o)") == ("(o)_", ("o",))
    assert split_qualifiers("(x)") == ("(x)", ())


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("hatsune miku", "Hatsune Miku"),
        ("toyosatomimi no miko", "Toyosatomimi no Miko"),
        ("final fantasy vii", "Final Fantasy VII"),
        ("hoshimachi suisei (1st costume)", "Hoshimachi Suisei (1st Costume)"),
        ("2b", "2B"),
        ("steins;gate", "Steins;Gate"),
        ("jeanne d'arc", "Jeanne D'Arc"),
        ("hell's paradise", "Hell's Paradise"),
        ("edelgard von hresvelg", "Edelgard von Hresvelg"),
        ("vi (league of legends)", "Vi (League of Legends)"),
    ],
)
def test_names_are_read_with_capitals(name, read):
    assert read_aloud(name) == read
