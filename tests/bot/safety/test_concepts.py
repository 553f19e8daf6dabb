"""The table of concepts in twelve languages: every cell is found, in every disguise that its script allows."""

from __future__ import annotations

from collections import defaultdict

import pytest

from bot.safety.text.concepts import LANGUAGES, glue, table
from bot.safety.text.lexicon import Lexicon
from bot.safety.text.lists import real_words, shipped
from bot.safety.text.reviewed import reviewed
from engine.grammar import plain_text
from tests.bot.safety import concept_disguises

LEXICON = Lexicon(shipped(), real_words(), glue=glue())
TRIED = 2_500
"""Disguises; `make sweep` tries fifty thousand."""

CELLS = defaultdict(list)
for one in concept_disguises.terms():
    CELLS[one.concept, one.language].append(one)
CONCEPTS = sorted({concept for concept, _ in CELLS})


@pytest.mark.parametrize("cell", CELLS, ids="-".join)
def test_a_cell_is_found(cell):
    """Every term, alone and, where it is not a whole tag, in a sentence."""
    missed = [term.text for term in CELLS[cell] if not concept_disguises.holds(LEXICON.read(term.text), term)]
    phrases = [term for term in CELLS[cell] if not term.whole and not term.made and term.text not in reviewed()]
    said = [(term, f"1girl, a picture of {term.text} , smile") for term in phrases]
    missed += [text for term, text in said if not concept_disguises.holds(LEXICON.read(text), term)]
    assert missed == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_cell_is_empty(language):
    """Every concept has a word in every language."""
    assert [concept for concept in CONCEPTS if not CELLS.get((concept, language))] == []


def test_no_disguise_hides_a_term():
    """Nor would any of the hundreds of thousands that `make sweep` draws from."""
    leaks = [
        (found.disguise, found.text)
        for found in concept_disguises.sample(TRIED, seed=16)
        if not concept_disguises.holds(LEXICON.read(plain_text(found.text)), found.term)
    ]
    assert leaks == []


@pytest.mark.parametrize(
    "text", ["nakedgirl", "girlnaked", "nudewoman", "sexscene", "Nacktbild", "nacktfrau", "bignipples"]
)
def test_joined_words_are_read_apart(text):
    """A term and another word without a space."""
    assert concept_disguises.holds(LEXICON.read(text), next(term for term in table() if term.concept == "bare chest"))
