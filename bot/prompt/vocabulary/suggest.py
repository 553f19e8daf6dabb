"""What to offer while somebody types into an option: at most 25 choices, the likeliest first."""

from __future__ import annotations

import re
from itertools import chain, islice
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from bot.prompt.vocabulary.labels import DOT, label
from bot.prompt.vocabulary.spelling import is_symbol, spell, words

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from bot.prompt.vocabulary.entry import Entry, Kind
    from bot.prompt.vocabulary.vocabulary import Vocabulary

Field = Literal["prompt", "subject", "character", "series", "more_tags", "negative"]

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
    "prompt": ("general", "series", "character", "species"),
    "more_tags": ("general", "series", "character", "species"),
    "negative": ("general", "species"),
}
_TAG_FIELDS: tuple[Field, ...] = ("prompt", "more_tags", "negative")

BEGIN_FIRST = 3
"""Tags that begin with what is typed, and stand before more usual ones that only have it in them."""

SENTENCE_WORDS = (3, 2, 1)
"""How many words at the end of a sentence may be the beginning of a tag."""

_WORDS_OF_A_SENTENCE = 3
"""From so many on words in any order are no tag."""

_MAX_TAG_WORDS = 5
"""Hardly any tag has more: what is longer is not looked up as one."""

MAX_IN_SENTENCE = 60
"""Entries looked at for each of these."""

_SHORTEST = 2
"""Letters at the end of a sentence that are completed."""

_SMALL = frozenset(("a", "an", "and", "at", "by", "for", "from", "in", "is", "of", "on", "or", "the", "to", "with"))
"""Words of a sentence that begin no tag that anybody means."""
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
    vocabulary: Vocabulary,
    field: Field,
    text: str,
    allowed: Callable[[Entry], bool] = everything,
    usual: Sequence[str] = (),
) -> list[Choice]:
    """Complete the last tag or name of an option and keep what stands before it; at most 25 choices.

    What would be longer than Discord takes is not offered, never cut; neither is what stands there already, what
    `allowed` refuses, or a real person.

    The first choice of a prompt is the prompt as it is typed, so that whoever takes the first one loses nothing. In a
    sentence of it the last words are completed; where it is too long to be a choice, nothing is offered.

    Args:
        vocabulary: What is known.
        field: The option.
        text: What stands in it so far.
        allowed: Whether a tag may be offered.
        usual: What people want most in this option; of it what begins so is offered first.
    """
    if len(text) > (MAX_CHARS if field == "prompt" else MAX_TYPED):
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
        return _lines(text, ()) if field == "prompt" else []

    def fits(entry: Entry) -> bool:
        return len(entry.name) <= room and entry.name not in used and not entry.real_person and allowed(entry)

    if field == "subject":
        entries = list(islice(filter(fits, _subjects(vocabulary, last)), MAX_CHOICES))
    else:
        tried = "" if field == "prompt" and len(last.split()) > _MAX_TAG_WORDS else last
        found = _exact(vocabulary, _KINDS[field], tried) if tried or not last else ()
        exact = list(islice(filter(fits, islice(found, MAX_EXAMINED)), MAX_CHOICES))
        if field == "prompt" and _is_sentence(last, exact):
            completed = _in_sentence(vocabulary, text, last, used, allowed)
            return _lines(text, chain(completed, (kept + entry.name for entry in exact)))
        slipped = filter(fits, islice(vocabulary.search_slipped(_KINDS[field], _typed(last)), MAX_EXAMINED))
        entries = _likeliest(exact, slipped)
    if field in _TAG_FIELDS:
        begun = [name for name in usual if name.startswith(spell(last)) and name not in used and len(name) <= room]
        names = (*begun, *(entry.name for entry in _begun_first(entries, last)))
        # Somebody who picks one goes on typing behind its name, so that name has to be the line itself.
        return _lines(text if field == "prompt" else "", (kept + name for name in names))
    return list(_named(vocabulary, before, kept, entries))


def _lines(typed: str, completed: Iterable[str]) -> list[Choice]:
    """Offer lines, what is typed before all; it is left out where it is blank, which Discord takes for no choice."""
    lines: dict[str, str] = {}
    for line in chain((typed,) if typed.strip() else (), completed):
        lines.setdefault(" ".join(line.split()), line)  # what differs by a space alone is read as the same
        if len(lines) == MAX_CHOICES:
            break
    return [Choice(line, line) for line in lines.values()]


def _begun_first(entries: Sequence[Entry], typed: str) -> Iterable[Entry]:
    """Put the likeliest tags that begin so before those that only have a word that does."""
    spelled = spell(typed)
    first = list(islice((e for e in entries if e.name.startswith(spelled)), BEGIN_FIRST)) if spelled else []
    return (*first, *(entry for entry in entries if entry not in first))


def _is_sentence(last: str, exact: Sequence[Entry]) -> bool:
    """Tell whether what is being typed is no tag: nothing has its words, or it is long and nothing begins so."""
    typed = len(last.split())
    if typed < _WORDS_OF_A_SENTENCE:
        return typed > 1 and not exact
    spelled = spell(last)
    return not any(entry.name.startswith(spelled) for entry in exact)


def _in_sentence(
    vocabulary: Vocabulary, text: str, last: str, used: Collection[str], allowed: Callable[[Entry], bool]
) -> Iterator[str]:
    """Complete the last words of a sentence by the tags that begin with them, and keep the words before."""
    starts = [found.start() for found in re.finditer(r"\S+", last)]
    for length in SENTENCE_WORDS:
        if length >= len(starts) or last[-1:].isspace():
            continue
        begun = last[starts[-length] :]
        spelled = spell(begun)
        if len(spelled) < _SHORTEST or spelled.split(" ", 1)[0] in _SMALL:
            continue
        before = text.removesuffix(begun)
        found = vocabulary.search(_KINDS["prompt"], _typed(begun))
        exact = (entry for entry in islice(found, MAX_IN_SENTENCE) if entry.name.startswith(spelled))
        slipped = islice(vocabulary.search_slipped(_KINDS["prompt"], _typed(begun)), MAX_IN_SENTENCE)
        close = (entry for entry in slipped if length == 1 and entry.name[0] == spelled[0])
        for entry in chain(exact, close):
            fits = len(before) + len(entry.name) <= MAX_CHARS and entry.name not in used
            if fits and not entry.real_person and allowed(entry):
                yield before + entry.name


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
