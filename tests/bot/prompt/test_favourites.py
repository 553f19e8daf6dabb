"""A name with an @ stands for the text that its owner keeps under it, and for nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.prompt import favourites
from bot.prompt.favourites import NAME_CHARS, expand, key, suggest

KEPT = {
    "sunset": "sunset, orange sky",
    "sun-dress": "white dress",
    "öl": "oil painting",
    "open": "(smile",
    "me": "@sunset",
}


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("@sunset", "sunset, orange sky"),
        ("1girl, @SUNSET, @öl", "1girl, sunset, orange sky, oil painting"),
        ("(@sunset:1.2)", "(sunset, orange sky:1.2)"),
        ("{@sunset|@sun-dress}", "{sunset, orange sky|white dress}"),
        ("@open, hat", "(smile), hat"),
        ("@me", "@sunset"),
    ],
)
def test_a_name_is_written_out_once(typed, text):
    """Wherever a tag may begin, closed alone, and not what stands in it again."""
    assert expand(typed, KEPT) == (text, ())


@pytest.mark.parametrize(
    "typed", ["<@123>", "@_@", "a@sunset", r"\@sunset", "@", "@ sunset", "@@sunset", "", "sunset", f"@{'a' * 33}"]
)
def test_other_signs_stay(typed):
    """Faces, mentions, addresses, and what a backslash keeps."""
    assert expand(typed, KEPT) == (typed, ())


def test_a_name_that_is_none_stays_and_is_told():
    assert expand("@sunst, @everyone", KEPT) == ("@sunst, @everyone", ("sunst", "everyone"))


@given(st.text(), st.dictionaries(st.text(max_size=5), st.text(max_size=20)))
def test_any_text_expands(typed, kept):
    """No text of anybody's breaks it, and without favourites it stays."""
    expand(typed, kept)
    assert expand(typed, {}).text == typed


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(" @Sunset ", "sunset"), ("Öl", "öl"), ("a" * NAME_CHARS, "a" * NAME_CHARS), ("2nd_look", "2nd_look")],
)
def test_names_are_kept_in_one_form(typed, kept):
    assert key(typed) == kept


@pytest.mark.parametrize("typed", ["", "@", "_", "-a", "a b", "a,b", "a" * (NAME_CHARS + 1), "<@1>"])
def test_what_cannot_be_typed_as_one_is_no_name(typed):
    assert key(typed) is None


@given(st.text(max_size=40))
def test_every_name_that_is_kept_is_found_again(name):
    """What is taken as a name expands as one."""
    if (kept := key(name)) is not None:
        assert expand(f"hat, @{kept}, wave", {kept: "smile"}) == ("hat, smile, wave", ())


def test_suggestions_complete_the_name_that_was_begun():
    """Names that begin so come first; the line before stays."""
    assert [one.line for one in suggest("hat, @sun", KEPT, 100)] == ["hat, @sun-dress", "hat, @sunset"]
    assert [one.line for one in suggest("(@e", KEPT, 100)] == ["(@me", "(@open", "(@sun-dress", "(@sunset"]
    assert suggest("hat, @öl", KEPT, 100) == [("@öl · oil painting", "hat, @öl")]
    assert len(suggest("@", KEPT, 100)) == len(KEPT) <= favourites.MOST


@pytest.mark.parametrize("typed", ["", "sun", "@sun ", "@sun,", "<@sun", "a@sun"])
def test_nothing_is_suggested_where_no_name_was_begun(typed):
    assert suggest(typed, KEPT, 100) == []


def test_a_line_that_is_too_long_is_not_offered_and_a_long_text_is_cut():
    """Discord takes a hundred characters."""
    assert suggest("a" * 92 + ", @sunset", KEPT, 100) == []
    [one] = suggest("@x", {"x": "smile, " * 50}, 100)
    assert len(one.shown) <= 100
    assert one.shown.endswith("…")
