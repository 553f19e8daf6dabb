"""The forms in which a text is read: as written, without marks, by look, by sound, and with digits as letters."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache, lru_cache
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


_WORD = re.compile("[^\\W_]+|[\U0001f000-\U0001faff]")
_POSSESSIVE = re.compile("['’ʼ]s?(?![^\\W_])|['’ʼ]")


def words_of(tag: str) -> tuple[str, ...]:
    """Cut a tag, in any of its forms, into its words; emoji are words."""
    return tuple(_WORD.findall(_POSSESSIVE.sub("", tag) if "'" in tag or not tag.isascii() else tag))


def forms(text: str) -> tuple[str, ...]:
    """Give every distinct form of a text but the one with digits as letters, which is a word's business (`unleet`).

    A plain ASCII text has one. The order is: folded, with its marks, unescaped, by look, by sound.
    """
    typed, guessed = readings(text)
    return typed + guessed


def readings(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give the distinct forms in which a text was typed, and those that it only looks or sounds like.

    Look and sound are read run by run. A run of letters that holds none of the Latin script is what it looks like only
    where all of it looks Latin, and it never sounds Latin: white, in Chinese, is no French verb.
    """
    if text.isascii() and text.isprintable():
        typed = (text.lower(),)
        guessed: tuple[str, ...] = ()
    else:
        seen = visible(text)
        plain = bare(seen)
        typed = (plain.casefold(), seen.casefold())
        guessed = (_RUN.sub(_look, plain).casefold(), _SYMBOLS.sub(_spoken, _RUN.sub(_sound, plain)).casefold())
    if ("&" in text and ";" in text) or "%" in text:
        typed += (fold(html.unescape(html.unescape(unquote(text)))),)
    distinct = dict.fromkeys(typed)
    return tuple(distinct), tuple([form for form in dict.fromkeys(guessed) if form not in distinct])


_RUN = re.compile("[\\w" + re.escape("".join(map(chr, _LOOKS))) + "]+")
_LATIN = re.compile(
    "[A-Za-z\u00aa\u00ba\u00c0-\u02af\u1d00-\u1dbf\u1e00-\u1eff\u2c60-\u2c7f\ua720-\ua7ff\uab30-\uab6f]"
)
_SYMBOLS = re.compile(r"[^\w\s\x00-\x7f]+")
"""Letters in squares and on flags are symbols to Unicode, and sound as they look."""


@lru_cache(maxsize=16_384)
def _look_of(run: str) -> str:
    looks = run.translate(_LOOKS)
    if _LATIN.search(run):
        return anyascii(looks)
    return looks if looks.isascii() and run.casefold() not in other_scripts() else run


def _look(found: re.Match[str]) -> str:
    return found[0] if found[0].isascii() else _look_of(found[0])


def _sound(found: re.Match[str]) -> str:
    run = found[0]
    return anyascii(run) if not run.isascii() and _LATIN.search(run) else run


def _spoken(found: re.Match[str]) -> str:
    return anyascii(found[0])


@cache
def other_scripts() -> frozenset[str]:
    """Read the words of other scripts that look Latin and are usual where they come from."""
    lines = (WORDS / "other_scripts.txt").read_text("utf-8").splitlines()
    return frozenset(fold(line) for line in lines if line and not line.startswith("#"))


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
_HOURS = re.compile("[0-9][a-z]")
"""8h is an hour, 3d a kind of picture."""


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
        if _COUNT.fullmatch(word) or _HOURS.fullmatch(word):
            continue
        choices = [_LEET.get(character, character) for character in word]
        readings = ["".join(letters) for letters, _ in zip(product(*choices), range(_MAX_READINGS), strict=False)]
        found.append(Leet(match.start(1), match.end(1), word, readings))
    return found
