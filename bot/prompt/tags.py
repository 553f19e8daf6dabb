r"""One field as typed to items as the model reads them: spaces, escaped names, closed brackets.

``firefly_(honkai:_star_rail), (smile`` becomes the items ``firefly \(honkai: star rail\)`` and ``(smile)``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from bot.prompt.terms import key, unknown
from bot.sentences.quoting import short
from engine.grammar import BREAK, balance, escape, parse, plain_text, split

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.prompt.terms import Kind

SHORT_TAG = 3
"""Tags of at most three characters keep their underscore (``^_^``): the rule of the lab's dataset builder."""

MAX_NAME_CHARS = 300
"""Of what may be one name with a separator in it; no vocabulary has a longer one."""

REMEMBERED = 256
"""Fields that are remembered once read: one request asks seven times for two of them."""

_NUMBER = r":\s*[+-]?(?:\d{1,3}(?:\.\d{0,16})?|\.\d{1,16})\s*"
"""A weight as `engine.grammar` has it: ``reverse:1999`` is a name."""
_QUALIFIED = re.compile(r"[^\s,(\[_]_+\\?[(\[]")
_WORD = re.compile(r"[^\s,()\[\]\\]+")
_WEIGHT = re.compile(_NUMBER + "$")
_FACE = re.compile(r"(?:(?<=,)|^)(\s*>?[:;=]['-]?)([(\[])(?=\s*(?:,|$))")
_QUALIFIER = r"\((?:[^()\[\]\\,]|\([^()\[\]\\,]+\))+\)"
_NAME = re.compile(rf"[^()\[\]\\,]*[^()\[\]\\\s,](?:\s{_QUALIFIER})+")
_WEIGHTED_QUALIFIER = re.compile(_NUMBER + r"\)")
_SPECIAL = re.compile(r"[\\()\[\]]")
_ESCAPED = re.compile(r"\\[\\()\[\]]")


class Field(NamedTuple):
    """What one field says, each item balanced alone."""

    items: tuple[str, ...]
    escaped: tuple[str, ...]
    """What was typed with bare brackets that are no emphasis, as typed."""
    closed: bool
    """Some bracket had no partner."""
    empty: tuple[str, ...]
    """What says nothing to the model: ``()``, and ``(:3)``, which is no text at the weight 3."""


@lru_cache(REMEMBERED)
def read(text: str, kind: Kind = unknown) -> Field:
    r"""Read a free field: attention syntax and BREAK mean what they mean, names are told from emphasis.

    Without a vocabulary a name is an item of the form ``word (qualifier)``: it ends in a bracket with a space before
    it, and that bracket holds no weight. ``blue hair (long)`` loses an emphasis by that, and 39,021 of the 39,050 tags
    with a bracket or a backslash (danbooru.csv, 2024) reach the model as it learned them. ``(long)`` alone,
    ``(long:1.2)`` and ``hair(long)`` stay emphasis. What the vocabulary knows is a name in any form, as ``\m/``.
    """
    escaped: list[str] = []

    def write_known(piece: str) -> str:
        tag = piece.strip()
        if not _SPECIAL.search(tag) or _ESCAPED.search(tag) or kind(tag.casefold()) is None:
            return piece
        escaped.append(tag)
        return piece.replace(tag, escape(tag))

    text = ",".join(write_known(piece) for piece in spaced(text).split(","))
    escaped.extend((face[1] + face[2]).strip() for face in _FACE.finditer(text))
    text = _escape_faces(text)
    closed = balance(text)
    items = [balance(_write_names(item, escaped)).strip() for item in split(closed)]  # a lone backslash leaves space
    return Field(
        items=tuple(item for item in items if item == BREAK or key(item)),
        escaped=tuple(escaped),
        closed=closed != text,
        empty=tuple(item for item in items if item != BREAK and not key(item)),
    )


def close(text: str) -> str:
    """Give a free field, otherwise as it was typed, whose brackets reach nowhere."""
    return balance(_escape_faces(text))


def _escape_faces(text: str) -> str:
    """Write ``:(`` as the face that it is, where it is a tag of its own: its bracket would open a group."""
    return _FACE.sub(lambda face: f"{face[1]}\\{face[2]}", text)


def spaced(text: str) -> str:
    """Write tags with spaces, as the captions of the training had them, and every run of white space as one.

    In ``kei_(m_k)`` the qualifier is part of a longer tag; in ``(o_o:1.2)`` the face is the whole tag.
    """

    def word(found: re.Match[str]) -> str:
        return found[0] if len(_WEIGHT.sub("", found[0])) <= SHORT_TAG else found[0].replace("_", " ")

    def run(found: re.Match[str]) -> str:
        return found[0].replace("_", " ") if _QUALIFIED.search(found[0]) else _WORD.sub(word, found[0])

    return " ".join(re.sub(r"[^\s,]+", run, text).split())


def names(text: str, kind: Kind = unknown) -> tuple[str, ...]:
    r"""Read a field of names, several separated by ``;`` or a comma: every bracket is part of a name.

    A name already written with ``\(`` is not escaped again. ``steins;gate`` is one name where the vocabulary says so.
    """
    pieces = re.split(r"([;,])", text)
    found = [pieces[0]]
    for separator, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        whole = f"{found[-1]};{piece}"
        if separator == ";" and len(whole) <= MAX_NAME_CHARS and kind(spaced(whole).casefold()) is not None:
            found[-1] = whole
        else:
            found.append(piece)
    return tuple(written for name in found if name and (written := _literal(name)))


def _literal(name: str) -> str:
    """Write a name so that it parses as itself; its backslashes are somebody's escapes."""
    return escape(spaced(re.sub(r"\\(.?)", r"\1", name)))


def _write_names(item: str, escaped: list[str]) -> str:
    """Escape the names among the tags of an item, inside its brackets too."""
    if " (" not in item:
        return item
    if (wrapped := _wrapped(item)) is not None:
        before, inner, after = wrapped
        return before + join(_write_names(piece, escaped) for piece in split(inner)) + after
    if _NAME.fullmatch(item) and not _WEIGHTED_QUALIFIER.search(item):
        escaped.append(item)
        return escape(item)
    return item


def _wrapped(item: str) -> tuple[str, str, str] | None:
    """Take an item that is one bracketed group apart, weight and closing bracket last."""
    if not item or item[0] not in "([":
        return None
    opener, closer = item[0], ")" if item[0] == "(" else "]"
    depth = 0
    for position, character in enumerate(re.sub(r"\\.", "  ", item)):
        depth += (character == opener) - (character == closer)
        if depth == 0:
            if position != len(item) - 1:
                return None
            inner = item[1:-1]
            weight = _WEIGHT.search(inner) if opener == "(" else None
            return (opener, inner[: weight.start()], weight[0] + closer) if weight else (opener, inner, closer)
    return None


@lru_cache(maxsize=8_192)
def opened(item: str) -> tuple[str, ...]:
    """Write every tag of a weighted group alone, with its own weight, so that each can have its place."""
    written: list[str] = []
    for number, section in enumerate(parse(item)):
        if number:
            written.append(BREAK)
        pieces = [""]
        for segment in section:
            first, *rest = segment.text.split(",")
            pieces[-1] += _weighted(first, segment.weight)
            pieces.extend(_weighted(part, segment.weight) for part in rest)
        written.extend(piece.strip() for piece in pieces if key(piece))
    return tuple(written)


def _weighted(text: str, weight: float) -> str:
    """Write text at this weight, to four decimals; the space around it stays outside of the bracket."""
    number = f"{weight:.4f}".rstrip("0").rstrip(".")
    if number == "1" or not (words := text.strip()):
        return escape(text)
    before, after = text.split(words)
    return f"{before}({escape(words)}:{number}){after}"


def join(items: Iterable[str]) -> str:
    """Write items as one text; around BREAK stands no comma, which the model would read.

    ``!,`` is written ``! ,``: CLIP's tokenizer joins the two into one token that no tag was trained with.
    """
    sections: list[list[str]] = [[]]
    for item in items:
        if item == BREAK:
            sections.append([])
        else:
            sections[-1].append(item)
    return f" {BREAK} ".join(", ".join(section) for section in sections).replace("!,", "! ,").strip()


def inner_breaks(items: Iterable[str]) -> tuple[str, ...]:
    """Keep the BREAKs that stand between two tags of a field: at its edge one would cut the fields beside it."""
    kept: list[str] = []
    for item in items:
        if item != BREAK or (kept and kept[-1] != BREAK):
            kept.append(item)
    return tuple(kept[:-1] if kept and kept[-1] == BREAK else kept)


def mentioned(text: str) -> Iterator[str]:
    """Give the key of every tag that a free field may come to say, whichever choices its dynamic prompts draw."""
    return (key(tag) for tag in re.split(r"[,{|}]", text.replace("_", " ")))


def shown(item: str) -> str:
    """Give an item as a sentence quotes it: as read and not as escaped."""
    return short(" ".join(plain_text(item).split()))


def heaviest(text: str) -> tuple[str, float]:
    """Find the words whose weight is farthest from 1, with that weight; ("", 1.0) where there are none."""
    segments = [
        (segment.text.strip(), segment.weight) for section in parse(text) for segment in section if segment.text.strip()
    ]
    return max(segments, key=lambda segment: abs(segment[1] - 1), default=("", 1.0))
