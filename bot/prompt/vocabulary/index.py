"""Everything known, in flat arrays: found by name at once and by the start of a word in a few comparisons."""

from __future__ import annotations

import heapq
import string
from array import array
from bisect import bisect_right
from typing import TYPE_CHECKING, Literal
from zlib import crc32

from msgspec import Struct

from bot.prompt.vocabulary.entry import COUNTS, KINDS, Entry, Kind
from bot.prompt.vocabulary.spelling import index_words, is_symbol, split_qualifiers
from bot.prompt.vocabulary.wordtable import PackedWords, WordTable, pack, unpack

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from bot.prompt.vocabulary.resolve import IndexRow

OFFERED: tuple[Kind, ...] = ("general", "series", "character", "species")
"""The kinds that are ever searched. Artists and meta tags are known and never suggested."""

Tier = Literal["name", "qualifier", "alias"]
_TIERS: tuple[Tier, ...] = ("name", "qualifier", "alias")

_NONE = 2**32 - 1
_CHILD, _REAL_PERSON = 1, 2

_MANY, _FIRST = 2000, 100
"""Of more ids than this, so many are picked out before anything is sorted."""

_INITIALS = {letter: bit for bit, letter in enumerate(string.ascii_lowercase + string.digits)}


class PackedIndex(Struct, frozen=True, array_like=True):
    """An `Index` as it lies in the file: entries by falling posts, then their aliases, in the order of the entries."""

    texts: bytes
    """The names, then the aliases, UTF-8, end to end."""
    text_ends: bytes
    alias_ends: bytes
    """How many aliases there are up to and with each entry."""
    posts: bytes
    kinds: bytes
    counts: bytes
    flags: bytes
    parents: bytes
    """The entry of the series, for a character, or of the umbrella, for a series."""
    slots: bytes
    """The hash table of all texts: 1 + the number of a text, or 0."""
    initials: tuple[bytes, ...]
    """For each tier, and those before it, the first letters of each entry's words, as bits."""
    tables: tuple[tuple[Kind, Tier, PackedWords], ...]


class Index:
    """What `build` laid out, ready to be asked. An entry's id is its rank: the lower, the more posts."""

    def __init__(self, packed: PackedIndex) -> None:
        self._texts = packed.texts
        self._text_ends = unpack(packed.text_ends)
        self._alias_ends = unpack(packed.alias_ends)
        self._posts = unpack(packed.posts)
        self._kinds = packed.kinds
        self._counts = packed.counts
        self._flags = packed.flags
        self._parents = unpack(packed.parents)
        self._slots = unpack(packed.slots)
        self._initials = [unpack(initials, "Q") for initials in packed.initials]
        self._tables = {(kind, tier): WordTable(words) for kind, tier, words in packed.tables}

    def __len__(self) -> int:
        return len(self._posts)

    def find(self, spelled: str) -> int | None:
        """Give the entry of a name or alias, in constant time."""
        text = spelled.encode(errors="surrogatepass")
        mask = len(self._slots) - 1
        slot = crc32(text) & mask
        while number := self._slots[slot]:
            if self._text(number - 1) == text:
                return self._owner(number - 1)
            slot = (slot + 1) & mask
        return None

    def name(self, entry: int) -> str:
        return self._text(entry).decode()

    def kind(self, entry: int) -> Kind:
        return KINDS[self._kinds[entry]]

    def aliases(self, entry: int) -> tuple[str, ...]:
        first = len(self) + (self._alias_ends[entry - 1] if entry else 0)
        last = len(self) + self._alias_ends[entry]
        return tuple(self._text(number).decode() for number in range(first, last))

    def entry(self, entry: int) -> Entry:
        series: list[int] = []
        parent = self._parents[entry]
        while parent != _NONE and parent not in series:
            series.insert(0, parent)
            parent = self._parents[parent]
        return Entry(
            name=self.name(entry),
            kind=self.kind(entry),
            posts=self._posts[entry],
            count=COUNTS[self._counts[entry]],
            series=tuple(map(self.name, series)),
            child=bool(self._flags[entry] & _CHILD),
            real_person=bool(self._flags[entry] & _REAL_PERSON),
        )

    def knows_word(self, word: str) -> bool:
        """Tell whether a word, as `spelling.words` gives it, stands in any name or alias that is offered."""
        return any(word in table for table in self._tables.values())

    def search(self, kinds: Sequence[Kind], words: Sequence[str]) -> Iterator[int]:
        """Give the entries that have all of these starts of words, the likeliest first; none comes twice.

        First those that have them all in the name, by posts; then those that need the qualifier's words; then those
        that need the aliases'. No words mean everything.
        """
        if not words:
            wanted = {KINDS.index(kind) for kind in kinds}
            yield from (entry for entry, kind in enumerate(self._kinds) if kind in wanted)
            return
        seen: set[int] = set()
        for last in range(len(_TIERS)):
            for entry in _ranked(self._with_all(kinds, last, words)):
                if entry not in seen:
                    seen.add(entry)
                    yield entry

    def search_slipped(self, kinds: Sequence[Kind], words: Sequence[str]) -> Iterator[int]:
        """Give the entries that have these starts of words in the name but for one letter of one of them, by posts."""
        slipped: set[int] = set()
        for place, word in enumerate(words):
            near = array("I")
            for kind in kinds:
                self._tables[kind, "name"].add_nearly_starting(word, near)
            if near:
                slipped.update(self._with_all(kinds, 0, (*words[:place], *words[place + 1 :]), near))
        return _ranked(slipped)

    def _with_all(
        self, kinds: Sequence[Kind], last: int, words: Sequence[str], among: array[int] | None = None
    ) -> Collection[int]:
        """Give the entries that have all of these starts of words in the name or in the tiers up to the last.

        A single letter starts a word of every seventh entry: it is looked up for each that has the other words.
        """
        letters = [word for word in words if word in _INITIALS]
        if among is None and len(letters) == len(words):
            letters = []
        found = [] if among is None else [among]
        for word in words:
            if word not in letters:
                ids = array("I")
                for kind in kinds:
                    for tier in _TIERS[: last + 1]:
                        ids.extend(self._tables[kind, tier].starting(word))
                found.append(ids)
        smallest, *others = sorted(found, key=len)
        both = set(smallest).intersection(*others) if others else smallest
        if not letters:
            return both
        wanted = _initials(letters)
        initials = self._initials[last]
        return [entry for entry in both if initials[entry] & wanted == wanted]

    def _text(self, number: int) -> bytes:
        return self._texts[self._text_ends[number - 1] if number else 0 : self._text_ends[number]]

    def _owner(self, number: int) -> int:
        return number if number < len(self) else bisect_right(self._alias_ends, number - len(self))


def build(records: Sequence[IndexRow]) -> PackedIndex:
    """Lay out records that are sorted by falling posts and have aliases that are nobody's name."""
    ids = {record.name: number for number, record in enumerate(records)}
    tables: dict[tuple[Kind, Tier], dict[str, dict[int, None]]] = {
        (kind, tier): {} for kind in OFFERED for tier in _TIERS
    }
    initials = [array("Q", bytes(8 * len(records))) for _ in _TIERS]
    alias_ends = array("I")
    aliases = 0
    for number, record in enumerate(records):
        aliases += len(record.aliases)
        alias_ends.append(aliases)
        letters = 0
        for place, words in enumerate(_words(record) if record.kind in OFFERED else ()):
            for word in words:
                tables[record.kind, _TIERS[place]].setdefault(word, {})[number] = None
            letters |= _initials(words)
            initials[place][number] = letters
    texts = [record.name.encode() for record in records]
    texts += [alias.encode() for record in records for alias in record.aliases]
    text_ends = array("I")
    end = 0
    for text in texts:
        end += len(text)
        text_ends.append(end)
    return PackedIndex(
        texts=b"".join(texts),
        text_ends=pack(text_ends),
        alias_ends=pack(alias_ends),
        posts=pack(array("I", [record.posts for record in records])),
        kinds=bytes(KINDS.index(record.kind) for record in records),
        counts=bytes(COUNTS.index(record.count) for record in records),
        flags=bytes(record.child * _CHILD | record.real_person * _REAL_PERSON for record in records),
        parents=pack(array("I", [ids.get(record.series, _NONE) for record in records])),
        slots=pack(_hashed(texts)),
        initials=tuple(map(pack, initials)),
        tables=tuple((kind, tier, WordTable.pack(words)) for (kind, tier), words in tables.items()),
    )


def _words(record: IndexRow) -> tuple[list[str], ...]:
    """Give the words of each tier. The qualifier of a hatsune miku, who has none, is where she comes from."""
    base, qualifiers = split_qualifiers(record.name)
    symbol = [record.name] if is_symbol(record.name) else []
    return (
        index_words(base) + symbol,
        [word for text in (*qualifiers, record.series) for word in index_words(text)],
        [word for alias in record.aliases for word in index_words(alias)],
    )


def _hashed(texts: Sequence[bytes]) -> array[int]:
    """Fill a hash table of open addresses, at most half full."""
    size = 1 << (2 * len(texts)).bit_length()
    slots = array("I", bytes(4 * size))
    for number, text in enumerate(texts, start=1):
        slot = crc32(text) & (size - 1)
        while slots[slot]:
            slot = (slot + 1) & (size - 1)
        slots[slot] = number
    return slots


def _initials(words: Iterable[str]) -> int:
    """Give one bit for each first letter; those beyond ASCII have none."""
    return sum({1 << _INITIALS[word[0]] for word in words if word[0] in _INITIALS})


def _ranked(entries: Collection[int]) -> Iterator[int]:
    """Give each once, in order. Of tens of thousands seldom more than the first few are asked for."""
    if len(entries) <= _MANY:
        yield from sorted(set(entries))
        return
    first = sorted(set(heapq.nsmallest(_FIRST, entries)))
    yield from first
    yield from sorted({entry for entry in entries if entry > first[-1]})
