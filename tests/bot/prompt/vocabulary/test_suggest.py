"""What is offered while somebody types."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.prompt.vocabulary.suggest import Field, suggest

LIST = """\
hakurei_quaxmu,4,900,
quaxen,4,500,"moon_rabbit"
quax_(touhou),4,300,
ayanami_quax,4,800,
kirisame_someone,4,700,"quaxarisa"
quaxshi_(mushroom),0,50,
mai_(quaxerie),4,40,
quzxi,4,950,
somebody_(person),4,9000,
barack_obama,4,8000,
touhou,3,9999,
real_life,3,9999,
ink_artist,1,99999,
highres,5,99999,
"""


def values(vocabulary, field, text, **options):
    return [choice.value for choice in suggest(vocabulary, field, text, **options)]


def test_names_then_qualifiers_then_aliases_then_slips(imported):
    """Starts of the name and of its words come by posts, then the qualifier's words, the aliases', then one typo."""
    found = values(imported(LIST), "character", "quax")
    assert found[:4] == ["hakurei quaxmu", "ayanami quax", "quaxen", "quax (touhou)"]
    assert found[4:6] == ["mai (quaxerie)", "kirisame someone"]
    assert "quzxi" in found[6:]


@pytest.mark.parametrize("typed", ["quaxne", "quxen", "quaxan", "quaaxen", "quaxe"])
def test_one_slip_is_forgiven(imported, typed):
    """Swapped, missing, wrong and extra letters still find the name."""
    assert "quaxen" in values(imported(LIST), "character", typed)


def test_what_has_a_slip_stands_behind_what_has_none(vocabulary):
    found = values(vocabulary, "character", "miku")
    assert found[0] == "hatsune miku"
    assert values(vocabulary, "character", "mkiu")[0] == "hatsune miku"


def test_artists_meta_tags_and_real_people_are_known_and_never_offered(imported):
    vocabulary = imported(LIST)
    for name in ("ink artist", "highres", "somebody (person)", "barack obama", "real life"):
        assert vocabulary.known(name)
        for field in get_args(Field):
            found = values(vocabulary, field, name)
            assert name not in (found[1:] if field == "prompt" else found)  # whose first is what is typed


def test_a_place_offers_only_what_it_allows(vocabulary):
    """What the gate refuses is not suggested, and others take its place."""
    found = values(vocabulary, "character", "", allowed=lambda entry: not entry.child)
    assert len(found) == 25
    assert not any(vocabulary.character(name).child for name in found)
    assert values(vocabulary, "more_tags", "long", allowed=lambda _: False) == []


def test_a_choice_reads_as_a_person_would_say_it(vocabulary):
    """Name and series with capitals; the value is the tag, unescaped."""
    choice = suggest(vocabulary, "character", "FIREFLY")[0]
    assert (choice.name, choice.value) == ("Firefly · Honkai: Star Rail", "firefly (honkai: star rail)")
    assert suggest(vocabulary, "character", "artoria_pend")[0].name == "Artoria Pendragon · Fate"
    assert suggest(vocabulary, "series", "final fantasy vii rem")[0].name == "Final Fantasy VII Remake"


def test_a_costume_stays_in_the_label(imported):
    vocabulary = imported("hatsune_miku,4,9,\nhatsune_miku_(append),4,8,\nvocaloid,3,99,\n")
    assert [choice.name for choice in suggest(vocabulary, "character", "miku app")] == [
        "Hatsune Miku (Append) · Vocaloid"
    ]


def test_two_characters_of_one_label_are_told_apart(imported):
    """Where two tags read the same, the second shows its tag."""
    vocabulary = imported("xx,3,9,\nabc_(xx),4,9,\nabc_(yy),4,8,\n", "1girl, abc (yy), xx\n", "1girl, abc (xx), xx\n")
    names = [choice.name for choice in suggest(vocabulary, "character", "abc")]
    assert len(set(names)) == 2


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("character", "hatsune miku; kagamine r", "hatsune miku; kagamine rin"),
        ("character", "hatsune miku;kagamine r", "hatsune miku; kagamine rin"),
        ("character", "hatsune miku; kagamine r ", "hatsune miku; kagamine rin"),
        ("character", "Firefly · Honkai: Star Rail; kagamine r", "firefly (honkai: star rail); kagamine rin"),
        ("series", "vocaloid, steins;ga", "vocaloid, steins;gate"),
        ("series", "touhou; honkai: star", "touhou; honkai: star rail"),
        ("more_tags", "smile, long ha", "smile, long hair"),
        ("more_tags", "smile,long ha", "smile, long hair"),
        ("more_tags", "smile, (absurdly lon", "smile, (absurdly long hair"),
        ("more_tags", "{red hair|aqua h", "{red hair|aqua hair"),
        ("more_tags", "firefly (honkai", "firefly (honkai: star rail)"),
        ("more_tags", "LONG_HA", "long hair"),
        ("negative", "lowres, bad ana", "lowres, bad anatomy"),
        ("subject", "1girl; 1b", "1girl; 1boy"),
    ],
)
def test_the_last_one_is_completed_and_the_rest_is_kept(vocabulary, field, typed, value):
    assert values(vocabulary, field, typed)[0] == value


def test_a_line_of_tags_is_shown_as_it_will_stand(vocabulary):
    """Somebody who picks a choice types on behind its name, so name and value are the same line."""
    assert all(choice.name == choice.value for choice in suggest(vocabulary, "more_tags", "smile, long"))


def test_what_stands_there_already_is_not_offered_again(vocabulary):
    assert "smile, long hair" in values(vocabulary, "more_tags", "smile, lo")
    assert "long hair, long hair" not in values(vocabulary, "more_tags", "long hair, lo")
    assert "hatsune miku; hatsune miku" not in values(vocabulary, "character", "hatsune miku; miku")


def test_what_would_be_too_long_is_not_offered_and_never_cut(vocabulary):
    """Discord takes 100 characters; a longer line offers nothing."""
    line = "x" * 89 + ", long ha"
    assert values(vocabulary, "more_tags", line) == ["x" * 89 + ", long hair"]
    assert values(vocabulary, "more_tags", "x" + line) == []
    assert values(vocabulary, "more_tags", "x" * 200) == []


def test_a_long_label_gives_way_to_the_tag(imported):
    """Where name and series do not fit, the tag itself is shown."""
    series, name = "s" * 60, "n" * 60
    choice = suggest(imported(f"{series},3,9,\n{name},4,9,\n", f"1girl, {name}, {series}\n"), "character", "nnnn")[0]
    assert (choice.name, choice.value) == (name, name)


def test_symbols_are_found_by_their_marks(vocabulary):
    """``:d`` is a tag; typing the colon is enough. A name with a mark in it is found by its words."""
    assert values(vocabulary, "more_tags", ":")[0] == ":d"
    assert values(vocabulary, "more_tags", ":d") == [":d"]
    assert values(vocabulary, "series", "k-on")[0] == "k-on!"
    assert values(vocabulary, "more_tags", "^_")[0] == "^_^"


def test_nothing_typed_offers_the_best_known(vocabulary):
    assert values(vocabulary, "character", "")[0] == "hatsune miku"
    assert values(vocabulary, "subject", "")[0] == "1girl"
    assert values(vocabulary, "more_tags", "smile, ")[0] == "smile, 1girl"


def test_words_may_come_in_any_order(vocabulary):
    assert values(vocabulary, "character", "miku hatsu")[0] == "hatsune miku"
    assert values(vocabulary, "character", "miku vocal")[0] == "hatsune miku"


@given(st.sampled_from(get_args(Field)), st.text() | st.text("aeimkhst ;,:()[]{}|_'\\^é・", max_size=110))
def test_any_text_gets_choices_that_discord_takes(vocabulary, field, text):
    """At most 25 different values, each name and value of 1 to 100 characters, whatever was typed."""
    choices = suggest(vocabulary, field, text)
    assert len(choices) <= 25
    assert len({choice.value for choice in choices}) == len(choices)
    assert all(1 <= len(part) <= 100 for choice in choices for part in (choice.name, choice.value))


@given(
    st.sampled_from(("prompt", "more_tags", "negative")), st.text("ab ,(|\n", max_size=20), st.text("abcl", max_size=3)
)
def test_completing_keeps_what_stands_before(vocabulary, field, before, last):
    """Every offered line begins with the line up to the last comma, as it was typed."""
    assert all(value.startswith(before + ",") for value in values(vocabulary, field, f"{before},{last}"))


@given(st.sampled_from(("subject", "character", "series")), st.text("ab c", max_size=9), st.text("mi ", max_size=4))
def test_completing_keeps_the_names_before(vocabulary, field, before, last):
    """Every offered value begins with the names that stand there, as they were typed."""
    assert all(value.startswith(f"{before}; ") for value in values(vocabulary, field, f"{before}; {last}"))


@given(st.text() | st.text("aeimkhst ,()[]{}|_'^é・", max_size=110))
def test_the_first_choice_of_a_prompt_is_the_prompt_as_it_is_typed(vocabulary, text):
    """Whoever presses Enter loses nothing; what Discord takes for no choice has none."""
    found = values(vocabulary, "prompt", text)
    if len(text) > 100:
        assert found == []
    elif text.strip():
        assert found[0] == text


def test_a_space_at_the_end_makes_no_second_choice(vocabulary):
    """The two would be read as the same."""
    assert values(vocabulary, "prompt", "1girl, smile ")[0] == "1girl, smile "
    assert "1girl, smile" not in values(vocabulary, "prompt", "1girl, smile ")


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("a girl with red hair at nig", "a girl with red hair at night"),
        ("a girl with red hair at nihgt", "a girl with red hair at night"),
        ("a girl with long ha", "a girl with long hair"),
        ("a girl who is looking at vie", "a girl who is looking at viewer"),
        ("a girl with bl", "a girl with blush"),
        ("smile, a girl with cat e", "smile, a girl with cat ears"),
        ("smile, long ha", "smile, long hair"),
        ("nigh", "night"),
    ],
)
def test_the_last_words_of_a_prompt_are_completed(vocabulary, typed, value):
    """In a sentence one to three of them, in a list the last tag; everything before is kept."""
    assert values(vocabulary, "prompt", typed)[:2] == [typed, value]


@pytest.mark.parametrize("typed", ["a girl with red hair at ", "a girl and her a", "a girl in the", "hmm hmm xq"])
def test_what_begins_no_tag_is_left_alone(vocabulary, typed):
    assert values(vocabulary, "prompt", typed) == [typed]


def test_a_tag_that_begins_so_comes_first(vocabulary):
    """However usual the tags are that only have a word that does."""
    assert values(vocabulary, "more_tags", "nigh")[0] == "night"
    assert values(vocabulary, "more_tags", "smile, nigh")[0] == "smile, night"


def test_what_people_exclude_most_is_offered_first(vocabulary):
    """Before anything is typed, and of what begins so."""
    usual = ("lowres", "bad anatomy", "bad hands")
    assert values(vocabulary, "negative", "", usual=usual)[:3] == list(usual)
    assert values(vocabulary, "negative", "hat, ba", usual=usual)[:2] == ["hat, bad anatomy", "hat, bad hands"]
    assert "lowres, lowres" not in values(vocabulary, "negative", "lowres, ", usual=usual)
