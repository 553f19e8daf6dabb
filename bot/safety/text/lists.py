"""The word lists as they ship: terms, and what a text that holds one is marked with."""

from __future__ import annotations

import csv
from enum import Enum
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from bot.safety.ratings import is_rating
from bot.safety.text.concepts import table
from bot.safety.text.forms import WORDS, fold, words_of
from bot.safety.text.people import names
from bot.safety.text.reviewed import NEVER, reviewed

if TYPE_CHECKING:
    from collections.abc import Iterator


class Kind(Enum):
    """What a term is refused as; `the gate` decides where and at which rating."""

    NEVER = "never"
    MINORS = "minors"
    YOUTHFUL = "youthful"
    YOUTHFUL_PART = "one of several terms that are youthful together"
    GROWN = "grown"
    UNDRESS = "undress"
    UNDERCLOTHES = "underclothes"
    PEOPLE = "people"
    LEVEL = "a tag that belongs to a rating"
    RATING = "a word that asks for a rating"
    DENIED = "denied by the operator or the server"
    HARMLESS = "a phrase whose words are not read one by one"

    __hash__ = object.__hash__  # there is one of each, and every verdict asks some sets of them


class Mark(NamedTuple):
    """What was found in a text; never the words themselves, which no answer may echo."""

    kind: Kind
    detail: str = ""
    """The rating of LEVEL and RATING, the term of YOUTHFUL_PART; of HARMLESS, `SAFE` where only a rating is meant."""
    likeness: bool = False
    """Found only because it looks like the term: one letter off, stretched, or put together from pieces."""


SAFE = "safe"
"""The detail of a phrase that the table places at safe: the ratings of the words in it do not count."""


class Term(NamedTuple):
    text: str
    mark: Mark
    whole: bool = False
    """Only where it is all of a tag."""
    as_written: bool = False
    """Neither joined from pieces nor mistyped."""
    apart: bool = False
    """Where it has a space anything may stand that is no letter, or nothing: in scripts that write no spaces, too."""


_FILES = {
    "never.txt": Kind.NEVER,
    "minors.txt": Kind.MINORS,
    "youthful.txt": Kind.YOUTHFUL,
    "grown.txt": Kind.GROWN,
    "undress.txt": Kind.UNDRESS,
    "underclothes.txt": Kind.UNDERCLOTHES,
    "people.txt": Kind.PEOPLE,
    "harmless.txt": Kind.HARMLESS,
}
_TABLES = {"ratings.csv": Kind.LEVEL, "rating_words.csv": Kind.RATING}


@cache
def shipped() -> tuple[Term, ...]:
    """Read every list; the combinations are in `combinations`."""
    return tuple(_shipped())


@cache
def combinations() -> tuple[frozenset[Mark], ...]:
    """Give the marks that are YOUTHFUL together."""
    return tuple(
        frozenset(Mark(Kind.YOUTHFUL_PART, part) for part in _parts(line))
        for line in _lines("youthful.txt")
        if "+" in line
    )


@cache
def real_words() -> frozenset[str]:
    """Read the words and word pairs that are one letter, or one space, away from a term and mean something else."""
    return frozenset(_lines("real_words.txt"))


@cache
def usual_negative() -> frozenset[str]:
    """Read what is known in a negative prompt although it is no tag."""
    return frozenset(_lines("usual_negative.txt"))


def _shipped() -> Iterator[Term]:
    for file, kind in _FILES.items():
        for line in _lines(file):
            if "+" in line:
                yield from (Term(part, Mark(Kind.YOUTHFUL_PART, part)) for part in _parts(line))
            else:
                yield Term(line.removeprefix("="), Mark(kind), whole=line.startswith("="))
    placed = [*_placed_tags(), *_placed_words(), *_concepts()]
    yield from placed
    yield from _placed_safe({words_of(fold(term.text)) for term in placed if term.mark.kind is Kind.LEVEL})
    yield from (Term(name.text, Mark(Kind.PEOPLE), apart=True) for name in names())
    stems, *others = _lines("never_glued.txt")
    for stem, other in product(stems.split(), others):
        yield from (Term(glued, Mark(Kind.NEVER), as_written=True) for glued in (stem + other, other + stem))


def _placed_words() -> Iterator[Term]:
    for file, kind in _TABLES.items():
        for term, rating in list(csv.reader(_lines(file)))[1:]:
            if not is_rating(rating):
                raise ValueError(f"{file}: {term!r} has no rating: {rating!r}")
            mark = Mark(Kind.HARMLESS, SAFE) if rating == SAFE else Mark(kind, rating)
            yield Term(term.removeprefix("="), mark, whole=term.startswith("="))


def _placed_tags() -> Iterator[Term]:
    """Give the reviewed tags above safe; those that are never drawn are found by the words in them."""
    for tag, placed in reviewed().items():
        if placed.rating not in (SAFE, NEVER):
            yield Term(tag, Mark(Kind.LEVEL, placed.rating), whole=placed.whole)


def _placed_safe(above: set[tuple[str, ...]]) -> Iterator[Term]:
    """Give the reviewed tags at safe that hold words of a higher rating: medium breasts."""
    longest = max(map(len, above))
    for tag, placed in reviewed().items():
        words = words_of(fold(tag))
        inner = (words[at : at + length] for length in range(1, longest + 1) for at in range(len(words) - length + 1))
        if placed.rating == SAFE and any(part in above for part in inner):
            yield Term(tag, Mark(Kind.HARMLESS, SAFE))


def _concepts() -> Iterator[Term]:
    """Give the table of concepts; the same word in several languages is one term."""
    given: set[tuple[str, Mark, bool]] = set()
    for term in table():
        if term.mark == "set":
            continue
        said, _, rating = term.mark.partition(" ")
        if is_rating(said):
            mark = Mark(Kind.LEVEL, said)
        else:
            mark = Mark(Kind(said), rating) if said != "rating" else Mark(Kind.RATING, rating)
        if mark.kind is Kind.LEVEL and term.text in reviewed():
            continue  # somebody placed that very tag
        key = (term.text.casefold(), mark, term.whole)
        if key not in given:
            given.add(key)
            yield Term(term.text, mark, whole=term.whole, as_written=term.made or term.language != "en")


def _lines(file: str) -> list[str]:
    lines = (WORDS / file).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _parts(line: str) -> list[str]:
    return [part.strip() for part in line.split("+")]
