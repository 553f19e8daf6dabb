"""The table of concepts in twelve languages, written out: every term with its concept, its language and its mark."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from bot.safety.text.forms import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

LANGUAGES = ("en", "ja", "zh", "ko", "de", "fr", "es", "pt", "it", "ru", "pl", "nl")


class ConceptTerm(NamedTuple):
    """One way to say one thing."""

    concept: str
    mark: str
    """As the section's head says it: ``nsfw``, ``rating explicit``, ``minors`` …, or ``set``."""
    language: str
    text: str
    whole: bool
    """Only where it is all of a tag."""
    made: bool
    """Written out from sets: one of very many."""


@cache
def table() -> tuple[ConceptTerm, ...]:
    """Read the table.

    Raises:
        ValueError: A line is none of the table's.
    """
    cells = list(_cells())
    sets = {(concept, language): _plain(terms) for concept, mark, language, terms in cells if mark == "set"}
    found: dict[tuple[str, str, str], ConceptTerm] = {}
    for concept, mark, language, terms in cells:
        for term in terms:
            made = "{" in term
            for text in _written_out(term, language, sets):
                entry = ConceptTerm(concept, mark, language, text.removeprefix("="), text.startswith("="), made)
                found.setdefault((mark, language, entry.text), entry)
    return tuple(found.values())


@cache
def glue() -> frozenset[str]:
    """Give what is written onto a term without a space: nakedgirl."""
    return frozenset(term.text for term in table() if term.concept == "glue" and len(term.text) > 2)  # noqa: PLR2004  "is" and "in" end too many words


def _cells() -> Iterator[tuple[str, str, str, list[str]]]:
    concept = mark = ""
    for line in (WORDS / "concepts.txt").read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            concept, _, mark = line.removeprefix("[").partition("] ")
            continue
        language, separator, terms = line.partition(": ")
        if language not in LANGUAGES or not separator or not concept:
            raise ValueError(f"concepts.txt: {line[:40]!r} is neither a section nor a language")
        yield concept, mark, language, [term for term in map(str.strip, terms.split(",")) if term]


def _plain(terms: list[str]) -> list[str]:
    return [text for term in terms for text in _with_endings(term)]


def _written_out(term: str, language: str, sets: dict[tuple[str, str], list[str]]) -> Iterator[str]:
    start, brace, rest = term.partition("{")
    if not brace:
        yield from _with_endings(term)
        return
    name, _, end = rest.partition("}")
    for word in sets[name, language]:
        yield from _written_out(start + word + end, language, sets)


def _with_endings(term: str) -> Iterator[str]:
    """Write a term with each of its endings: ``nackt(|e)`` is nackt and nackte."""
    close = term.find(")")
    if close < 0:
        yield " ".join(term.split())
        return
    start = term.rindex("(", 0, close)
    for ending in term[start + 1 : close].split("|"):
        yield from _with_endings(term[:start] + ending + term[close + 1 :])
