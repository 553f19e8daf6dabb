"""What is suggested is what could be asked for, here and now."""

import time
from functools import partial
from pathlib import Path

import pytest

from bot.commands.suggestions import fits
from bot.prompt.vocabulary import starter, store
from bot.prompt.vocabulary.entry import Entry
from bot.prompt.vocabulary.suggest import suggest
from bot.safety.text.concepts import glue
from bot.safety.text.lexicon import Lexicon
from bot.safety.text.lists import real_words, shipped
from bot.safety.wording import TextFilter

WORDS = TextFilter(None)
MOST_TIMES = 2.5
"""What a suggestion that asks the gate takes, in suggestions that ask nobody. The second took 1.9 ms of the 3 ms that
both may in the worst of a hundred, as `make bench` measured them."""
TYPED = (
    "sm",
    "long h",
    "b",
    "na",
    "hatsu",
    "blue",
    "s",
    "school",
    "open",
    "bik",
    "under",
    "looking at v",
    "fate",
    "th",
)


def entry(name, **marks):
    return Entry(**{"name": name, "kind": "general", "posts": 1} | marks)


@pytest.mark.parametrize(
    ("offered", "asked", "drawn", "expected"),
    [
        (entry("smile"), "safe", "safe", True),
        (entry("bikini"), "safe", "safe", False),
        (entry("bikini"), "sensitive", "sensitive", True),
        (entry("bikini"), "sensitive", "safe", False),
        (entry("somebody", kind="character", child=True), "safe", "safe", True),
        (entry("somebody", kind="character", child=True), "sensitive", "sensitive", False),
        (entry("somebody", kind="character", child=True), "sensitive", "safe", False),
        (entry("somebody", kind="character", real_person=True), "safe", "safe", False),
    ],
)
def test_nothing_is_offered_that_would_be_refused(offered, asked, drawn, expected):
    """Neither over what is asked for, nor over what the place draws of it, nor whom that rating may not show."""
    assert fits(WORDS, asked, drawn, offered) is expected


def test_a_tag_of_the_vocabulary_is_read_the_same_the_short_way():
    """Nothing is looked for that its words could be misspelt for."""
    vocabulary = store.load(Path("nothing imported"))
    lexicon = Lexicon(shipped(), real_words(), vocabulary.knows_word, glue=glue())
    known = starter.read()
    names = [one.name for one in (*known.tags, *known.characters, *known.series)]
    assert [name for name in names if lexicon.read_known(name) != lexicon.read(name)] == []


def test_to_ask_the_gate_takes_little_beside_the_suggestions_themselves():
    """In one run, so that it holds on any machine; what was met before is not read again."""
    vocabulary = store.load(Path("nothing imported"))
    words = TextFilter(vocabulary)

    def seconds(*allowed):
        start = time.thread_time()
        for typed in TYPED:
            for field in ("prompt", "character", "series"):
                suggest(vocabulary, field, typed, *allowed)
        return time.thread_time() - start

    asking = partial(fits, words, "sensitive", "safe")
    seconds(asking)
    times = min(seconds(asking) / seconds() for _ in range(5))
    assert times <= MOST_TIMES
