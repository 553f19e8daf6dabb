"""What the free prompt names goes to the options of its own, and no word of it is lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.prompt import terms
from bot.prompt.compose import compose
from bot.prompt.foreign.understand import understand_options
from bot.prompt.people import fill
from bot.prompt.taking_out import take_out
from bot.prompt.vocabulary import store
from bot.prompt.vocabulary.spelling import words
from bot.request import Options
from bot.sentences.rendering import render

MIKU, LUKA = "hatsune miku", "megurine luka"
CARD = (
    r"1girl, firefly \(honkai: star rail\), honkai \(series\), honkai: star rail, safe, casual, solo, "
    "looking at viewer, outdoors, smile, reaching towards viewer, night"
)


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory):
    return store.load(tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def taken(vocabulary):
    def taken(prompt, **options):
        found = take_out(Options(prompt=prompt, **options), vocabulary)
        assert found.options.prompt is None
        return found.options, [render(one) for one in found.said]

    return taken


def fields(options):
    return {name: value for name in ("character", "series", "rating", "tags") if (value := getattr(options, name))}


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("1girl", {"tags": "1girl"}),
        (MIKU, {"character": MIKU}),
        ("Hatsune_Miku, smile", {"character": "Hatsune_Miku", "tags": "smile"}),
        ("smile,  miku hatsune ,hat", {"character": "miku hatsune", "tags": "smile, hat"}),
        (f"{MIKU}, {LUKA}, smile", {"character": f"{MIKU}; {LUKA}", "tags": "smile"}),
        (f"{MIKU}, miku", {"character": MIKU}),
        ("2girls, touhou, smile", {"series": "touhou", "tags": "2girls, smile"}),
        ("1girl, sensitive, smile", {"rating": "sensitive", "tags": "1girl, smile"}),
        ("1girl, safe, sensitive", {"rating": "sensitive", "tags": "1girl, safe"}),
        (f"({MIKU}:1.2), smile", {"tags": f"({MIKU}:1.2), smile"}),
        (f"{{{MIKU}|{LUKA}}}, smile", {"tags": f"{{{MIKU}|{LUKA}}}, smile"}),
        (f"smile BREAK {MIKU}, hat", {"tags": f"smile BREAK {MIKU}, hat"}),
        (f"{MIKU}, smile BREAK {LUKA}, hat", {"character": MIKU, "tags": f"smile BREAK {LUKA}, hat"}),
        ("a girl with red hair at night", {"tags": "a girl with red hair at night"}),
    ],
)
def test_a_part_that_is_nothing_else_goes_to_its_option(taken, prompt, expected):
    """Names, series and our four ratings; what stands in brackets or behind a BREAK is read where it is."""
    options, said = taken(prompt)
    assert fields(options) == expected
    assert said == []


@pytest.mark.parametrize(
    ("prompt", "character"),
    [
        (f"{MIKU} in a red dress at night", MIKU),
        ("a drawing of Miku Hatsune, smile", "Miku Hatsune"),
        (f"{MIKU} and {LUKA}, at the beach", f"{MIKU}; {LUKA}"),
        (f"a girl dressed as {MIKU} (cosplay)", None),
        (f"a {MIKU} cosplayer", None),
        ("a miku in a red dress", None),
        ("Princess Peach in a castle", "Princess Peach"),
        ("a plain doll in a castle", None),
        ("an explicit picture of a girl", None),
        ("a girl from touhou project smiling", None),
    ],
)
def test_in_a_sentence_only_names_of_several_words_count(taken, prompt, character):
    """The sentence stays as it is; usual words are a name only with capitals, and no rating is ever found in it."""
    options, said = taken(prompt)
    assert fields(options) == {**({"character": character} if character else {}), "tags": prompt}
    assert said == []


@pytest.mark.parametrize(
    ("prompt", "given", "tags", "notes"),
    [
        (f"{MIKU}, smile", {"character": MIKU}, "smile", ["in the option `character` too, so it counts once"]),
        (
            f"{LUKA}, smile",
            {"character": MIKU},
            f"{LUKA}, smile",
            [f"so “{LUKA}” in the prompt is drawn only as words"],
        ),
        (f"{LUKA} at the beach", {"character": MIKU}, f"{LUKA} at the beach", ["You filled in `character`"]),
        ("touhou, smile", {"series": "vocaloid"}, "touhou, smile", ["You filled in `series`"]),
        ("1girl, smile", {"subject": "1girl"}, "smile", ["in the option `subject` too"]),
        ("safe, smile", {"rating": "safe"}, "smile", ["in the option `rating` too"]),
        ("(1girl:1.2), smile", {"subject": "1girl"}, "(1girl:1.2), smile", []),
        ("explicit, smile", {"rating": "safe"}, "explicit, smile", []),
        ("year 2010, smile", {"year": 2010}, "smile", ["in the option `year` too"]),
        ("初音ミク, smile", {}, "smile", ["“初音ミク” was read as the character “hatsune miku”"]),
    ],
)
def test_the_option_wins_and_says_so(taken, prompt, given, tags, notes):
    options, said = taken(prompt, **given)
    assert options.tags == tags
    assert {name: getattr(options, name) for name in given} == given
    assert len(said) == len(notes), said
    assert all(part in whole for part, whole in zip(notes, said, strict=True))


def test_a_rating_that_the_option_overrules_is_told(ask, ours):
    """The gate reads it all the same: it stays among the tags of the request."""
    composed = compose(ask(rating="safe", tags="explicit, smile"), ours)
    assert [render(note.sentence) for note in composed.notes if note.kind == "overruled"] == [
        "The rating is “safe” and the tags say “explicit”: the tag was dropped."
    ]


def test_the_card_s_example_is_a_whole_prompt(taken, vocabulary, ask, ours):
    """Typed in one line, it becomes what the options of their own would write."""
    options, _ = taken(CARD)
    composed = compose(ask(fill(options, vocabulary)), ours, vocabulary.kind)
    assert composed.prompt == f"{CARD}, masterpiece, high score, great score, absurdres"


PIECES = (
    *(MIKU, LUKA, "miku", "Hatsune Miku", "touhou", "sensitive", "explicit", "safe", "rating:nsfw", "1girl", "smile"),
    *("a girl with", "explicit", " ", ",", ", ", "(", ")", "{", "|", "}", "BREAK", "\\", ":1.2", "@"),
    *("year 2010", "cosplay"),
)
TYPED = st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)
PROMPTS = TYPED | st.text(max_size=60)
GIVEN = st.fixed_dictionaries(
    {},
    optional={
        "character": st.sampled_from((MIKU, LUKA, "")),
        "series": st.sampled_from(("vocaloid", "touhou")),
        "rating": st.sampled_from(terms.RATINGS),
        "subject": st.sampled_from(("1girl", "1girl; 1boy")),
        "year": st.just(2010),
    },
)


def asked(options):
    """The words of every field, each as often as it stands there."""
    return words(" ".join(filter(None, (options.character, options.series, options.rating, options.tags))))


@given(PROMPTS, GIVEN)
def test_no_word_is_lost(vocabulary, prompt, given):
    """Every word of the prompt is in the request, or in a sentence."""
    found = take_out(Options(prompt=prompt, **given), vocabulary)
    said = words(" ".join(map(render, found.said)))
    assert set(words(prompt)) <= {*asked(found.options), *said}


@given(PROMPTS, GIVEN)
def test_an_option_that_was_filled_in_stays(vocabulary, prompt, given):
    found = take_out(Options(prompt=prompt, **given), vocabulary).options
    assert {name: getattr(found, name) for name, value in given.items() if value} == {
        name: value for name, value in given.items() if value
    }


@given(PROMPTS, GIVEN)
def test_taking_out_again_changes_nothing(vocabulary, prompt, given):
    """What is left names nothing that is not there already."""
    once = take_out(Options(prompt=prompt, **given), vocabulary).options
    again = take_out(Options(**{**fields(once), "prompt": once.tags or "", "tags": None}), vocabulary).options
    assert fields(again) == fields(once)


@given(TYPED, GIVEN)
def test_a_word_in_the_prompt_asks_for_no_other_rating_than_among_the_tags(vocabulary, ask, prompt, given):
    """Taken out or not, the request has the rating that its words would have given it: nothing is lowered or raised."""
    kept = re.sub(r"[{}|@\\]", "", prompt)
    options = understand_options(Options(prompt=f"hat, {kept}", rating=given.get("rating"))).options
    taken = take_out(options, vocabulary).options
    plain = Options(tags=options.prompt, rating=options.rating)
    assert ask(taken).rating == ask(plain).rating


@given(
    st.lists(st.sampled_from(("a", "girl", "nsfw", "explicit", "sensitive", "with", "hair")), min_size=2, max_size=8)
)
def test_a_sentence_never_changes_the_rating(vocabulary, said):
    assert take_out(Options(prompt=" ".join(said)), vocabulary).options.rating is None
