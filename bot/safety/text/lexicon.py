"""Terms as one index, and what a text holds of them: whole tags and whole words, in every form, joined or mistyped."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from itertools import groupby, islice, takewhile
from typing import TYPE_CHECKING, NamedTuple

from anyascii import anyascii
from rapidfuzz.distance import OSA

from bot.safety.text.forms import bare, fold, visible, words_of
from bot.safety.text.lists import SAFE, Kind, Mark
from bot.safety.text.tag_readings import cut_into_tags, tag_readings
from bot.safety.text.unspaced import UNSPACED, UnspacedTerms

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from bot.safety.text.lists import Term

_STRETCHED = re.compile(r"([a-z])\1\1|([a-z])\2.*([a-z])\3")
_MANY = re.compile(r"([a-z])\1+")
_SHORT = 3
"""Letters of a piece that may be joined with its neighbours beyond its own tag: ``lo, li``."""
_JOINABLE = frozenset({Kind.NEVER, Kind.MINORS, Kind.LEVEL, Kind.RATING, Kind.UNDRESS, Kind.GROWN, Kind.DENIED})
_MIN_JOINED = 4
_MIN_LETTERS = 3
"""Single letters are joined to words of this length and more: ``k i d``."""
_MIN_SPELLED_NAME = 6
"""Letters of a real person's name that is found letter by letter: ``e m m a w a t s o n``."""
_MIN_TYPO = {Kind.NEVER: 4, Kind.MINORS: 5, Kind.LEVEL: 6}
"""Letters of a term that may be mistyped; a shorter one has too many innocent neighbours."""
_SAME_LETTERS = 5
"""Up to so many letters of a term a misspelling has the same ones, in another order or doubled."""
_MIN_GLUED = 7
"""Letters of a word that is a term and another word together."""
_NO_TYPO = 100
_GLUED = frozenset({Kind.NEVER, Kind.MINORS, Kind.LEVEL})
_MIN_PIECES = 2
"""Letters set apart that make a word of a script without spaces."""
_JOINED_ANYWHERE = frozenset({Kind.NEVER, Kind.MINORS, Kind.DENIED})
"""Of other kinds only what is all of a tag is joined: the pen is red."""
_HARMLESS = Mark(Kind.HARMLESS)
_PLACED_SAFE = Mark(Kind.HARMLESS, SAFE)
_RATED = frozenset({Kind.LEVEL, Kind.RATING})
"""Kinds whose terms are read as far as no longer one decides."""
_NOTHING: frozenset[Mark] = frozenset()
_NO_TERMS: frozenset[str] = frozenset()


class _Tag(NamedTuple):
    words: tuple[str, ...]
    marks: frozenset[Mark]
    goes_on: bool
    """A term may begin in its last words and end in the tag behind it."""
    spelled: bool
    """It has words of one letter."""


class Lexicon:
    """An index of terms that a text is read against."""

    def __init__(
        self,
        terms: Iterable[Term],
        real_words: Collection[str] = (),
        known: Callable[[str], bool] = lambda _word: False,
        *,
        glue: Collection[str] = (),
        named: Callable[[str], bool] = lambda _tag: False,
    ) -> None:
        """Build the index.

        Args:
            terms: What to find.
            real_words: Words, and pairs of words, that are no misspelling of a term although they look like one.
            known: Tells whether a word is one, in a vocabulary or a language; asked only about what looks like a
                misspelt or a glued term.
            glue: What may be written onto a term without a space.
            named: Tells whether a tag is somebody's or something's name: the words in it place nothing.
        """
        self._real_words = frozenset(real_words)
        self._known = known
        self._glue = frozenset(glue)
        self._named = named
        self._phrases: defaultdict[str, dict[tuple[str, ...], set[Mark]]] = defaultdict(dict)
        self._whole: defaultdict[tuple[str, ...], set[Mark]] = defaultdict(set)
        self._typos: defaultdict[str, set[str]] = defaultdict(set)
        self._joined: defaultdict[str, set[Mark]] = defaultdict(set)
        self._squeezed: defaultdict[str, set[Mark]] = defaultdict(set)
        self._letters: defaultdict[str, set[Mark]] = defaultdict(set)
        unspaced: defaultdict[str, set[Mark]] = defaultdict(set)
        apart: defaultdict[str, set[Mark]] = defaultdict(set)
        for term in terms:
            if UNSPACED.search(term.text):
                if term.whole:
                    self._whole[words_of(fold(term.text))].add(term.mark)
                else:
                    (apart if term.apart else unspaced)[fold(term.text)].add(term.mark)
            else:
                for spelling in self._spellings(term):
                    self._add(spelling, term)
        self._longest_letters = max(map(len, self._letters), default=0)
        self._longest_typo = max(map(len, self._typos), default=0) + 1
        self._guesses = bool(self._typos or self._squeezed)  # terms of no other list are looked for misspelt
        self._prefixes = frozenset(word[:end] for word in self._joined for end in range(1, len(word)))
        self._longest = max(map(len, self._prefixes), default=0)
        self._lengths = {
            first: sorted({len(words) for words in phrases}, reverse=True) for first, phrases in self._phrases.items()
        }
        self._unspaced = UnspacedTerms(unspaced, apart)
        self._misspelt = lru_cache(maxsize=16_384)(self._find_misspelt)
        self._glued = lru_cache(maxsize=16_384)(self._find_glued)
        self._tag = lru_cache(maxsize=32_768)(self._find_in_tag)
        self.read = lru_cache(maxsize=1024)(self._read)

    def has_term(self, tag: str, kind: Kind | None = None) -> bool:
        """Tell whether a tag is, as it stands, a term of this kind; None is of any."""
        words = words_of(tag)
        marks = self._whole.get(words, _NOTHING) | self._phrases.get(words[0] if words else "", {}).get(words, _NOTHING)
        if not tag.isascii():
            marks |= self._unspaced.term(tag)
        return any(kind in (None, mark.kind) for mark in marks)

    def read_known(self, tag: str) -> frozenset[Mark]:
        """Tell what a tag of the vocabulary holds, as `read` does but sooner: none of its words is misspelt."""
        if not tag.isascii() or any(sign in tag for sign in ",;&%"):
            return self.read(tag)
        one = self._tag(tag.lower(), False)
        if one.spelled:
            return self.read(tag)
        return frozenset([mark for mark in one.marks if mark.kind is not Kind.HARMLESS])

    def _spellings(self, term: Term) -> Iterator[str]:
        """Give a term folded, with its marks and, in Latin letters, by its sound, but in no form that is another word.

        ``niña`` is no Nina.
        """
        by_sound = anyascii(term.text).lower() if bare(term.text).isascii() else ""
        for spelling in {fold(term.text), visible(term.text).casefold(), by_sound}:
            if spelling and spelling not in self._real_words:
                yield spelling

    def _add(self, spelling: str, term: Term) -> None:
        words, mark = words_of(spelling), term.mark
        if not words:
            return
        if term.whole:
            self._whole[words].add(mark)
            return
        self._phrases[words[0]].setdefault(words, set()).add(mark)
        glued = "".join(words)
        if mark.kind is Kind.PEOPLE and len(glued) >= _MIN_SPELLED_NAME:
            self._letters[glued].add(mark)
        if mark.kind not in _JOINABLE or not glued.isalpha():
            return
        if len(words) > 1 and glued not in self._real_words:
            self._phrases[glued].setdefault((glued,), set()).add(mark)
        if len(glued) >= _MIN_LETTERS:
            self._letters[glued].add(mark)
        if term.as_written or not glued.isascii():
            return
        if len(glued) >= _MIN_LETTERS:
            self._joined[glued].add(mark)
        self._squeezed[_MANY.sub(r"\1", glued)].add(mark)
        if len(words) == 1 and len(glued) >= _MIN_TYPO.get(mark.kind, _NO_TYPO):
            for fewer in (glued, *_deletions(glued)):
                self._typos[fewer].add(glued)

    def _read(self, text: str) -> frozenset[Mark]:
        """Tell what a text holds; what was met lately is remembered: most people use the same few thousand tags."""
        found: set[Mark] = set()
        met: dict[str, _Tag] = {}  # most tags are the same in every form
        for form, cut, typed in cut_into_tags(text):
            if not form.isascii():
                found |= self._unspaced.read(form)
            met |= {tag: self._tag(tag, typed) for tag in cut if tag not in met}
            tags = [met[tag] for tag in cut]
            found.update(*[tag.marks for tag in tags if tag.marks])
            if any(tag.spelled for tag in tags):
                found |= self._of_letters([word for tag in tags for word in tag.words])
            for number, tag in enumerate(tags):
                if tag.goes_on:
                    words = (word for at in range(number + 1, len(tags)) for word in tags[at].words)
                    behind = islice(takewhile(_is_short, words), self._longest)
                    found |= self._of_pieces(tag.words, tuple(behind))
        return frozenset(mark for mark in found if mark.kind is not Kind.HARMLESS)

    def _find_in_tag(self, tag: str, typed: bool) -> _Tag:
        """Give the words of a tag, and what they hold, as letters too where digits and signs may stand for some."""
        words, as_letters, masked = tag_readings(tag)
        guesses = typed and self._guesses
        found = self._of_words(words, typos=guesses)
        if found and self._named(tag):  # the words in somebody's name place nothing, those in its brackets do
            rated = self._of_words(words_of(tag.partition("(")[2]), typos=False)
            found = {mark for mark in found if mark.kind not in _RATED or mark in rated}
        for reading, plain in as_letters:
            found |= self._of_words(reading, typos=plain and guesses)
        for word in masked:
            found |= self._of_masked(word)
        if self._joined:
            found |= self._of_pieces(words)
        spelled = len(words) > 0 and any(len(word) == 1 for word in words)
        return _Tag(words, frozenset(found), self._goes_on(words), spelled)

    def _of_words(self, words: tuple[str, ...], *, typos: bool = True) -> set[Mark]:
        """Find the terms among the words of one tag; of ratings, those that stand in no longer term."""
        found: set[Mark] = set()
        spans: list[tuple[int, int, frozenset[Mark]]] = []
        if whole := self._whole.get(words):
            spans.append((0, len(words), frozenset(whole)))
        elif not typos and self._phrases.keys().isdisjoint(words):
            return found
        protects = False  # to steer away from see-through clothes undresses nobody
        skipped = 0
        for start, word in enumerate(words):
            if start < skipped:
                continue
            for length in self._lengths.get(word, ()):
                phrase = words[start : start + length]
                if len(phrase) == length and (marks := self._phrases[word].get(phrase)):
                    if _HARMLESS in marks:
                        skipped = start + length
                        break
                    spans.append((start, start + length, frozenset(marks)))
            else:
                if typos:
                    found |= self._misspelt(word) | self._glued(word)
        for start, end, marks in spans:
            around = [last - first for first, last, _ in _rated(spans) if first <= start and end <= last]
            inside = any(words_around > end - start for words_around in around)
            counted = {mark for mark in marks if not inside or mark.kind not in _RATED}
            found |= counted
            protects = protects or (bool(counted) and {mark.kind for mark in counted} == {Kind.LEVEL})
        return {mark for mark in found if mark.kind is not Kind.UNDRESS} if protects else found

    def _find_misspelt(self, word: str) -> frozenset[Mark]:
        """Find the terms that a word is one typo, or some stretched letters, away from, unless it is a word itself."""
        if len(word) < _MIN_TYPO[Kind.NEVER] or not word.isascii() or word in self._phrases or word in self._real_words:
            return _NOTHING
        found: set[Mark] = set()
        for term in self._near(word):
            if len(term) > _SAME_LETTERS or _same_letters(word, term):
                found |= self._phrases[term][term,]
        if _STRETCHED.search(word):
            found |= self._squeezed.get(_MANY.sub(r"\1", word), _NOTHING)
        return _by_likeness(found) if found and not self._known(word) else _NOTHING

    def _of_masked(self, word: str) -> frozenset[Mark]:
        """Find the terms that a word with a masked letter may be."""
        return _NOTHING.union(*[self._phrases[term][term,] for term in self._near(word)])

    def _near(self, word: str) -> Iterator[str]:
        """Give the terms that may be mistyped and are at most one typo away."""
        terms = set(self._typos.get(word, ()))
        for fewer in _deletions(word) if len(word) <= self._longest_typo else ():
            terms |= self._typos.get(fewer, _NO_TERMS)
        return (term for term in terms if OSA.distance(word, term, score_cutoff=1) <= 1)

    def _find_glued(self, word: str) -> frozenset[Mark]:
        """Find the term in a word that is one and another word together: nakedgirl."""
        if len(word) < _MIN_GLUED or word in self._phrases or word in self._real_words or not self._glue:
            return _NOTHING
        found: set[Mark] = set()
        for end in range(_MIN_LETTERS, len(word) - _MIN_LETTERS + 1):
            before, behind = word[:end], word[end:]
            for term, other in ((before, behind), (behind, before)):
                if other in self._glue:
                    marks = self._phrases.get(term, {}).get((term,), _NOTHING)
                    found |= {mark for mark in marks if mark.kind is not Kind.MINORS or len(term) > _SAME_LETTERS}
        found = {mark for mark in found if mark.kind in _GLUED}
        return frozenset(found) if found and not self._known(word) else _NOTHING

    def _of_letters(self, words: Sequence[str]) -> set[Mark]:
        """Find the terms that are spelled letter by letter, over commas too: ``n a k e d``, ``裸, の``."""
        found: set[Mark] = set()
        for single, run in groupby(words, key=lambda word: len(word) == 1):
            letters = "".join(run) if single else ""
            if len(letters) < _MIN_PIECES:
                continue
            if not letters.isascii():
                found |= self._unspaced.read(letters)
            for start in range(len(letters) - _MIN_LETTERS + 1):
                for end in range(start + _MIN_LETTERS, min(len(letters), start + self._longest_letters) + 1):
                    found |= self._letters.get(letters[start:end], _NOTHING)
        return {mark for mark in found if mark.kind is not Kind.HARMLESS}

    def _of_pieces(self, words: tuple[str, ...], behind: tuple[str, ...] = ()) -> set[Mark]:
        """Find the terms whose letters were set apart in a tag, and on behind it: ``l o l i``, ``lo-li``, ``sho, ta``.

        Args:
            words: Of the tag.
            behind: The short words that follow it.
        """
        found: set[Mark] = set()
        pieces = (*words, *behind)
        for start, first in enumerate(words):
            if first not in self._prefixes:
                continue
            joined = first
            for end in range(start + 1, len(pieces)):
                if end >= len(words) and not len(first) <= _SHORT >= len(words[-1]):
                    break
                joined += pieces[end]
                if joined in self._joined:
                    used = pieces[start : end + 1]
                    found |= self._joined_marks(joined, used, whole=used == words)
                if joined not in self._prefixes:
                    break
        return found

    def _goes_on(self, words: tuple[str, ...]) -> bool:
        """Tell whether `_of_pieces` may find a term that begins in this tag and ends in another."""
        joined = ""
        for word in reversed(words):
            joined = word + joined
            if len(joined) > self._longest or len(words[-1]) > _SHORT:
                break
            if len(word) <= _SHORT and joined in self._prefixes:
                return True
        return False

    def _joined_marks(self, joined: str, used: tuple[str, ...], *, whole: bool) -> set[Mark]:
        letters = all(len(piece) == 1 for piece in used)
        if not letters and (len(joined) < _MIN_JOINED or (not whole and " ".join(used) in self._real_words)):
            return set()
        marks = {mark for mark in self._joined[joined] if letters or whole or mark.kind in _JOINED_ANYWHERE}
        return marks if letters else set(_by_likeness(marks))


def _rated(spans: Sequence[tuple[int, int, frozenset[Mark]]]) -> Iterator[tuple[int, int, frozenset[Mark]]]:
    """Give the terms that decide about a rating."""
    return (span for span in spans if any(mark.kind in _RATED or mark == _PLACED_SAFE for mark in span[2]))


def _by_likeness(marks: Iterable[Mark]) -> frozenset[Mark]:
    return frozenset(mark._replace(likeness=True) for mark in marks)


def _same_letters(word: str, term: str) -> bool:
    """Tell whether a word has the letters of a term, in another order or one of them doubled."""
    return sorted(word) == sorted(term) or (len(word) > len(term) and _MANY.sub(r"\1", word) == _MANY.sub(r"\1", term))


def _is_short(word: str) -> bool:
    return len(word) <= _SHORT


def _deletions(word: str) -> Iterable[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))
