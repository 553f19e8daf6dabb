"""Takes names, a series and a rating out of a prompt in free words, as if they stood in the options of their own.

A part between two commas that is nothing else goes to its option. In a sentence only a character's name of several
words counts: it becomes the character, and stays in the sentence. The model was trained on tags in the card's order
(count, character, series, rating, the rest), so a name draws best at its place in front, with its series behind it. A
sentence with a hole where the name was would draw worse than one that says it again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bot.prompt import terms
from bot.prompt.order import place
from bot.prompt.tags import mentioned, read
from bot.prompt.usual_words import english
from bot.prompt.vocabulary.labels import DOT
from bot.prompt.vocabulary.spelling import spell, words
from bot.sentences import words as says
from bot.sentences.joined import once
from engine.grammar import BREAK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.config import Rating
    from bot.prompt.vocabulary.entry import Entry
    from bot.prompt.vocabulary.vocabulary import Vocabulary
    from bot.request import Options
    from bot.sentences.sentence import Sentence
    from bot.sentences.words import NameOption, TakenOption

MAX_NAME_CHARS = 100
MAX_NAME_WORDS = 6
"""Of a name inside a sentence; few have more."""

MAX_LABELS = 4
"""Labels of choices, as Discord keeps them in an option, that are looked up; each is compared with namesakes."""

_BREAK = re.compile(rf"\b{BREAK}\b")
_OPENING, _CLOSING = "([{<", ")]}>"
_NO_NAME = frozenset("{}[]<>|@")
"""In these stand choices, weights and orders: what is in them is read where they are."""
_MARKS = ".,;:!?\"'“”‘’"
_NOT_THEM = ("(", "cosplay")
"""Behind a name: only dressed as them, or another tag than the name."""
_NAME_OPTIONS: tuple[NameOption, ...] = ("character", "series")


class TakenOut(NamedTuple):
    """Options without a prompt, whose words are the tags, and a sentence for what was not taken as it was typed."""

    options: Options
    said: tuple[Sentence, ...] = ()


class _Names:
    """One of the two options that hold names: what stood in it, and what the prompt adds."""

    def __init__(self, option: NameOption, given: str | None, vocabulary: Vocabulary) -> None:
        self.option: NameOption = option
        self.given = (given or "").strip()
        split = vocabulary.split_names(self.given, ";,") if self.given else []
        self._known = {_same(name, vocabulary.entry(name)) for name in split if name}
        self.taken: list[str] = []

    def has(self, name: str, entry: Entry) -> bool:
        return _same(name, entry) in self._known

    def add(self, name: str, entry: Entry) -> bool:
        """Take a name where the option was left empty; a second time it counts no more."""
        if self.given:
            return False
        if not self.has(name, entry):
            self._known.add(_same(name, entry))
            self.taken.append(name)
        return True

    @property
    def text(self) -> str | None:
        return "; ".join(self.taken) or self.given or None


def take_out(options: Options, vocabulary: Vocabulary) -> TakenOut:
    """Put what the prompt names into the options that were left empty, and all its other words into the tags.

    An option that was filled in wins: what the prompt says besides stays among its words, where the gate reads it, and
    a sentence says so. A rating is taken only where it is the highest that the tags name, so that a word in the prompt
    asks for no other rating than it did among tags.
    """
    if options.prompt is None:
        return TakenOut(options)
    head, tail = _cut_at_break(options.prompt)
    names = {option: _Names(option, getattr(options, option), vocabulary) for option in _NAME_OPTIONS}
    rating, chosen = _rating(options), _chosen(options)
    taken_rating: Rating | None = None
    labels = 0
    said: list[Sentence] = []
    parts = _parts(head)
    kept: list[str] = []
    for part in parts:
        tag = part.strip()
        bare = spell(tag)  # what has a weight is more than the word
        if rating is not None and bare == rating:
            taken_rating = rating
            continue
        if (option := chosen.get(bare)) is not None:
            said.append(says.counts_once(tag, option))
            continue
        labels += DOT in tag
        entry = _name(tag, vocabulary) if labels <= MAX_LABELS else None
        if entry is None:
            _take_inside(tag, names["character"], vocabulary, said)
        elif _take(tag, entry, names["series" if entry.kind == "series" else "character"], said):
            continue
        kept.append(part)
    written = options.prompt
    if len(kept) < len(parts):
        written = " ".join(filter(None, (", ".join(filter(None, map(str.strip, kept))), tail)))
    tags = _joined(written, options.tags)
    taken = msgspec.structs.replace(
        options,
        prompt=None,
        tags=tags,
        rating=options.rating or taken_rating,
        character=names["character"].text or options.character,
        series=names["series"].text or options.series,
    )
    return TakenOut(taken, once(said))


def _take(tag: str, entry: Entry, names: _Names, said: list[Sentence]) -> bool:
    """Take a part that is a name and nothing else; False: it stays among the words."""
    if names.given and names.has(tag, entry):
        said.append(says.counts_once(tag, names.option))
        return True
    if names.add(tag, entry):
        if not set(words(tag)) <= set(words(" ".join((entry.name, *entry.series)))):
            said.append(says.read_as(tag, names.option, entry.name))
        return True
    said.append(says.option_decides(tag, names.option))
    return False


def _take_inside(text: str, names: _Names, vocabulary: Vocabulary, said: list[Sentence]) -> None:
    """Take the names in a sentence, whose words stay where they are."""
    for name, entry in _inside(text, vocabulary):
        if not names.add(name, entry) and not names.has(name, entry):
            said.append(says.option_decides(name, names.option))


def _name(tag: str, vocabulary: Vocabulary) -> Entry | None:
    """Give whose name a part is; None where it is none, or more than one."""
    if not tag or len(tag) > MAX_NAME_CHARS or not _NO_NAME.isdisjoint(tag):
        return None
    entry = vocabulary.entry(tag)
    return entry if entry is not None and entry.kind in _NAME_OPTIONS else None


def _inside(text: str, vocabulary: Vocabulary) -> Iterator[tuple[str, Entry]]:
    """Give the characters of several words in a sentence, the longest name at each place."""
    if DOT in text or not _NO_NAME.isdisjoint(text) or (len(text) <= MAX_NAME_CHARS and vocabulary.known(text)):
        return
    typed = text.split()
    at = 0
    while at < len(typed) - 1:
        longest = min(len(typed) - at, MAX_NAME_WORDS) if vocabulary.knows_word(typed[at]) else 0
        for length in range(longest, 1, -1):
            name = " ".join(typed[at : at + length]).strip(_MARKS)
            if _is_meant(name, typed[at + length :]) and (entry := vocabulary.character(name)) is not None:
                if not entry.real_person:
                    yield name, entry
                at += length
                break
        else:
            at += 1


def _is_meant(name: str, behind: Sequence[str]) -> bool:
    """Tell whether words can be somebody's name: a black cat is one only where it is written Black Cat."""
    if len(name) > MAX_NAME_CHARS or (behind and behind[0].casefold().startswith(_NOT_THEM)):
        return False
    typed = name.split()
    if any(not word[:1].isalpha() or word[:1].islower() for word in typed):
        return not all(word.casefold() in english() for word in typed)
    return True


def _rating(options: Options) -> Rating | None:
    """Give the rating that the prompt asks for where none was chosen: the highest that anything in it names."""
    if options.rating:
        return None
    text = ",".join(filter(None, (options.prompt, options.tags, options.more_tags)))
    named = {*place(read(text).items).ratings, *map(terms.rating, mentioned(text))}
    return next((rating for rating in reversed(terms.RATINGS) if rating in named), None)


def _chosen(options: Options) -> dict[str, TakenOption]:
    """Give the words that options say already, by the tag that would say them again."""
    counted = (options.subject or "").replace("_", " ").replace(",", ";").split(";")
    chosen: dict[str, TakenOption] = {terms.key(count): "subject" for count in counted if count.strip()}
    if options.rating:
        chosen[terms.key(options.rating)] = "rating"
    if options.year is not None:
        chosen[f"year {options.year}"] = "year"
    return chosen


def _cut_at_break(text: str) -> tuple[str, str]:
    """Part what stands before the first BREAK; behind one a tag describes that chunk, and stays there."""
    found = _BREAK.search(text)
    return (text, "") if found is None else (text[: found.start()], text[found.start() :])


def _parts(text: str) -> list[str]:
    """Cut at the commas that stand in no bracket; a bracket without a partner keeps all that follows."""
    parts: list[str] = []
    depth = start = at = 0
    while at < len(text):
        character = text[at]
        if character == "\\":
            at += 1
        elif character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth = max(depth - 1, 0)
        elif character == "," and depth == 0:
            parts.append(text[start:at])
            start = at + 1
        at += 1
    return [*parts, text[start:]]


def _joined(words: str, tags: str | None) -> str:
    return ", ".join(text for text in (words, tags) if text and text.strip())


def _same(name: str, entry: Entry | None) -> str:
    return entry.name if entry is not None else spell(name)
