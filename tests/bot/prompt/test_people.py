"""A chosen character brings its series and its count tag, and a given one always wins."""

import pytest

from bot.prompt.compose import compose
from bot.prompt.people import fill
from bot.prompt.vocabulary import store
from bot.prompt.vocabulary.importing import import_files
from bot.request import Options

MIKU, LUKA, OKABE = "hatsune miku", "megurine luka", "okabe rintarou"
CARD = Options(
    subject="1girl",
    character="firefly (honkai: star rail)",
    series="honkai (series), honkai: star rail",
    rating="safe",
    tags="casual, solo, looking at viewer, outdoors, smile, reaching towards viewer, night",
)


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory):
    return store.load(tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def filled(vocabulary):
    def filled(**options):
        made = fill(Options(**options), vocabulary)
        return made.subject, made.character, made.series

    return filled


def test_the_card_s_example_stays_as_it_is_typed(vocabulary, ask, ours):
    """Whoever gives everything gets exactly that."""
    told, left = (compose(ask(options), ours, vocabulary.kind) for options in (fill(CARD, vocabulary), CARD))
    assert told == left


@pytest.mark.parametrize(
    ("options", "subject", "character", "series"),
    [
        ({"character": MIKU}, "1girl", MIKU, "vocaloid"),
        ({"character": "Hatsune_Miku"}, "1girl", MIKU, "vocaloid"),
        ({"character": "Hatsune Miku · Vocaloid"}, "1girl", MIKU, "vocaloid"),
        (
            {"character": r"firefly \(honkai: star rail\)"},
            *("1girl", "firefly (honkai: star rail)", "honkai (series); honkai: star rail"),
        ),
        ({"character": f"{MIKU}; {LUKA}"}, "2girls", f"{MIKU}; {LUKA}", "vocaloid"),
        ({"character": f"{OKABE}, {MIKU}"}, "1girl; 1boy", f"{OKABE}; {MIKU}", "steins;gate; vocaloid"),
        ({"character": f"{MIKU}; {MIKU}"}, "1girl", f"{MIKU}; {MIKU}", "vocaloid"),
    ],
)
def test_a_known_character_brings_series_and_subject(filled, options, subject, character, series):
    """However the name is written, labels of choices included."""
    assert filled(**options) == (subject, character, series)


@pytest.mark.parametrize(
    ("options", "subject", "series"),
    [
        ({"subject": "2girls"}, "2girls", "vocaloid"),
        ({"series": "original"}, "1girl", "original"),
        ({"tags": "smile, (2girls:1.1)"}, None, "vocaloid"),
        ({"more_tags": "{1girl|1boy}, night"}, None, "vocaloid"),
        ({"tags": "multiple_girls"}, None, "vocaloid"),
        ({"subject": "  "}, "1girl", "vocaloid"),
    ],
)
def test_what_was_given_stays(filled, options, subject, series):
    """A count tag among the tags is a subject too."""
    assert filled(character=MIKU, **options)[::2] == (subject, series)


def test_an_unknown_count_is_not_guessed(filled):
    """One unknown name among several leaves the subject open, and still gives the series of the known."""
    assert filled(character=f"{MIKU}; somebody new") == (None, f"{MIKU}; somebody new", "vocaloid")
    assert filled(character="somebody new") == (None, "somebody new", None)


def test_a_series_among_the_characters_is_one(filled):
    """As a pasted prompt has them in one stretch: it is neither counted nor given again."""
    assert filled(character=f"{MIKU}; vocaloid") == ("1girl", f"{MIKU}; vocaloid", None)


def test_a_costume_is_not_a_second_person(tmp_path):
    """The tag list names both: the character, then what they wear."""
    (tmp_path / "tags.csv").write_text("hatsune_miku_(append),4,4000,\n")
    import_files([tmp_path / "tags.csv"], tmp_path)
    both = f"{MIKU}; {MIKU} (append)"
    assert fill(Options(character=both), store.load(tmp_path)).subject == "1girl"


def test_no_character_changes_nothing(vocabulary):
    options = Options(subject="1girl", tags="smile", series="somewhere new")
    assert fill(options, vocabulary) == options
