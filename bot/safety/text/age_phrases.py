"""Phrases that make an age of a number, in twelve languages; read only where a text has a number."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, get_args

from bot.safety.text.forms import WORDS, fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Said: TypeAlias = Literal["age", "under", "birthday", "school", "born"]
"""What a phrase says of its number."""

SECTIONS: Mapping[str, Said] = {said: said for said in get_args(Said)}

_END = re.compile(
    r"(?<!\s)\s*+(?:$|[.,;:!?()\[\]、。]|(?:and|but|with|or|so|now|today|who|in|old|yet|y|und|mit|et|avec|con|e|com|ed|и|с|i|z"
    r"|en|met|ans|años|anos|anni|jahre?|лет|lat|jaar)\b|[가-힣\u3040-\u9fff])"
)
"""What may stand behind a number that ends a statement: she is five feet tall says no age."""
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_MOST_WORDS = 6
"""Of one side of a phrase."""
_MOST_NUMBERS = 200
"""In one tag; who writes more hides one among them."""
_AROUND = 48
"""Characters on one side of a number that are looked at; the longest phrase has fewer."""
_LEADING = ' ([{"“”*~'


class _Phrases(NamedTuple):
    """The phrases by what stands before their number, as words or as characters of a script without spaces."""

    ending: Mapping[str, Said]
    inside: Mapping[str, tuple[tuple[str, str, Said], ...]]
    """By the first character behind the number: what stands behind it, before it, and what that says."""


def phrases_of(text: str, number: re.Pattern[str]) -> Iterator[tuple[Said, str]]:
    """Find the numbers that phrases make ages of.

    Args:
        text: Folded, without marks or with them.
        number: The pattern of a number, in one group.
    """
    for count, match in enumerate(number.finditer(text)):
        if count == _MOST_NUMBERS:
            yield "school", "1"
            return
        before = frozenset(_before(text[max(0, match.start() - _AROUND) : match.start()]))
        if _END.match(text, match.end()):
            for key in before:
                if said := _phrases().ending.get(key):
                    yield said, match[1]
        behind = _plain(text[match.end() : match.end() + _AROUND])
        for after, needed, said in _phrases().inside.get(behind[:1], ()):
            if (not needed or needed in before) and _starts(behind, after):
                yield said, match[1]


def _before(text: str) -> Iterator[str]:
    """Give everything that a phrase may have before its number, from one word or character on."""
    words = _plain(text).split()[-_MOST_WORDS:]
    for start in range(len(words)):
        yield " ".join(words[start:]).lstrip(_LEADING)
    tight = "".join(words)
    if not tight.isascii():
        yield from (tight[-length:] for length in range(1, min(len(tight), 2 * _MOST_WORDS) + 1))


def _starts(text: str, phrase: str) -> bool:
    return text.startswith(phrase) and not (phrase[-1].isascii() and text[len(phrase) : len(phrase) + 1].isalpha())


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("'", "").replace("’", ""))


@cache
def _phrases() -> _Phrases:
    ending: dict[str, Said] = {}
    inside: defaultdict[str, list[tuple[str, str, Said]]] = defaultdict(list)
    for said, _, phrase in table():
        before, after = (_plain(part) for part in fold(phrase).split("<n>"))
        before = before.replace(" ", "") if _UNSPACED.search(before) else before.strip()
        if not after.strip():
            ending[before] = said
            continue
        for spelled in {after, after.lstrip(), f" {after.lstrip()}"} if _UNSPACED.search(after) else {after}:
            inside[spelled[:1]].append((spelled, before, said))
    return _Phrases(ending, {start: tuple(found) for start, found in inside.items()})


@cache
def table() -> tuple[tuple[Said, str, str], ...]:
    """Read the file: what is said, in which language, by which phrase.

    Raises:
        ValueError: A line is none of the table's.
    """
    said: Said | None = None
    found: list[tuple[Said, str, str]] = []
    for line in (WORDS / "age_phrases.txt").read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            said = SECTIONS[line.strip("[]")]
            continue
        language, _, phrases = line.partition(": ")
        if said is None or not phrases:
            raise ValueError(f"age_phrases.txt: {line[:40]!r} is neither a section nor a language")
        for phrase in filter(None, map(str.strip, phrases.split(";"))):
            if phrase.count("<n>") != 1:
                raise ValueError(f"age_phrases.txt: {phrase!r} has no number, or two")
            found.append((said, language, phrase))
    return tuple(found)
