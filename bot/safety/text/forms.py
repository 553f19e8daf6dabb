"""The forms in which a text is read: as written, without marks, by look, by sound, and with digits as letters."""

from __future__ import annotations

import html
import re
import unicodedata
from itertools import product
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from anyascii import anyascii

WORDS = Path(__file__).parent.parent / "words"
"""The folder of the word lists and of the lookalikes."""

_FILLERS = "\u115f\u1160\u3164\uffa0\u2800"
"""Letters and symbols by category, blank by look: Hangul fillers and the empty Braille cell."""
_KANA_MARKS = "\u3099\u309a"
"""A kana's voicing makes another syllable of it; every other mark is decoration."""
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Me"})


class _Visible(dict[int, int | None]):
    """A table for `str.translate` that decides about a character when it is first met."""

    def __missing__(self, code: int) -> int | None:
        character = chr(code)
        if character in "\t\n\r\v\f":
            decided = 32
        elif unicodedata.category(character) in _INVISIBLE or character in _FILLERS:
            decided = None
        else:
            decided = code
        self[code] = decided
        return decided


_VISIBLE = _Visible()


def _lookalikes() -> dict[int, int]:
    table: dict[int, int] = {}
    for line in (WORDS / "lookalikes.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            letter, others = line.split(" ", 1)
            table |= {ord(other): ord(letter) for other in others}
    return table


_LOOKS = _lookalikes()


def visible(text: str) -> str:
    """Give what can be seen of a text, in compatibility form (NFKC): one spelling for every width and every font."""
    if text.isascii() and text.isprintable():
        return text
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).translate(_VISIBLE))


def bare(text: str) -> str:
    """Take the marks off the letters."""
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFD", text)
    kept = (part for part in parts if part in _KANA_MARKS or unicodedata.category(part) != "Mn")
    return unicodedata.normalize("NFC", "".join(kept))


def fold(text: str) -> str:
    """Give the form in which the lists and the texts meet: visible, bare, without case."""
    if text.isascii() and text.isprintable():
        return text.lower()
    return bare(visible(text)).casefold()


def forms(text: str) -> tuple[str, ...]:
    """Give every distinct form of a text but the one with digits as letters, which is a word's business (`unleet`).

    A plain ASCII text has one. The order is: folded, with its marks, by look, by sound, unescaped.
    """
    if text.isascii() and text.isprintable():
        folded = (text.lower(),)
    else:
        seen = visible(text)
        plain = bare(seen)
        folded = (
            plain.casefold(),
            seen.casefold(),
            anyascii(plain.translate(_LOOKS)).casefold(),
            anyascii(plain).casefold(),
        )
    if ("&" in text and ";" in text) or "%" in text:
        folded += (fold(html.unescape(html.unescape(unquote(text)))),)
    return tuple(dict.fromkeys(folded)) if len(folded) > 1 else folded


_LEET: dict[str, str] = {
    "0": "o",
    "1": "il",
    "2": "z",
    "3": "e",
    "4": "a",
    "5": "s",
    "6": "gb",
    "7": "t",
    "8": "b",
    "9": "g",
    "@": "a",
    "$": "s",
    "!": "il",
    "|": "il",
    "+": "t",
    "€": "e",
    "£": "l",
}
_LEETISH = re.compile(
    r"(?<![a-z0-9@$|+!*€£])!*+"
    r"((?=[0-9@$|+!*€£]*+[a-z])(?=[a-z]*+[0-9@$|+!*€£])[a-z0-9@$|+*€£]++(?:!++[a-z0-9@$|+*€£]++)*+)"
)
"""A word of letters mixed with what stands for letters; ``!`` only inside one, where it is no shout.

Looked for where a run of such characters begins, and nowhere in it: thousands of digits are looked at once.
"""
_SIGN = re.compile(r"[0-9@$|+!*€£]")
_COUNT = re.compile(r"\d\+?(?:girl|boy|other)s?")
_MAX_READINGS = 16


class Leet(NamedTuple):
    """A word written with digits and signs for letters."""

    start: int
    """Where it stands in its text, and where it ends."""
    end: int
    word: str
    readings: list[str]
    """The words that it may stand for; at least one."""


def unleet(text: str) -> list[Leet]:
    """Find the words written with digits and signs for letters, each with the words that it may stand for.

    A count tag is what it says. ``*`` stays: it is a masked letter, one typo away from the word.
    """
    found: list[Leet] = []
    if not _SIGN.search(text):
        return found
    for match in _LEETISH.finditer(text):
        word = match[1]
        if _COUNT.fullmatch(word):
            continue
        choices = [_LEET.get(character, character) for character in word]
        readings = ["".join(letters) for letters, _ in zip(product(*choices), range(_MAX_READINGS), strict=False)]
        found.append(Leet(match.start(1), match.end(1), word, readings))
    return found
