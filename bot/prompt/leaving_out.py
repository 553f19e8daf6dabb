"""Leaves words out of a safe request that nobody vouches for, where no tagger looks at the pictures."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bot.errors import InvalidRequest
from bot.prompt import tags
from bot.prompt.compose import Composed, Note
from bot.prompt.terms import key, unknown
from bot.prompt.usual_words import is_latin
from bot.sentences import prompt as says
from engine.grammar import BREAK

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.prompt.terms import Kind
    from bot.request import Request
    from bot.sentences.sentence import Sentence

    UnknownWords = Callable[[str], tuple[str, ...]]
    """Gives the words of a tag that nobody vouches for."""


class NothingKnown(InvalidRequest):
    """Nothing would be left of a request."""

    def __init__(self, sentence: Sentence, request: Request, words: tuple[str, ...]) -> None:
        """Hand on what was asked for, so that somebody may say what was perhaps meant."""
        super().__init__(sentence)
        self.request = request
        self.words = words


class _Kept(NamedTuple):
    text: str
    left_out: tuple[str, ...]


def _no_words(_request: Request) -> frozenset[str]:
    return frozenset()


def leaving_out(
    compose: Callable[[Request], Composed],
    unknown_words: UnknownWords,
    kind: Kind = unknown,
    lora_words: Callable[[Request], frozenset[str]] = _no_words,
) -> Callable[[Request], Composed]:
    """Compose as this does, but without the unknown words of safe requests; a note names them.

    Above safe the gate refuses a request for one unknown word. Of the tags in `lora_words` no word is left out.
    """

    def composed(request: Request) -> Composed:
        if request.rating != "safe":
            return compose(request)
        known = lora_words(request)

        def unknown_words_of_tags(tag: str) -> tuple[str, ...]:
            return () if key(tag) in known else unknown_words(tag)

        fields = {
            "tags": _tags(request.tags, unknown_words_of_tags, kind),
            "character": _names(request.character, unknown_words, kind),
            "series": _names(request.series, unknown_words, kind),
        }
        words = tuple(dict.fromkeys(word for kept in fields.values() for word in kept.left_out))
        if not words:
            return compose(request)
        if not (request.subject or any(key(kept.text) for kept in fields.values())):
            raise NothingKnown(says.nothing_known(_named(words)), request, words)
        written = compose(msgspec.structs.replace(request, **{name: kept.text for name, kept in fields.items()}))
        note = Note("left_out", says.words_left_out(_named(words)))
        return replace(written, notes=(note, *written.notes), left_out=words)

    return composed


def _named(words: tuple[str, ...]) -> tuple[str, ...]:
    """Give the words that are named: of those in another script the first stands for all."""
    other = next((word for word in words if not is_latin(word)), None)
    return tuple(word for word in words if is_latin(word) or word == other)


def _tags(text: str, unknown_words: UnknownWords, kind: Kind) -> _Kept:
    kept: list[str] = []
    left_out: list[str] = []
    for item in tags.read(text, kind).items if text else ():
        rest, words = item, () if item == BREAK else unknown_words(item)
        left_out += words
        # Again, as the rest of a name may be known by nobody without what was left out of it.
        while words and (shorter := _without(rest, words)) != rest:
            rest = shorter
            words = unknown_words(rest)
            left_out += words
        if rest == item or (any(map(str.isalnum, key(rest))) and not words):
            kept.append(rest)
    return _Kept(tags.join(kept) if left_out else text, tuple(left_out))


def _names(text: str, unknown_words: UnknownWords, kind: Kind) -> _Kept:
    names = tags.names(text, kind) if text else ()
    left_out = [key(name) for name in names if unknown_words(name)]
    return _Kept("; ".join(name for name in names if not unknown_words(name)) if left_out else text, tuple(left_out))


def _without(item: str, words: tuple[str, ...]) -> str:
    for word in words:
        item = re.sub(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", "", item, flags=re.IGNORECASE)
    return " ".join(item.split())
