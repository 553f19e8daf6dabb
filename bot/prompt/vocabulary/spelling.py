"""How a tag is spelled, which words it is found by, and how a person reads it."""

from __future__ import annotations

import re
import unicodedata

KEEPS_UNDERSCORE = 3
"""Tags up to this long keep their underscore (``^_^``, ``o_o``): the rule of the lab's own dataset builder, 3.0."""

_LATIN_ACCENT = re.compile("[\u0300-\u036f]")
_ESCAPE = re.compile(r"(?<!\\)\\+(?=[()\[\]])")
_WORD = re.compile(r"[^\W_]+")
_JOINING = re.compile("['’.]")
_READ_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_QUALIFIER = re.compile(r"(?:(?<!\s)\s+)?\(([^()]*)\)$")
_ROMAN = frozenset(("ii", "iii", "iv", "vi", "vii", "viii", "ix", "xi", "xii", "xiii", "xiv", "xv", "xvi"))
_SMALL = frozenset(
    ["a", "an", "and", "at", "de", "for", "ga", "in", "na", "ni", "no", "of", "on", "the", "to", "von", "wa", "wo"]
)


def spell(text: str) -> str:
    r"""Give the spelling under which a tag is known: lower case, spaces, no escapes; `spell` of it changes nothing.

    ``Hatsune_Miku`` is ``hatsune miku``, ``firefly \(honkai: star rail\)`` has plain brackets, wide letters become
    narrow ones and Latin letters lose their accents. Brackets and other marks stay.
    """
    plain = _plain(text)
    text = " ".join((_ESCAPE.sub("", plain) if "\\" in plain else plain).split())
    return " ".join(text.replace("_", " ").split()) if "_" in text and len(text) > KEEPS_UNDERSCORE else text


def words(text: str) -> list[str]:
    """Give the words that someone who types this text is looking for: ``d'va`` is one, ``k-on`` two."""
    return _WORD.findall(_JOINING.sub("", _plain(text)))


def index_words(text: str) -> list[str]:
    """Give the words that find this text: as `words`, and the pieces besides (``d'arc``: darc, d, arc)."""
    folded = _plain(text)
    return list(dict.fromkeys([*_WORD.findall(_JOINING.sub("", folded)), *_WORD.findall(folded)]))


def is_symbol(spelled: str) -> bool:
    """Tell whether a tag is read as a picture and not as words: ``:d``, ``^_^``, ``!?``."""
    return spelled != "" and not spelled.isalnum() and (len(spelled) <= KEEPS_UNDERSCORE or not _WORD.search(spelled))


def split_qualifiers(name: str) -> tuple[str, tuple[str, ...]]:
    """Take the brackets off the end: ``mari (idol) (blue archive)`` is mari, with (idol, blue archive)."""
    qualifiers: list[str] = []
    while (found := _QUALIFIER.search(name)) and found.start():
        qualifiers.append(found[1])
        name = name[: found.start()]
    return name, tuple(reversed(qualifiers))


def read_aloud(name: str) -> str:
    """Write a character's or a series' name with its capitals: ``jeanne d'arc`` is Jeanne D'Arc, ``2b`` is 2B."""
    return _READ_WORD.sub(_capital, name)


def _capital(found: re.Match[str]) -> str:
    word = found[0]
    follows_space = found.start() > 0 and found.string[found.start() - 1] == " "
    if follows_space and word in _SMALL:
        return word
    if (follows_space and word in _ROMAN) or (word[:-1].isdigit() and word[-1:].isalpha()):
        return word.upper()
    first, *rest = re.split("(['’])", word)
    return first.capitalize() + "".join(part if len(part) == 1 else part.capitalize() for part in rest)


def _plain(text: str) -> str:
    """Fold case, width and Latin accents; kana keep their marks, which are letters of their own."""
    if text.isascii():
        return text.lower()
    for _ in range(2):  # folding the case of İ or ẞ brings out another mark or letter to fold
        text = _LATIN_ACCENT.sub("", unicodedata.normalize("NFKD", text)).casefold()
    return unicodedata.normalize("NFKC", text)
