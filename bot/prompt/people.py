"""What choosing a character says besides: the tag's own name, where the character is from, and how many they are."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from bot.prompt import terms
from bot.prompt.tags import mentioned

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.prompt.vocabulary.entry import Entry, Kind
    from bot.prompt.vocabulary.vocabulary import Vocabulary
    from bot.request import Options

_SEPARATORS = ";,"
_QUALIFIER = re.compile(r" \(")
_MOST_COUNTED = 5
"""From six on the tag list counts ``6+girls``."""


def fill(options: Options, vocabulary: Vocabulary) -> Options:
    """Write known names as the tag list has them, and give series and subject of the characters where neither is given.

    A count tag among the tags gives the subject too. Where any of the characters is unknown, or their count tag is,
    nobody can say how many they are, and the subject stays open.
    """
    named, characters = _named(options.character or "", vocabulary, ("character", "series"))
    _, series = _named(options.series or "", vocabulary, ("series",))
    people = [entry for entry in named if entry is None or entry.kind == "character"]
    if not series and len(people) == len(named):  # else a pasted prompt has its series among the characters
        series = "; ".join(dict.fromkeys(name for entry in people if entry for name in entry.series))
    subject = options.subject
    if not (subject or "").strip() and not _counted(options):
        subject = _subject(people)
    return msgspec.structs.replace(
        options, subject=subject, character=characters or options.character, series=series or options.series
    )


def _named(text: str, vocabulary: Vocabulary, kinds: Sequence[Kind]) -> tuple[list[Entry | None], str]:
    """Look up the names of a field; give them also written as the tag list has them, unknown ones as typed."""
    names = [name for name in vocabulary.split_names(text, _SEPARATORS) if name]
    found = [vocabulary.entry(name) for name in names]
    known = [entry if entry and entry.kind in kinds else None for entry in found]
    written = (entry.name if entry else name for name, entry in zip(names, known, strict=True))
    return known, "; ".join(written)


def _counted(options: Options) -> bool:
    """Tell whether the tags say how many there are, in a choice of dynamic prompts too."""
    return any(map(terms.is_count, mentioned(f"{options.tags or ''},{options.more_tags or ''}")))


def _subject(people: Sequence[Entry | None]) -> str | None:
    """Count the characters by their count tags; None where one of them is unknown or has none."""
    known = [entry for entry in people if entry]
    several = Counter(entry.count for entry in _different(known))
    if not several or "" in several or len(known) < len(people):
        return None
    return "; ".join(_count_tag(who, several[f"1{who}"]) for who in ("girl", "boy", "other") if several[f"1{who}"])


def _different(people: Sequence[Entry]) -> Iterable[Entry]:
    """Leave out repetitions, and a costume that is named besides the one who wears it."""
    names = {entry.name for entry in people}
    for entry in dict.fromkeys(people):
        if not any(entry.name[: found.start()] in names for found in _QUALIFIER.finditer(entry.name)):
            yield entry


def _count_tag(who: str, several: int) -> str:
    if several == 1:
        return f"1{who}"
    return f"{several}{who}s" if several <= _MOST_COUNTED else f"{_MOST_COUNTED + 1}+{who}s"
