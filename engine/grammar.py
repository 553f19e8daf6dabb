r"""Prompt text to weighted segments, and tokens to chunks: read once, so that the filter reads what the model reads.

The attention syntax of the AUTOMATIC1111 WebUI: ``(x)`` × 1.1, ``(x:1.3)`` × 1.3, ``[x]`` ÷ 1.1, nested weights
multiply, ``\\(`` is a literal bracket, a lone backslash vanishes, an unclosed bracket reaches to the end of the
text, and the word ``BREAK`` starts a new chunk, inside brackets too. Every text has a meaning: nothing here raises.
The chunks are WebUI's as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

EMPHASIS = 1.1
"""What one pair of round brackets multiplies by, and one of square brackets divides by (WebUI)."""

MAX_DEPTH = 32
"""Openers beyond this many are text: 1.1³² is already a weight of 21, and parsing stays linear."""

MAX_WEIGHT = 100.0
"""No weight goes further from 0: nested ones multiply, and beyond this float16 embeddings would overflow to NaN."""

_NUMBER = r"[+-]?(?:\d{1,3}(?:\.\d{0,16})?|\.\d{1,16})"
_TOKEN = re.compile(
    rf"""
    (?P<text>(?:[^\\()\[\]:]+|\\[\\()\[\]]|:(?!\s*{_NUMBER}\s*\)))++)   # with its escaped brackets and backslashes
  | (?P<lone>\\)                                                        # any other backslash: dropped
  | (?P<open>[(\[])
  | :\s*(?P<weight>{_NUMBER})\s*\)
  | (?P<close>[)\]])
    """,
    re.VERBOSE,
)
_ESCAPED = re.compile(r"\\([\\()\[\]])")
_ITSELF = itemgetter(1)  # a template in words is filled in by Python code, match by match
_BREAK = re.compile(r"(?:(?<!\s)\s+)?\bBREAK\b\s*")
"""With the space around it, from where that begins: at each space of a run the run would be read again."""
_CUT = re.compile(r"(,|\bBREAK\b)")
_SPECIAL = re.compile(r"[\\()\[\]]")

BREAK = "BREAK"
"""The word that starts a new chunk; case matters, as in WebUI."""

CHUNK_TOKENS = 75
"""What fits between the start and the end token of CLIP's 77 positions."""

BACKTRACK_TOKENS = 20
"""A cut moves back to the last comma when fewer tokens than this follow it (WebUI's ``comma_padding_backtrack``)."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Neighbouring text of one weight, brackets and escapes removed."""

    text: str
    weight: float = 1.0


def parse(prompt: str) -> tuple[tuple[Segment, ...], ...]:
    """Read a prompt as the model will.

    Returns:
        One tuple of segments for every section between two ``BREAK``; an empty prompt is one empty section.
    """
    texts: list[str | None] = []  # None is a BREAK
    weights: list[float] = []
    opened: dict[str, list[int]] = {"(": [], "[": []}

    def write(text: str | None) -> None:
        texts.append(text)
        weights.append(1.0)

    def multiply(start: int, factor: float) -> None:
        for position in range(start, len(weights)):
            weights[position] *= factor

    for match in _TOKEN.finditer(prompt):
        if match["lone"] is not None:
            continue
        if (opener := match["open"]) is not None:
            if len(opened[opener]) < MAX_DEPTH:
                opened[opener].append(len(texts))
            else:
                write(opener)
        elif (weight := match["weight"]) is not None and opened["("]:
            multiply(opened["("].pop(), float(weight))
        elif match["close"] == ")" and opened["("]:
            multiply(opened["("].pop(), EMPHASIS)
        elif match["close"] == "]" and opened["["]:
            multiply(opened["["].pop(), 1 / EMPHASIS)
        else:
            text = match[0]  # the word alone is found sooner than with the space around it
            for number, part in enumerate(_BREAK.split(text) if BREAK in text else (text,)):
                if number:
                    write(None)
                write(_ESCAPED.sub(_ITSELF, part) if "\\" in part else part)
    for start in opened["("]:
        multiply(start, EMPHASIS)
    for start in opened["["]:
        multiply(start, 1 / EMPHASIS)
    return tuple(_sections(texts, weights))


def _sections(texts: list[str | None], weights: list[float]) -> Iterator[tuple[Segment, ...]]:
    section: list[Segment] = []
    for text, product in zip(texts, weights, strict=True):
        weight = min(max(product, -MAX_WEIGHT), MAX_WEIGHT)
        if text is None:
            yield tuple(section)
            section = []
        elif text and section and section[-1].weight == weight:
            section[-1] = Segment(section[-1].text + text, weight)
        elif text:
            section.append(Segment(text, weight))
    yield tuple(section)


def plain_text(prompt: str) -> str:
    """Give the words that the model reads, without weights, brackets and escapes; ``BREAK`` becomes a space."""
    return " ".join("".join(segment.text for segment in section) for section in parse(prompt))


def escape(text: str) -> str:
    """Write text so that it parses as exactly itself, at weight 1."""
    escaped = _SPECIAL.sub(lambda special: "\\" + special[0], text)
    return re.sub(r"\bBREAK\b", r"B\\REAK", escaped)  # a lone backslash vanishes, and the word with it


def balance(text: str) -> str:
    r"""Write text so that it parses as before, wherever it stands: nothing reaches into what follows.

    Closers without an opener and openers beyond the depth are escaped, unclosed brackets are closed. ``(x:1.3``
    is text to the end at 1.1; the bracket that closes it must not make the number a weight, hence ``(x:\\1.3)``.
    """
    written: list[str] = []
    opened: list[str] = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        if match["lone"] is not None:
            token = "" if match.end() == len(text) else token
        elif (opener := match["open"]) is not None:
            if opened.count(opener) < MAX_DEPTH:
                opened.append(opener)
            else:
                token = "\\" + token
        elif match["weight"] is not None:
            if "(" in opened:
                _close(opened, "(")
            else:
                token = token[:-1] + "\\)"
        elif (closer := match["close"]) is not None:
            opener = "(" if closer == ")" else "["
            if opener in opened:
                _close(opened, opener)
            else:
                token = "\\" + token
        written.append(token)
    joined = "".join(written)
    if "(" in opened:
        joined = re.sub(r":(?=\s*[+-]?[.\d]+\s*$)", r":\\", joined)
    return joined + "".join(")" if opener == "(" else "]" for opener in reversed(opened))


def split(text: str) -> tuple[str, ...]:
    """Cut a balanced text at the commas and at every ``BREAK`` that stand in no bracket.

    Returns:
        The items without the space around them; ``BREAK`` is an item of its own, empty items are left out.
    """
    items = [""]
    opened: list[str] = []
    for match in _TOKEN.finditer(text):
        token = match[0]
        if match["open"] is not None:
            opened.append(token)
        elif match["weight"] is not None and "(" in opened:
            _close(opened, "(")
        elif (closer := match["close"]) is not None and (opener := "(" if closer == ")" else "[") in opened:
            _close(opened, opener)
        elif match["text"] is not None and not opened:
            first, *rest = _CUT.split(token)
            items[-1] += first
            for cut, after in zip(rest[::2], rest[1::2], strict=True):
                items.extend([BREAK, after] if cut == BREAK else [after])
            continue
        items[-1] += token
    return tuple(item.strip() for item in items if item.strip())


def _close(opened: list[str], opener: str) -> None:
    """Remove the innermost bracket of this kind; the two kinds may interleave, as in WebUI."""
    del opened[len(opened) - 1 - opened[::-1].index(opener)]


@dataclass(frozen=True, slots=True)
class Chunk:
    """At most 75 tokens, a weight for each; start, end and padding are the encoder's business."""

    ids: tuple[int, ...] = ()
    weights: tuple[float, ...] = ()


def chunk(sections: Iterable[Iterable[tuple[Sequence[int], float]]], *, comma: int | None) -> tuple[Chunk, ...]:
    """Cut tokenized sections into chunks.

    Args:
        sections: What stands between two ``BREAK``: runs of token ids with the weight of each run.
        comma: The id of the comma token; None where a tokenizer has none, and every cut is then a blind one.

    Returns:
        At least one chunk. ``BREAK`` ends a chunk however empty it is; a last empty one is dropped, as in WebUI.
    """
    chunks: list[Chunk] = []
    ids: list[int] = []
    weights: list[float] = []
    for number, section in enumerate(sections):
        if number:
            chunks.append(Chunk(tuple(ids), tuple(weights)))
            ids, weights = [], []
        for run, weight in section:
            for token in run:
                if len(ids) == CHUNK_TOKENS:
                    cut = CHUNK_TOKENS if token == comma else _cut(ids, comma)
                    chunks.append(Chunk(tuple(ids[:cut]), tuple(weights[:cut])))
                    ids, weights = ids[cut:], weights[cut:]
                ids.append(token)
                weights.append(weight)
    if ids or not chunks:
        chunks.append(Chunk(tuple(ids), tuple(weights)))
    return tuple(chunks)


def _cut(ids: Sequence[int], comma: int | None) -> int:
    """Find how many of a full chunk's tokens stay in it."""
    for position in range(CHUNK_TOKENS - 1, CHUNK_TOKENS - 1 - BACKTRACK_TOKENS, -1):
        if ids[position] == comma:
            return position + 1
    return CHUNK_TOKENS
