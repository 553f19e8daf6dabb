"""What people usually say is not refused: the frequent words of twelve languages, and lists of harmless tags."""

from __future__ import annotations

import csv
from random import Random

import pytest

from bot.safety.gate import judge
from bot.safety.gate_question import GateQuestion
from bot.safety.text.concepts import LANGUAGES
from bot.safety.text.reviewed import reviewed
from tests.bot.safety import corpus, usual_words

STEP = 4
"""Every fourth word; `make sweep` asks for all of them."""
LISTS = 300
TAGS_IN_A_LIST = 14
POPULAR = 2_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_usual_word_is_refused_at_safe(language):
    """But for those of the tables, of which there are few."""
    refused = usual_words.refused(language, STEP)
    assert refused.others == ()
    assert len(refused.listed) <= usual_words.MOST_REFUSED


def popular_lists(number):
    """Random lists of the most used tags that the table places at safe."""
    with corpus.TAG_LIST.open(encoding="utf-8", newline="") as file:
        names = [row[0].replace("_", " ") if len(row[0]) > 3 else row[0] for row in csv.reader(file) if row[1] == "0"]
    popular = [name for name in names if name in reviewed() and reviewed()[name].rating == "safe"][:POPULAR]
    harmless = [name for name in popular if not corpus.minor(name)]
    random = Random(14)
    return [", ".join(random.sample(harmless, TAGS_IN_A_LIST)) for _ in range(number)]


@pytest.mark.skipif(not corpus.TAG_LIST.exists(), reason="the public tag list is not beside the repository")
@pytest.mark.parametrize("rating", ["safe", "sensitive"])
def test_lists_of_harmless_tags_are_drawn(rating):
    """Tags that are fine alone are fine together."""
    refused = [
        (verdict.rule, typed) for typed in popular_lists(LISTS) if not (verdict := verdict_of(rating, typed)).allowed
    ]
    assert refused == []


def verdict_of(rating, typed):
    """Ask in a place that allows everything and where pictures are rated."""
    asked = GateQuestion(rating=rating, prompt=f"1girl, {rating}, {typed}", typed=typed)
    return judge(usual_words.SITUATION, asked, corpus.words())
