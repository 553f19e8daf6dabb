"""Which words somebody vouches for at a rating; where nothing else guards, only those are drawn.

Known means the same everywhere: a tag that the reviewed table places at or below the rating, a name of the vocabulary,
or a word of the plain list. So names of people that no list has, slang and other languages are closed by default there.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from bot.prompt.terms import has_place
from bot.prompt.usual_words import english
from bot.safety.ratings import exceeds, is_rating
from bot.safety.text.forms import fold, words_of
from bot.safety.text.reviewed import Reviewed, reviewed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.config import Rating

MAX_PHRASE_WORDS = 6
"""Of a name or a tag that is looked for inside a longer tag; few have more."""

_SPELLED = 4
"""Letters set apart that spell something; three may be a b c."""

_NUMBER = re.compile(r"\d+(?:st|nd|rd|th|s|k|d|x)?|[a-z]")
"""Numbers as they stand in sentences, and single letters: of a T-shirt."""


class KnownTag(Protocol):
    """What the vocabulary tells about a tag."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def child(self) -> bool: ...
    @property
    def real_person(self) -> bool: ...


class KnownWords:
    """Tells tags and words apart that are known from those that are not."""

    def __init__(
        self, entry: Callable[[str], KnownTag | None], has_level: Callable[[str], bool], listed: Callable[[str], bool]
    ) -> None:
        """Get what knows.

        Args:
            entry: Finds a tag of the vocabulary by its name or an alias.
            has_level: Tells whether the tables place these very words at a rating.
            listed: Tells whether a word is a term of any list; what the lists refuse, they refuse themselves.
        """
        self._entry = entry
        self._has_level = has_level
        self._listed = listed
        self.unknown = lru_cache(maxsize=32_768)(self._unknown)
        _phrases()  # made now: the event loop is not to wait for it

    def _unknown(self, tag: str, rating: Rating) -> tuple[str, ...]:
        """Give the words of a tag, in lower case and with spaces, that are not known at a rating.

        Above sensitive every tag was reviewed, and its words alone count for nothing.
        """
        if has_place(tag) or self._is_known_tag(tag, rating):
            return ()
        if exceeds(rating, "sensitive"):
            return () if self._has_level(tag) else (tag,)
        words = words_of(fold(tag))
        known = [self._is_known_word(word, rating) for word in words]
        _unmark_spelled(words, known)
        if not all(known):
            self._mark_phrases(words, known, rating)
        return tuple([word for word, is_known in zip(words, known, strict=True) if not is_known])

    def _is_known_tag(self, tag: str, rating: Rating) -> bool:
        entry = self._entry(tag)
        if entry is not None and entry.kind in ("character", "series"):
            return True
        placed = reviewed().get(tag) or (reviewed().get(entry.name) if entry is not None else None)
        return placed is not None and _within(placed, rating)

    def _is_known_word(self, word: str, rating: Rating) -> bool:
        if word in english() or _NUMBER.fullmatch(word) or self._listed(word):
            return True
        placed = reviewed().get(word)
        return placed is not None and _within(placed, rating)

    def _mark_phrases(self, words: tuple[str, ...], known: list[bool], rating: Rating) -> None:
        """Mark the words of names and tags inside a longer tag; a name of one word may be anybody's there."""
        for start in range(len(words)):
            for end in range(start + 2, min(len(words), start + MAX_PHRASE_WORDS) + 1):
                phrase = words[start:end]
                placed = _phrases().get(phrase)
                entry = self._entry(" ".join(phrase)) if placed is None else None
                is_name = entry is not None and entry.kind in ("character", "series")
                if is_name or (placed is not None and _within(placed, rating)):
                    known[start:end] = [True] * len(phrase)


def _unmark_spelled(words: tuple[str, ...], known: list[bool]) -> None:
    """Take letter after letter for no words: somebody's name may be written so."""
    for letters, run in groupby(range(len(words)), lambda at: len(words[at]) == 1 and words[at].isalpha()):
        places = list(run)
        if letters and len(places) >= _SPELLED:
            known[places[0] : places[-1] + 1] = [False] * len(places)


@cache
def _phrases() -> Mapping[tuple[str, ...], Reviewed]:
    """Give the reviewed tags of several words by their words."""
    phrases = ((words_of(fold(tag)), placed) for tag, placed in reviewed().items())
    return {words: placed for words, placed in phrases if len(words) > 1}


def _within(placed: Reviewed, rating: Rating) -> bool:
    return is_rating(placed.rating) and not exceeds(placed.rating, rating)
