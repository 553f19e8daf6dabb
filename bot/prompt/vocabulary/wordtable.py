"""Words in order and who has them: a start of a word is one slice, a misspelled start a handful of slices."""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_AFTER_ALL = "\U0010ffff"
"""Sorts behind every letter, so that ``word + _AFTER_ALL`` ends what starts with word."""

_SHORT = 3
"""Letters of a word with which most changes of a letter give some other word."""


class PackedWords(Struct, frozen=True, array_like=True):
    """A `WordTable` as it lies in the file."""

    words: bytes
    """In order, UTF-8, one a line."""
    starts: bytes
    ids: bytes


class WordTable:
    """The words of a few thousand or a hundred thousand names.

    Two flat arrays beside the list of words, not a dictionary of lists: a tenth of the memory, and the ids of all
    words with one start lie side by side.
    """

    def __init__(self, packed: PackedWords) -> None:
        self._words = packed.words.decode().split("\n") if packed.words else []
        self._starts = unpack(packed.starts)
        self._ids = unpack(packed.ids)

    @staticmethod
    def pack(ids: Mapping[str, Iterable[int]]) -> PackedWords:
        """Lay out the ids of each word, for the file."""
        words = sorted(ids)
        starts = array("I", [0])
        flat = array("I")
        for word in words:
            flat.extend(ids[word])
            starts.append(len(flat))
        return PackedWords("\n".join(words).encode(), pack(starts), pack(flat))

    def __contains__(self, word: str) -> bool:
        place = bisect_left(self._words, word)
        return place < len(self._words) and self._words[place] == word

    def starting(self, start: str) -> array[int]:
        """Give the ids of the names of which a word starts so; a name with two such words comes twice."""
        return self._between(*self._range(start, 0, len(self._words)))

    def add_nearly_starting(self, start: str, ids: array[int]) -> None:
        """Add the ids of the names of which a word starts so but for one wrong, missing, extra or swapped letter.

        Nothing is compared: what is before the slip is a range of the words, and the letters that really follow it
        there are the only ones to try. Of fewer than three letters nothing is left to go by; of three, one that is
        missing or two that are swapped still leave a word.
        """
        words = self._words
        long = len(start) > _SHORT
        low, high = 0, len(words)
        for slip in range(len(start) if len(start) >= _SHORT else 0):
            right, rest = start[:slip], start[slip:]
            low, high = self._range(right, low, high)
            if low == high:
                return
            if len(rest) > 1:
                self._add(right + rest[1] + rest[0] + rest[2:], low, high, ids)  # two swapped
            if long:
                self._add(right + rest[1:], low, high, ids)  # one too many
            place = low + (words[low] == right)
            while place < high:
                stem = words[place][: slip + 1]
                end = bisect_left(words, stem + _AFTER_ALL, place, high)
                self._add(stem + rest, place, end, ids)  # one missing
                if long:
                    self._add(stem + rest[1:], place, end, ids)  # one wrong
                place = end

    def _range(self, start: str, low: int, high: int) -> tuple[int, int]:
        low = bisect_left(self._words, start, low, high)
        return low, bisect_left(self._words, start + _AFTER_ALL, low, high)

    def _add(self, start: str, low: int, high: int, ids: array[int]) -> None:
        """Add the ids of what starts so among the words from low to high; most often nothing does."""
        low = bisect_left(self._words, start, low, high)
        if low < high and self._words[low].startswith(start):
            ids.extend(self._between(low, bisect_left(self._words, start + _AFTER_ALL, low, high)))

    def _between(self, low: int, high: int) -> array[int]:
        return self._ids[self._starts[low] : self._starts[high]]


def pack(numbers: array[int]) -> bytes:
    """Give the numbers one after the other, each with its smallest byte first, whatever the machine."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()


def unpack(data: bytes, typecode: Literal["I", "Q"] = "I") -> array[int]:
    """Read what `pack` wrote, of four bytes each or of eight."""
    numbers = array(typecode, data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
