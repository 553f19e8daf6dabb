"""No sentence is longer than somebody reads in one go, who does not speak English every day."""

import pytest

from bot.sentences.help import HELP
from bot.sentences.rendering import ROOMS, render
from bot.sentences.sentence import ENGLISH
from tests.bot.sentences.samples import some_of
from tests.documents import FAQ, INSTALL, README, RENTED, WINDOWS, prose, words_of

MOST_WORDS = 25


def long_ones(text):
    return [one for one in prose(text) if words_of(one) > MOST_WORDS]


def test_no_sentence_of_help_is_long():
    assert long_ones(render(HELP)) == []


@pytest.mark.parametrize(
    "page", [README, FAQ, INSTALL, WINDOWS, RENTED], ids=["README", "FAQ", "install", "windows", "rented"]
)
def test_no_sentence_of_the_readme_is_long(page):
    """Its tables and lists, too."""
    assert long_ones(page) == []


@pytest.mark.parametrize("room", [room.__name__.rpartition(".")[2] for room in ROOMS])
def test_no_sentence_for_members_is_long(room):
    """Refusals and everything else, whatever is filled in."""
    for sentence_id in (known for known in ENGLISH if known.partition(".")[0] == room):
        for said in some_of(sentence_id):
            assert long_ones(render(said)) == [], sentence_id


@pytest.mark.parametrize(
    ("page", "long"),
    [
        ("word " * 25 + "end.", 1),
        ("word " * 24 + "end. " + "word " * 24 + "end.", 0),
        ("- " + "word " * 20 + "\n- " + "word " * 20, 0),
        ("- " + "word " * 20 + "\n  " + "word " * 20, 1),
        ("| " + "word " * 20 + "| " + "word " * 20 + "|", 0),
        ("| " + "word " * 30 + "|", 1),
        ("one `" + "word " * 30 + "` two", 0),
        ("```\n" + "word " * 30 + "\n```", 0),
    ],
)
def test_a_long_sentence_is_found(page, long):
    """Over the ends of lines, but not of items, cells or code."""
    assert len(long_ones(page)) == long
