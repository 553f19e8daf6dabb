"""What is suggested is what could be asked for, here and now."""

import pytest

from bot.commands.suggestions import fits
from bot.prompt.vocabulary.entry import Entry
from bot.safety.wording import TextFilter

WORDS = TextFilter(None)


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
