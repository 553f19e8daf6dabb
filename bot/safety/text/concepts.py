"""The table of concepts in twelve languages, written out: every term with its concept, its language and its mark."""

from __future__ import annotations

import re
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from bot.safety.text.forms import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

LANGUAGES = ("en", "ja", "zh", "ko", "de", "fr", "es", "pt", "it", "ru", "pl", "nl")

_SECTION = re.compile(r"\[([^\]]+)\] (.+)")
_ENDINGS = re.compile(r"\(([^()]*)\)")
_SET = re.compile(r"\{([^{}]*)\}")


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
        if section := _SECTION.fullmatch(line):
            concept, mark = section[1], section[2]
            continue
        language, separator, terms = line.partition(": ")
        if language not in LANGUAGES or not separator or not concept:
            raise ValueError(f"concepts.txt: {line[:40]!r} is neither a section nor a language")
        yield concept, mark, language, [term for term in map(str.strip, terms.split(",")) if term]


def _plain(terms: list[str]) -> list[str]:
    return [text for term in terms for text in _with_endings(term)]


def _written_out(term: str, language: str, sets: dict[tuple[str, str], list[str]]) -> Iterator[str]:
    names = _SET.findall(term)
    for chosen in product(*[sets[name, language] for name in names]):
        words = iter(chosen)
        yield from _with_endings(_SET.sub(lambda _found, words=words: next(words), term))


def _with_endings(term: str) -> Iterator[str]:
    """Write a term with each of its endings: ``nackt(|e)`` is nackt and nackte."""
    found = _ENDINGS.search(term)
    if found is None:
        yield " ".join(term.split())
        return
    for ending in found[1].split("|"):
        yield from _with_endings(term[: found.start()] + ending + term[found.end() :])
