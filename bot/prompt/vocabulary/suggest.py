"""What to offer while somebody types into an option: at most 25 choices, the likeliest first."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from bot.prompt.vocabulary.labels import DOT, label
from bot.prompt.vocabulary.spelling import is_symbol, spell, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bot.prompt.vocabulary.entry import Entry, Kind
    from bot.prompt.vocabulary.vocabulary import Vocabulary

Field = Literal["subject", "character", "series", "tags", "more_tags", "negative"]

MAX_CHOICES = 25
MAX_CHARS = 100
"""Of a choice's name and of its value; both numbers are Discord's limits for an autocomplete answer."""

MAX_TYPED = 500
"""Of an option so far: a line that is longer has no completion of a hundred characters, whatever labels stand in it."""

SURE_CHOICES = 10
"""Places that something with a slip never takes from something typed right."""

SLIP_ODDS = 100
"""How much rarer than what has a slip an entry must be to give up its place. Measured over the public lists: at 10
one slip in a hundred more is forgiven, but some of the many famous characters called Sakura are no longer offered."""

MAX_EXAMINED = 500
"""Entries looked at before a place that allows hardly anything has nothing to offer: some milliseconds."""

MAX_WORDS = 12
"""Of what is being typed; whatever has that many words in common is the one that is meant."""

SEPARATORS: dict[Field, str] = {"subject": ";,", "character": ";", "series": ";,"}
"""What stands between several names in one option; the other options hold tags, between commas."""

_KINDS: dict[Field, tuple[Kind, ...]] = {
    "character": ("character",),
    "series": ("series",),
    "tags": ("general", "series", "character", "species"),
    "more_tags": ("general", "series", "character", "species"),
    "negative": ("general", "species"),
}
_TAG_FIELDS: tuple[Field, ...] = ("tags", "more_tags", "negative")
_OPENING = re.compile(r"[\s(\[]*")


class Choice(Struct, frozen=True):
    name: str
    """As a person reads it."""
    value: str
    """As the option takes it: spelled with spaces, without escapes."""


def everything(_: Entry) -> bool:
    """Allow every entry."""
    return True


def suggest(
    vocabulary: Vocabulary, field: Field, text: str, allowed: Callable[[Entry], bool] = everything
) -> list[Choice]:
    """Complete the last tag or name of an option and keep what stands before it; at most 25 choices.

    What would be longer than Discord takes is not offered, never cut; neither is what stands there already, what
    `allowed` refuses, or a real person.
    """
    if len(text) > MAX_TYPED:
        return []
    if field in _TAG_FIELDS:
        before, last = _last_tag(text)
        kept = before = _spaced(before)
        used = {spell(tag) for tag in re.split(r"[,\n]", before)}
    else:
        *done, last = vocabulary.split_names(text, SEPARATORS[field])
        before = _spaced(text.rstrip().removesuffix(last))
        known = [(name, vocabulary.entry(name)) for name in done]
        used = {entry.name for _, entry in known if entry}
        kept = before
        if DOT in before:  # labels of choices picked before, which only a person reads
            kept = "".join(f"{entry.name if entry and DOT in name else name}; " for name, entry in known)
    room = MAX_CHARS - len(kept)
    if room <= 0 or len(last) > MAX_CHARS:
        return []

    def fits(entry: Entry) -> bool:
        return len(entry.name) <= room and entry.name not in used and not entry.real_person and allowed(entry)

    if field == "subject":
        entries = list(islice(filter(fits, _subjects(vocabulary, last)), MAX_CHOICES))
    else:
        exact = filter(fits, islice(_exact(vocabulary, _KINDS[field], last), MAX_EXAMINED))
        slipped = filter(fits, islice(vocabulary.search_slipped(_KINDS[field], _typed(last)), MAX_EXAMINED))
        entries = _likeliest(list(islice(exact, MAX_CHOICES)), slipped)
    if field in _TAG_FIELDS:
        # Somebody who picks one goes on typing behind its name, so that name has to be the line itself.
        return [Choice(kept + entry.name, kept + entry.name) for entry in entries]
    return list(_named(vocabulary, before, kept, entries))


def _spaced(before: str) -> str:
    return f"{before} " if before.endswith((",", ";")) else before


def _likeliest(exact: list[Entry], slipped: Iterator[Entry]) -> list[Entry]:
    """Put what has a slip behind what has none: in free places, and in the last ones of much rarer entries."""
    typed = {entry.name for entry in exact}
    behind: list[Entry] = []
    for entry in slipped:
        if entry.name in typed:
            continue
        if len(exact) + len(behind) == MAX_CHOICES:
            rarest = min(exact[SURE_CHOICES:], key=lambda other: other.posts, default=None)
            if rarest is None or rarest.posts * SLIP_ODDS > entry.posts:
                break
            exact.remove(rarest)
        behind.append(entry)
    return exact + behind


def _last_tag(text: str) -> tuple[str, str]:
    """Part the tag that is being typed from what stands before it, opened brackets and ``{red|`` included."""
    marks = ",\n{|" if text.rfind("{") > text.rfind("}") else ",\n"
    start = 1 + max(text.rfind(mark) for mark in marks)
    if opening := _OPENING.match(text, start):
        start = opening.end()
    return text[:start], text[start:]


def _exact(vocabulary: Vocabulary, kinds: tuple[Kind, ...], typed: str) -> Iterator[Entry]:
    spelled, typed_words = spell(typed), _typed(typed)
    if is_symbol(spelled):  # or the start of a name with marks in it: k-, of k-on!
        symbols = vocabulary.search(kinds, [spelled])
        if first := next(symbols, None):
            yield first
            yield from symbols
            return
    if typed_words or not spelled:
        yield from vocabulary.search(kinds, typed_words)


def _typed(text: str) -> list[str]:
    return list(dict.fromkeys(words(text)[:MAX_WORDS]))


def _subjects(vocabulary: Vocabulary, typed: str) -> Iterator[Entry]:
    """Give the count tags that the typed words start words of, in the order of their group."""
    typed_words = words(typed)
    for name in vocabulary.groups["subject"]:
        if entry := vocabulary.entry(name):
            has = words(" ".join((name, *vocabulary.aliases(name))))
            if all(any(word.startswith(start) for word in has) for start in typed_words):
                yield entry


def _named(vocabulary: Vocabulary, before: str, kept: str, entries: Iterable[Entry]) -> Iterator[Choice]:
    shown: set[str] = set()
    for entry in entries:
        name = before + label(entry, vocabulary.canonical)
        if len(name) > MAX_CHARS or name in shown:  # the tag itself fits, and is nobody else's
            name = kept + entry.name
        shown.add(name)
        yield Choice(name, kept + entry.name)
