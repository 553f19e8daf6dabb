"""Above safe, names of people that no list has are closed by default, and everyday requests are open."""

from __future__ import annotations

import pytest

from bot.prompt.usual_words import english
from tests.bot.safety import corpus, everyday
from tests.bot.safety.test_usual_words import popular_lists, verdict_of

NAMES = 2_000
LISTS = 200
MOST_REFUSED = 0.05
"""Of everyday requests at sensitive."""


def drawn_names():
    """Those that are drawn at sensitive, apart by whether all of their words are ordinary ones."""
    leaks, ordinary = [], []
    for given, family in everyday.names(NAMES):
        if verdict_of("sensitive", f"1girl, {given} {family}, smile").allowed:
            of_words = english().issuperset((given.lower(), family.lower()))
            (ordinary if of_words else leaks).append(f"{given} {family}")
    return leaks, ordinary


def refused_requests():
    """Everyday requests, and of each rating those that are refused."""
    requests = [*everyday.SENTENCES, *popular_lists(LISTS)]
    return requests, {
        rating: [text for text in requests if not verdict_of(rating, text).allowed] for rating in ("safe", "sensitive")
    }


def test_names_that_no_list_has_are_not_drawn_above_safe():
    """But for those made of ordinary words alone."""
    leaks, ordinary = drawn_names()
    assert leaks == []
    assert len(ordinary) < NAMES * 0.05


@pytest.mark.parametrize("name", ["will smith", "tom cruise", "cruise tom", "Bill Gates", "jack black", "Frank Ocean"])
def test_the_best_known_of_ordinary_words_are_listed(name):
    """In both orders."""
    assert verdict_of("sensitive", f"1boy, {name}").rule == "people"


@pytest.mark.skipif(not corpus.TAG_LIST.exists(), reason="the public tag list is not beside the repository")
def test_everyday_requests_are_drawn():
    """All of them at safe, nearly all of them at sensitive."""
    requests, refused = refused_requests()
    assert refused["safe"] == []
    assert len(refused["sensitive"]) <= MOST_REFUSED * len(requests), refused["sensitive"]
