"""The reviewed table of tags: whole, read by its longest terms, and without a row that does nothing."""

from __future__ import annotations

import csv

import pytest

from bot.prompt.terms import has_place
from bot.prompt.usual_words import english
from bot.prompt.vocabulary import starter
from bot.safety.ratings import ORDER, highest, is_rating
from bot.safety.text.forms import fold, words_of
from bot.safety.text.lexicon import Lexicon
from bot.safety.text.lists import SAFE, Kind, Mark, _placed_words, real_words, shipped
from bot.safety.text.reviewed import NEVER, reviewed
from tests.bot.safety import corpus

LEXICON = Lexicon(shipped(), real_words(), english().__contains__)
REVIEWED_POSTS = 500


def level(text, lexicon=LEXICON):
    found = [mark.detail for mark in lexicon.read(text) if mark.kind is Kind.LEVEL]
    return highest("safe", *[rating for rating in found if is_rating(rating)])


@pytest.mark.skipif(not corpus.TAG_LIST.exists(), reason="the public tag list is not beside the repository")
def test_every_public_tag_was_reviewed():
    """All general tags of the list with 500 posts or more, and besides them only tags of our own vocabulary."""
    with corpus.TAG_LIST.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if row[1] == "0" and int(row[2]) >= REVIEWED_POSTS]
    public = {row[0] if len(row[0]) <= 3 else row[0].replace("_", " ") for row in rows}
    assert public <= set(reviewed())
    assert set(reviewed()) - public <= {tag.name for tag in starter.read().tags}


def test_our_own_vocabulary_was_reviewed():
    """Every general tag that ships, but for those that have a place of their own in a prompt."""
    assert {tag.name for tag in starter.read().tags if not has_place(tag.name)} <= set(reviewed())


def test_every_tag_is_read_at_its_rating():
    """As it was placed, neither lower nor higher; those that are never drawn hold a word of that list."""
    wrong = []
    for tag, placed in reviewed().items():
        never = Mark(Kind.NEVER) in LEXICON.read(tag)
        if never != (placed.rating == NEVER) or (not never and level(tag) != placed.rating):
            wrong.append((tag, placed.rating, level(tag)))
    assert wrong == []


def test_a_tag_decides_for_the_words_in_it():
    """The longest term counts; one that only overlaps it counts as well."""
    assert level("medium breasts") == level("breast pocket") == level("see-through sleeves") == "safe"
    assert level("naked towel") == "sensitive"
    assert level("a naked man in a naked towel") == "nsfw"
    assert level("medium breasts out") == "nsfw"


def test_what_is_harmless_in_a_sentence_counts_as_a_tag_alone():
    """The facial of a hairdresser, and the tag."""
    assert level("1girl, facial, smile") == "explicit"
    assert level("a facial treatment at the hairdresser") == "safe"


def test_no_row_is_without_effect():
    """Every term beside the reviewed tags and the concepts changes how its own words are read."""
    terms = [term for term in shipped() if term.mark.kind in (Kind.LEVEL, Kind.HARMLESS)]
    by_word = {}
    for term in terms:
        for word in words_of(fold(term.text)):
            by_word.setdefault(word, []).append(term)
    idle = []
    for row in _rows():
        words = words_of(fold(row.text))
        near = {term for word in words for term in by_word[word] if set(words_of(fold(term.text))) <= set(words)}
        unspaced = {term for term in terms if not term.text.isascii() and fold(term.text) in fold(row.text)}
        others = (near | unspaced) - {row}
        if level(row.text, Lexicon(others)) == level(row.text, Lexicon(others | {row})):
            idle.append(row)
    assert idle == []


def _rows():
    return [term for term in _placed_words() if term.mark.kind in (Kind.LEVEL, Kind.HARMLESS)]


HARMLESS = (
    "open clothes, see-through veil, see-through curtains, see-through raincoat, see-through jacket, bikini tan,"
    " see-through shawl, cheek bulge, throat bulge, censored text, censored identity, censored food, crotch kick,"
    " underwear theft, boxers (sport), used tissue, aroused nosebleed, teamwork"
)


@pytest.mark.parametrize("tag", HARMLESS.split(", "))
def test_former_wrong_refusals_are_safe(tag):
    """Tags that hold a listed word and show nothing of it."""
    assert level(tag) == SAFE


@pytest.mark.parametrize(
    ("tag", "least"),
    [
        ("between buttocks", "explicit"),
        ("tentaclejob", "explicit"),
        ("ass smack", "nsfw"),
        ("torso flash", "nsfw"),
        ("futa with male", "explicit"),
        ("smoke censor", "nsfw"),
        ("huge breasts", "sensitive"),
        ("topless male", "sensitive"),
    ],
)
def test_patterns_place_what_the_list_does_not_hold(tag, least):
    """Words that say the same in every tag, below 500 posts too."""
    assert ORDER.index(level(tag)) >= ORDER.index(least)
