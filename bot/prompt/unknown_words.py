"""Which words of a request no tag and no usual word knows, and what was perhaps meant.

They are only named here. Whether they are drawn is decided elsewhere: by `bot.prompt.leaving_out`, and by the gate.
"""

from __future__ import annotations

import re
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz.distance import OSA

from bot.prompt import tags, terms
from bot.prompt.usual_words import english, is_latin
from bot.prompt.vocabulary.spelling import spell, split_qualifiers, words
from bot.sentences import prompt
from bot.sentences import words as says
from engine.grammar import BREAK, plain_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.prompt.vocabulary.entry import Entry, Kind
    from bot.prompt.vocabulary.vocabulary import Vocabulary
    from bot.request import Request
    from bot.sentences.sentence import Sentence
    from bot.sentences.words import NameOption

NAMED = 5
"""Unknown words that are named; more would be a list that nobody reads."""

LOOKED_UP = 4
"""Words, and names of an option, for which something near is looked for: some milliseconds each."""

EXAMINED = 60
"""Tags that are compared with one word."""

FOREIGN_WORDS = 3
"""From so many unknown words on, if they are more than half of all, the text is in another language."""

ALIKE = 0.8
"""How alike two names must be, of 1: one letter in five is another."""

MAX_NAME_CHARS = 100
"""Of a name that is compared with others."""

_SHORTEST = 3
"""Letters of a word with which something near says anything."""

_TAGS: tuple[Kind, ...] = ("general", "series", "character", "species")
_NAME_OPTIONS: tuple[NameOption, ...] = ("character", "series")
_WORD = re.compile(r"(?<![@\w])[^\W_]+(?:['’][^\W_]+)*")
_CONTRACTED = re.compile(r"n['’]t$|['’](?:s|t|d|m|re|ve|ll)$")
_NUMBER = re.compile(r"\d+(?:[a-z]{1,2})?|[a-z]")


class _Found(NamedTuple):
    """An unknown word, and what it may be a part of: of ``blu hair`` the tag is meant, not a blush."""

    word: str
    phrases: tuple[str, ...]


class _Near(NamedTuple):
    """Words with one letter wrong, and what they would be without."""

    typed: str
    meant: str


def unknown_words(
    request: Request, vocabulary: Vocabulary, allowed: Callable[[Entry], bool], left_out: Sequence[str] = ()
) -> tuple[Sentence, ...]:
    """Name what nobody knows of a request, each once.

    Args:
        request: Complete, its choices made.
        vocabulary: What is known.
        allowed: Whether a tag may be offered as what was meant.
        left_out: Words that were left out, and are named where that is said; what they may mean is said here.
    """
    names = list(_misspelt_names(request, vocabulary, allowed))
    said = [says.misspelt_name(option, near.typed, prompt.did_you_mean((near.meant,))) for option, near in names]
    asked_about = {word for _, near in names for word in words(near.typed)}
    unknown: dict[str, _Found] = {}
    counted = 0
    for typed in _unknown_items(request, vocabulary):
        counted += len(typed)
        for at, word in enumerate(typed):
            key = word.casefold()
            if key not in asked_about and not _is_known(key, vocabulary):
                unknown.setdefault(key, _Found(word, tuple(_phrases(typed, at))))
    latin = {key: found for key, found in unknown.items() if is_latin(key)}
    silent = {*map(str.casefold, left_out)}
    if other := next((found.word for key, found in unknown.items() if key not in {*latin, *silent}), None):
        said.append(says.other_script(other))
    if len(latin) >= FOREIGN_WORDS and 2 * len(latin) > counted:
        return (*said, says.NOT_ENGLISH)
    near = {key: _nearest(latin[key], vocabulary, allowed) for key in list(latin)[:LOOKED_UP]}
    if pairs := [says.near_tag(*found) for found in near.values() if found is not None]:
        said.append(says.misspelt(tuple(pairs)))
    near_ones = {key for key, found in near.items() if found is not None}
    if rest := [found.word for key, found in latin.items() if key not in near_ones | silent]:
        said.append(says.unknown(tuple(rest[:NAMED]), max(0, len(rest) - NAMED)))
    return tuple(said)


def all_known(request: Request, vocabulary: Vocabulary) -> bool:
    """Tell whether there is nothing to name; quick, for nothing near is looked for."""
    named = any(True for option in _NAME_OPTIONS for _ in _unknown_names(request, option, vocabulary))
    return not named and all(
        _is_known(word.casefold(), vocabulary) for typed in _unknown_items(request, vocabulary) for word in typed
    )


def _misspelt_names(
    request: Request, vocabulary: Vocabulary, allowed: Callable[[Entry], bool]
) -> Iterator[tuple[NameOption, _Near]]:
    """Give the names of the two options that are nobody's, where there is one that looks like it."""
    for option in _NAME_OPTIONS:
        for name in islice(_unknown_names(request, option, vocabulary), LOOKED_UP):
            if len(name) <= MAX_NAME_CHARS and (meant := _alike(name, option, vocabulary, allowed)) is not None:
                yield option, _Near(name, meant)


def _unknown_names(request: Request, option: NameOption, vocabulary: Vocabulary) -> Iterator[str]:
    names = vocabulary.split_names(getattr(request, option), ";,")
    return (name for name in names if name and vocabulary.entry(name) is None)


def _unknown_items(request: Request, vocabulary: Vocabulary) -> Iterator[list[str]]:
    """Give the words of every item that is no tag as a whole."""
    for item in _items(request):
        if not (terms.has_place(terms.key(item)) or (len(item) <= tags.MAX_NAME_CHARS and vocabulary.known(item))):
            yield _WORD.findall(item)


def _items(request: Request) -> Iterator[str]:
    """Give every tag and every name, as the model reads it."""
    for text in (request.tags, request.negative):
        for item in tags.read(text).items:
            if item != BREAK:
                yield from (piece.strip() for piece in plain_text(item).split(","))
    for text in (request.character, request.series):
        yield from map(plain_text, tags.names(text))


def _is_known(word: str, vocabulary: Vocabulary) -> bool:
    """Tell whether a word, in lower case, is usual or stands in any tag, with or without its apostrophe."""
    forms = {word, _CONTRACTED.sub("", word)}
    return (
        not english().isdisjoint(forms) or _NUMBER.fullmatch(word) is not None or any(map(vocabulary.knows_word, forms))
    )


def _phrases(typed: Sequence[str], at: int) -> Iterator[str]:
    """Give a word with each of its neighbours."""
    if at + 1 < len(typed):
        yield " ".join(typed[at : at + 2])
    if at:
        yield " ".join(typed[at - 1 : at + 1])


def _nearest(found: _Found, vocabulary: Vocabulary, allowed: Callable[[Entry], bool]) -> _Near | None:
    """Find the tag that a word and a neighbour are but for one letter, else the word of a tag that it is itself."""
    if len(found.word) < _SHORTEST:
        return None
    for phrase in found.phrases:
        spelled = spell(phrase)
        for entry in _candidates(spelled, vocabulary, allowed):
            if OSA.distance(spelled, entry.name) == 1:
                return _Near(phrase, entry.name)
    spelled = spell(found.word)
    in_tags: dict[str, None] = {}
    for entry in _candidates(spelled, vocabulary, allowed):
        if OSA.distance(spelled, entry.name) == 1:
            return _Near(found.word, entry.name)
        in_tags.update((word, None) for word in words(entry.name) if OSA.distance(spelled, word) == 1)
    named = ((word, vocabulary.entry(word)) for word in in_tags)
    meant = next((word for word, entry in named if entry is None or allowed(entry)), None)
    return _Near(found.word, meant) if meant is not None else None


def _candidates(spelled: str, vocabulary: Vocabulary, allowed: Callable[[Entry], bool]) -> Iterator[Entry]:
    """Give the tags that begin with these words, and those that do but for one letter, the likeliest first."""
    typed = list(dict.fromkeys(words(spelled)))
    found = chain(
        islice(vocabulary.search(_TAGS, typed), EXAMINED), islice(vocabulary.search_slipped(_TAGS, typed), EXAMINED)
    )
    return (entry for entry in found if not entry.real_person and allowed(entry))


def _alike(name: str, kind: Kind, vocabulary: Vocabulary, allowed: Callable[[Entry], bool]) -> str | None:
    """Find the name that looks most like one that is nobody's."""
    spelled = spell(name)
    typed = list(dict.fromkeys(words(spelled)))[:LOOKED_UP]
    searches = [vocabulary.search_slipped((kind,), typed)]
    for word in typed:
        searches += [vocabulary.search((kind,), [word]), vocabulary.search_slipped((kind,), [word])]
    best: tuple[int, int, str] | None = None
    for entry in chain.from_iterable(islice(search, EXAMINED) for search in searches if typed):
        for likely in (entry.name, split_qualifiers(entry.name)[0]):
            found = (OSA.distance(spelled, likely), -entry.posts, entry.name)
            alike = found[0] <= (1 - ALIKE) * max(len(spelled), len(likely))
            if alike and (best is None or found < best) and not entry.real_person and allowed(entry):
                best = found
    return best[2] if best is not None else None
