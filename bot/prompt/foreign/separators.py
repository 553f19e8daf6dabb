"""What stands between tags where it is no comma: other scripts' marks, line ends, bars, and nothing but spaces."""

from __future__ import annotations

import re
import string
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from bot.prompt import terms
from bot.prompt.terms import unknown
from bot.sentences import foreign as says
from bot.sentences.quoting import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.prompt.terms import Kind
    from bot.sentences.sentence import Sentence

_COMMAS = "、，；﹐﹑､。｡،؛"
"""Commas, semicolons and full stops of other scripts, none of which stands in a tag."""
_WIDE = {"：": ":", "（": "(", "）": ")", "［": "[", "］": "]", "｛": "{", "｝": "}", "｜": "|", "＿": "_", "．": "."}
_LETTERS = {chr(ord(letter) - 0x20 + 0xFF00): letter for letter in string.ascii_letters + string.digits}
"""And digits, as far apart as the signs are (Unicode, Halfwidth and Fullwidth Forms)."""
_WIDE_SIGNS = str.maketrans(_WIDE | _LETTERS)
_WIDE_SIGN = re.compile("[" + re.escape("".join((*_WIDE, *_LETTERS))) + "]")
_LINE_ENDS = re.compile("[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_COMMENT = re.compile(r"(?:(?<=\s)|^)#\s.*$")
"""Of templates that are written over several lines, as sd-dynamic-prompts has them."""
_BULLET = re.compile(r"(?:[-*•·‣▪–—]|\d{1,2}[.)])\s")
_COUNTED = re.compile(r"(?:[?+-] ?){0,3}([^\s?+-][^\r\n]{0,150}) (?:\d{3,9}|\d[\d.,]{0,9}[kKmM])")
"""A tag as boards list them, with the number of its posts."""
_SIDE_BY_SIDE = re.compile(r" (?:[-•·‣▪–—]|\d{1,2}[.)]) ")
_QUOTED = re.compile(r"[\"“”]([^\"“”,]{1,200})[\"“”]")
_LISTED = re.compile(r"[#/\"“]|^[ \t]{0,20}(?:[-*•·‣▪–—]|\d{1,2}[.)]|\?)\s|\d[kKmM]?[ \t]{0,20}$", re.MULTILINE)
_OTHER = re.compile(f"[{_COMMAS}]")
_SPECIAL = re.compile(
    f"[{_COMMAS}\r\n\v\f\x1c-\x1e\x85\u2028\u2029|;\u3000" + re.escape("".join((*_WIDE, *_LETTERS))) + "]"
)

RANDOM = re.compile(r"\|\|([^|{}]{1,500}(?:\|[^|{}]{1,500})+)\|\|")
"""NovelAI's way to pick one: ``||red|blue||``."""

JOINER = "\u200d"
_JOINED = frozenset({"So", "Sk", "Mn"})
"""What may stand before a joiner: a sign, its colour of skin, or the mark that it is a picture."""

_LONGEST_LIST = 5_000
"""Characters of a list that is looked at."""

_MAX_TAG_WORDS = 6
"""Of one tag among spaces; longer ones are names with brackets, which nobody writes without commas."""
_LONGEST = 60
"""Words of a text that is looked at for tags without commas."""
_MOSTLY = 0.6
"""So many of the words must be known where they have underscores, which only tags have."""


class Separated(NamedTuple):
    """A text with commas between its tags, and what is said of that."""

    text: str
    said: tuple[Sentence, ...]


def separated(text: str, *, names: bool = False) -> Separated:
    """Write commas where others write something else, and the usual brackets for wide ones; names have semicolons."""
    text, listed = (text, []) if names else _unlisted(text)
    if not _SPECIAL.search(text):
        return Separated(text, tuple(listed))
    marks = list(dict.fromkeys(_OTHER.findall(text)))
    wide = _WIDE_SIGN.search(text) is not None
    text = _OTHER.sub(", ", text.translate(_WIDE_SIGNS)).replace("\u3000", " ")
    text, lines = _without_lines(text)
    text, bars = (text, []) if names else _without_bars(text)
    said = listed + ([says.marks_read((*marks, *bars))] if marks or bars else [])
    if wide:
        said.append(says.WIDE_SIGNS_READ)
    if lines:
        said.append(says.LINES_READ)
    return Separated(text, tuple(said))


def _unlisted(text: str) -> tuple[str, list[Sentence]]:
    """Take the tags out of a list: with bullets or numbers, with counts of posts, as hashtags, quoted, between slashes.

    Discord makes a space of every line break in an option, so bullets may stand side by side.
    """
    if not _LISTED.search(text) or len(text) > _LONGEST_LIST:
        return text, []
    lines = [" ".join(line.split()) for line in _LINE_ENDS.split(text) if line.strip()]
    if len(lines) > 1:
        if all(_BULLET.match(line) for line in lines):
            return "\n".join(_BULLET.sub("", line, count=1) for line in lines), []
        counted = [_COUNTED.fullmatch(line) for line in lines]
        if all(counted):
            return "\n".join(found[1] for found in counted if found), [says.COUNTS_LEFT_OUT]
        return text, []
    line = "".join(lines)
    words, parts = line.split(" "), [part.strip() for part in line.split(",")]
    if len(words) > 1 and all(len(word) > 1 and word[0] == "#" for word in words):
        return ", ".join(word[1:].rstrip(",") for word in words), [says.marks_read(("#",))]
    quoted = [_QUOTED.fullmatch(part) for part in parts]
    if len(parts) > 1 and all(quoted):
        return ", ".join(found[1] for found in quoted if found), [says.QUOTES_LEFT_OUT]
    if len(parts) > 1:
        return text, []
    if (bullet := _BULLET.match(line)) is not None and len(apart := _SIDE_BY_SIDE.split(line[bullet.end() :])) > 1:
        return ", ".join(apart), [says.marks_read((bullet[0].strip(),))]
    if len(apart := line.split(" / ")) > 2:  # noqa: PLR2004  two are one thing or another
        return ", ".join(apart), [says.marks_read(("/",))]
    return text, []


def _without_lines(text: str) -> tuple[str, bool]:
    """Write line ends as commas; it is news only where there was none already."""
    lines = _LINE_ENDS.split(text)
    if len(lines) > 1:
        written = [_COMMENT.sub("", line).strip() for line in lines]
        lines = _within_braces([line for line in written if line and not line.startswith("#")])
    news = any(
        not line.endswith((",", "BREAK")) and not after.startswith((",", "BREAK")) for line, after in pairwise(lines)
    )
    return (", ".join(line.rstrip(", ") for line in lines) if len(lines) > 1 else " ".join(lines)), news


def _within_braces(lines: Sequence[str]) -> list[str]:
    """Put together the lines of a choice that is written over several."""
    joined: list[str] = []
    depth = 0
    for line in lines:
        if depth > 0:
            joined[-1] += line if joined[-1][-1] in "{|=" or line[0] in "|}" else f" {line}"
        else:
            joined.append(line)
        depth = max(depth + line.count("{") - line.count("}"), 0)
    return joined


def _without_bars(text: str) -> tuple[str, list[str]]:
    """Write a bar or a semicolon that stands between words, and in no bracket, as a comma; faces keep theirs."""
    if "|" not in text and ";" not in text:
        return text, []
    written: list[str] = []
    found: dict[str, None] = {}
    depth = 0
    at = 0
    while at < len(text):
        character = text[at]
        if character == "\\":
            written.append(text[at : at + 2])
            at += 2
            continue
        if character == "|" and (random := RANDOM.match(text, at)) is not None:
            written.append(random[0])
            at = random.end()
            continue
        depth = max(depth + (character in "{[(<") - (character in "}])>"), 0)
        bar = character == "|" and text[at - 1 : at] != "|" and text[at + 1 : at + 2] != "|"
        semicolon = character == ";" and text[at + 1 : at + 2] == " " and text[at - 1 : at].isalnum()
        if depth == 0 and (bar or semicolon) and _between_words(text, at):
            found[character] = None
            while written and written[-1].isspace():
                written.pop()
            written.append("," if text[at + 1 : at + 2].isspace() else ", ")
        else:
            written.append(character)
        at += 1
    return "".join(written), list(found)


def _between_words(text: str, at: int) -> bool:
    """Look at the nearest letters, a few spaces away at most."""
    before, after = text[max(at - 4, 0) : at].rstrip(), text[at + 1 : at + 5].lstrip()
    starts = after[:1].isalnum() or after[:1] in {"(", "{", "<", "["}
    return (before[-1:].isalnum() or before[-1:] in {")", "}", ">", "]"}) and starts


def spaced_apart(text: str, kind: Kind = unknown) -> Separated:
    """Cut a text that has nothing but spaces into its tags, where all of it is known tags.

    Where words have underscores, as boards show them, every word is a tag, and not all of them have to be known.
    """
    words = text.split()
    if not 1 < len(words) <= _LONGEST or re.search(r"[,()\[\]{}|<>:\\]", re.sub(r"_\([^\s()]{1,80}\)|:\S", "", text)):
        return Separated(text, ())
    if _known(text, kind):
        return Separated(text, ())
    tags = _boards_tags(words, kind) or _known_tags(words, kind)
    if len(tags) < 2:  # noqa: PLR2004  a single one is what it was
        return Separated(text, ())
    shown = [short(tag.replace("_", " ")) for tag in tags[: says.LISTED + 1]]
    return Separated(", ".join(tags), (says.spaces_read(tuple(shown)),))


def _boards_tags(words: Sequence[str], kind: Kind) -> list[str]:
    if not any("_" in word[1:-1] for word in words):
        return []
    known = sum(_known(word, kind) for word in words)
    return list(words) if known >= _MOSTLY * len(words) else []


def _known_tags(words: Sequence[str], kind: Kind) -> list[str]:
    """Take the longest known tag at each place; nothing where some word is in none."""
    tags: list[str] = []
    at = 0
    while at < len(words):
        for length in range(min(_MAX_TAG_WORDS, len(words) - at), 0, -1):
            if _known(candidate := " ".join(words[at : at + length]), kind):
                tags.append(candidate)
                at += length
                break
        else:
            return []
    return tags


def _known(words: str, kind: Kind) -> bool:
    tag = terms.key(words.replace("_", " ")) if len(words) > 3 else words.casefold()  # noqa: PLR2004  faces keep theirs
    return terms.has_place(tag) or kind(tag) is not None


def joins(text: str, at: int) -> bool:
    """Tell whether the invisible character here holds two pictures together, as in one emoji of several."""
    if text[at] != JOINER or at == 0 or at + 1 >= len(text):
        return False
    return unicodedata.category(text[at - 1]) in _JOINED and unicodedata.category(text[at + 1]) == "So"


def without_invisible(text: str) -> str:
    """Leave out what cannot be seen, and write every control character as a space; emoji stay whole."""
    if text.isprintable():
        return text
    return "".join(
        " " if category in {"Cc", "Zl", "Zp"} else character
        for at, character in enumerate(text)
        if (category := unicodedata.category(character)) not in {"Cf", "Cs"} or joins(text, at)
    )
