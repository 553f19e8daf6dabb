"""The table of concepts, every term of it dressed up in every way that its script allows."""

from __future__ import annotations

import unicodedata
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from bot.safety.ratings import ORDER, exceeds, highest, is_rating
from bot.safety.text.concepts import ConceptTerm, table
from bot.safety.text.forms import other_scripts
from bot.safety.text.lists import Kind, real_words
from bot.safety.text.reviewed import reviewed
from tests.bot.safety import disguises

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from bot.config import Rating
    from bot.safety.text.lists import Mark

WIDTHS = ("plain", "upper case", "capital", "alternating case")
EVERY_SCRIPT = (
    *WIDTHS,
    "zero width spaces",
    "zero width joiners",
    "soft hyphens",
    "word joiners",
    "byte order mark",
    "variation selectors",
    "tag characters",
    "right to left marks",
    "struck through",
    "in quotes",
    "shouted",
    "qualifying",
)
LETTERS_APART = ("spaced", "dots", "hyphens", "underscores", "slashes", "commas")
LATIN = ("full width", "bold", "dotted above", "half Cyrillic", "Cyrillic", "small capitals", "with a possessive")
DIGITS = ("with digits", "one digit")
MAX_I = 3
"""Digits that may be two letters, in one word: more have more readings than are read."""


class Disguised(NamedTuple):
    term: ConceptTerm
    disguise: str
    text: str
    """A whole prompt."""


def terms() -> list[ConceptTerm]:
    """Give every term of the table that marks a text."""
    return [term for term in table() if term.mark != "set"]


def every() -> Iterator[Disguised]:
    """Dress up every term, alone and among other tags."""
    for term in terms():
        for name in _fitting(term):
            text = disguises.SPELLINGS[name](_bare(term.text) if name in (*LATIN, *DIGITS) else term.text)
            if "BREAK" not in text.split():  # that is a section's end to the model, and no word
                yield Disguised(term, name, text if name == "commas" else f"1girl, {text}, smile")


def sample(size: int, seed: int) -> list[Disguised]:
    return Random(seed).sample(list(every()), size)


def holds(marks: Collection[Mark], term: ConceptTerm) -> bool:
    """Tell whether what was found of a term is what its section says, or more."""
    said, _, rating = term.mark.partition(" ")
    if is_rating(said):
        placed = reviewed().get(term.text)
        least: Rating = placed.rating if placed and is_rating(placed.rating) else said
        found: list[Rating] = [mark.detail for mark in marks if mark.kind is Kind.LEVEL and is_rating(mark.detail)]
        return not exceeds(least, highest(ORDER[0], *found))
    kind = Kind.RATING if said == "rating" else Kind(said)
    return any(mark.kind is kind and mark.detail == rating for mark in marks)


def _fitting(term: ConceptTerm) -> Iterator[str]:
    if term.mark in ("undress", "underclothes", "grown"):
        yield from WIDTHS
        return
    whole = term.whole or term.text in reviewed()
    yield from (name for name in EVERY_SCRIPT if not (whole and name == "qualifying"))
    bare = _bare(term.text)
    if bare.isascii() and bare not in real_words():
        if all(word.isalpha() for word in bare.split()) and not term.whole:
            yield from (name for name in LATIN if "Cyrillic" not in name or not _is_russian(bare))
            if all(map(_readable, bare.split())):
                yield from DIGITS
        elif bare.replace(" ", "").isalpha():
            yield from ("full width", "bold")
    one_word = term.text.isalpha() and not whole and "ß" not in term.text
    if one_word and len(term.text) >= (3 if term.text.isascii() or term.language not in ("ja", "zh", "ko") else 2):
        yield from LETTERS_APART


def _is_russian(text: str) -> bool:
    """Tell whether one of the words is a usual Russian word in Cyrillic letters."""
    return any(word.translate(disguises.CYRILLIC) in other_scripts() for word in text.split())


def _readable(word: str) -> bool:
    """Tell whether a word with digits for letters is still read as a word: not all digits, and not in too many ways."""
    return bool(set(word) - set("oieas")) and word.count("i") <= MAX_I and not (len(word) == 2 and word[0] in "oieas")


def _bare(text: str) -> str:
    parts = unicodedata.normalize("NFD", text.casefold())
    return "".join(part for part in parts if unicodedata.category(part) != "Mn")
