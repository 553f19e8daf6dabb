r"""Weights as NovelAI and compel write them, as ours.

NovelAI: ``{x}`` × 1.05, ``[x]`` ÷ 1.05, ``1.5::x::``, ``||a|b||`` picks one. Compel, in InvokeAI and diffusers:
``x++`` × 1.1 for each, ``x--`` × 0.9, ``(x)1.3``. Which is meant is seen by what only one of them has.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from bot.prompt.foreign.separators import RANDOM
from bot.sentences import foreign as says
from bot.sentences.joined import once
from bot.sentences.quoting import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.prompt.recipe import WeightSyntax
    from bot.sentences.sentence import Sentence

EMPHASIS = 1.05
"""What a pair of NovelAI's brackets multiplies by."""
PLUS, MINUS = 1.1, 0.9
"""What each of compel's signs multiplies by (``compel/prompt_parser.py``)."""
MOST = 2.0
"""The highest weight that is drawn here."""
MAX_DEPTH = 30
"""Brackets inside each other; those deeper are letters."""

_NUMERIC = re.compile(r"(?<![\w.:])(-?\d{1,3}(?:\.\d{0,6})?|-?\.\d{1,6})::")
_GROUP_WEIGHT = re.compile(
    r"\)(?P<number>\d{1,2}(?:\.\d{1,6})?|\.\d{1,6})(?=[\s,)\]}]|$)|\)(?P<signs>\+{1,20}|-{1,20})(?=[\s,)\]}]|$)"
)
_WORD_SIGNS = re.compile(r"(?<![\w+'’-])([\w'’]{2,60})(\+{1,20}|-{1,20})(?=[\s,)\]}]|$)")
_WHOLE_GROUP = re.compile(r"\(([^()]*):(\d{1,3}(?:\.\d{1,6})?)\)")
_CHOICE = re.compile(r"[~@\d\s-]{0,24}\$\$|\s{0,9}!")
_ONLY_GROUP = re.compile(r"__[^{}|]{1,200}__")
_CONJUNCTION = re.compile(r"\.(?:and|blend|swap)\([^()]{0,200}\)")


class Weighted(NamedTuple):
    """A text with our weights, and what is said of that."""

    text: str
    said: tuple[Sentence, ...]


def translated(text: str, dialect: WeightSyntax = "", *, braces: bool = True) -> Weighted:
    """Write another program's weights as ours.

    Args:
        text: Separated by commas.
        dialect: Whose it is known to be; "" looks for what only one has.
        braces: Whether braces may be emphasis; of a text whose choices are drawn they are letters.
    """
    if dialect == "novelai" or (dialect != "comfyui" and _is_novelai(text, braces=braces)):
        return _NovelAI(text, sure=dialect == "novelai", braces=braces).written()
    if dialect == "invokeai" or _is_compel(text):
        return _from_compel(text)
    return Weighted(text, ())


def _is_novelai(text: str, *, braces: bool) -> bool:
    if "::" not in text and "||" not in text and not (braces and "{" in text):
        return False
    pairs = _braces(text) if braces else []
    if any(not choice for _, _, choice in pairs):
        return True
    rest, at = list[str](), 0
    for start, end, _ in pairs:
        if start >= at:
            rest.append(text[at:start])
            at = end
    outside = " ".join((*rest, text[at:]))
    return _NUMERIC.search(outside) is not None or RANDOM.search(outside) is not None


def _braces(text: str) -> list[tuple[int, int, bool]]:
    """Give every closed pair of braces: where it opens, where it ends, and whether it is a choice and no emphasis."""
    found: list[tuple[int, int, bool]] = []
    opened: list[tuple[int, bool]] = []
    at = 0
    while at < len(text):
        character = text[at]
        if character == "\\":
            at += 2
            continue
        if character == "{":
            variable = text[at - 1 : at] == "$"
            opened.append((at, variable or _CHOICE.match(text, at + 1) is not None))
        elif character == "|" and opened:
            opened[-1] = opened[-1][0], True
        elif character == "}" and opened:
            start, choice = opened.pop()
            found.append((start, at + 1, choice or _ONLY_GROUP.fullmatch(text[start + 1 : at].strip()) is not None))
        at += 1
    return sorted(found)


class _NovelAI:
    """One text in NovelAI's syntax on its way to ours."""

    def __init__(self, text: str, *, sure: bool, braces: bool) -> None:
        self._text = text
        self._sure = sure
        self._braces = braces
        pairs = _braces(text) if braces else []
        self._choices = {start: end for start, end, choice in pairs if choice}
        self._closers = {start: end for start, end, choice in pairs if not choice} | _squares(text)
        self._said: list[Sentence] = []
        self._examples: list[tuple[str, str]] = []

    def written(self) -> Weighted:
        text = self._read(0, len(self._text), 0)
        if self._examples:
            self._said.insert(0, _read_as("NovelAI", self._examples))
        return Weighted(text, once(self._said))

    def _read(self, at: int, end: int, depth: int) -> str:
        """Write what stands between two places."""
        text, parts = self._text, list[str]()
        while at < end:
            character = text[at]
            if character == "\\":
                parts.append(text[at : at + 2])
                at += 2
            elif character in "{[" and self._choices.get(at, end + 1) <= end:
                parts.append(text[at : self._choices[at]])
                at = self._choices[at]
            elif character in "{[" and self._closers.get(at, end + 1) <= end and depth < MAX_DEPTH:
                after = self._closers[at]
                inner = self._read(at + 1, after - 1, depth + 1)
                parts.append(self._weigh(at, after, inner, EMPHASIS if character == "{" else 1 / EMPHASIS, depth))
                at = after
            elif character == "|" and (random := RANDOM.match(text, at, end)) is not None:
                parts.append("{" + random[1] + "}")
                self._examples.append((random[0], parts[-1]))
                at = random.end()
            elif (number := _NUMERIC.match(text, at, end)) is not None and depth < MAX_DEPTH:
                stop, after = self._numeric_end(number.end(), end)
                inner = self._read(number.end(), stop, depth + 1)
                parts.append(self._weigh(at, after, inner, float(number[1]), depth))
                at = after
            elif text.startswith("::", at):
                at += 2  # closes nothing
            else:
                if not (
                    self._sure and character in ("{}[]" if self._braces else "[]")
                ):  # an unclosed one is none there
                    parts.append(character)
                at += 1
        return "".join(parts)

    def _numeric_end(self, at: int, end: int) -> tuple[int, int]:
        """Find where a weight in figures ends: at two colons, where the next one begins, or with the text."""
        closer = self._text.find("::", at, end)
        if closer < 0:
            return end, end
        following = _NUMERIC.search(self._text, at, closer + 2)
        return (following.start(), following.start()) if following is not None else (closer, closer + 2)

    def _weigh(self, start: int, end: int, inner: str, weight: float, depth: int) -> str:
        theirs = self._text[start:end].strip()
        words = inner.strip(" ,")
        if not words:
            return ""
        before = inner[: inner.index(words)]
        behind = inner[inner.index(words) + len(words) :]
        if weight < 0:
            self._said.append(says.weight_left_out(short(theirs)))
            return behind
        ours, asked = _weighted(words, weight)
        if asked > MOST:
            self._said.append(says.weight_bounded(short(theirs), MOST))
        if depth == 0:
            self._examples.append((theirs, ours))
        return f"{before}{ours}{behind}"


def _squares(text: str) -> dict[int, int]:
    """Give where each square bracket that is closed ends."""
    found: dict[int, int] = {}
    opened: list[int] = []
    at = 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == "[":
            opened.append(at)
        elif text[at] == "]" and opened:
            found[opened.pop()] = at + 1
        at += 1
    return found


def _weighted(words: str, weight: float) -> tuple[str, float]:
    """Write words at a weight; a group of one weight takes it into its own. Give also the weight that was asked for."""
    if (group := _WHOLE_GROUP.fullmatch(words)) is not None:
        words, weight = group[1], weight * float(group[2])
    number = f"{min(weight, MOST):.4f}".rstrip("0").rstrip(".")
    return (words if number == "1" else f"({words}:{number})"), weight


def _is_compel(text: str) -> bool:
    """Tell by a weight behind a bracket, or by two signs behind a word: a single one may belong to a tag."""
    if "(" in text and (found := _GROUP_WEIGHT.search(text)) and _opener(text, found.start()) is not None:
        return True
    return any(len(found[2]) > 1 for found in _WORD_SIGNS.finditer(text)) or _CONJUNCTION.search(text) is not None


def _from_compel(text: str) -> Weighted:
    said: list[Sentence] = []
    examples: dict[str, str] = {}
    for conjunction in dict.fromkeys(_CONJUNCTION.findall(text)):
        said.append(says.conjunction_left_out(short(conjunction)))
        text = text.replace(conjunction, "").replace('"', "")

    def word(found: re.Match[str]) -> str:
        ours, _ = _weighted(found[1], _signs(found[2]))
        examples.setdefault(found[0], ours)
        return ours

    text = _WORD_SIGNS.sub(word, text)
    for _ in range(200):  # from the last to the first, as brackets inside each other close
        found = next((one for one in _GROUP_WEIGHT.finditer(text) if _opener(text, one.start()) is not None), None)
        if found is None:
            break
        start = _opener(text, found.start()) or 0
        weight = float(found["number"]) if found["number"] else _signs(found["signs"])
        inner = text[start + 1 : found.start()]
        ours, asked = _weighted(inner.strip(), weight)
        theirs = text[start : found.end()]
        examples.setdefault(theirs, ours)
        if asked > MOST:
            said.append(says.weight_bounded(short(theirs), MOST))
        text = text[:start] + ours + text[found.end() :]
    changed = [(theirs, ours) for theirs, ours in examples.items() if theirs != ours]
    return Weighted(text, tuple(([_read_as("InvokeAI", changed)] if changed else []) + said))


def _read_as(program: str, examples: Sequence[tuple[str, str]]) -> Sentence:
    shown = [says.written_as(short(theirs), short(ours)) for theirs, ours in examples[: says.EXAMPLES + 1]]
    return says.translated(program, tuple(shown))


def _signs(signs: str) -> float:
    return PLUS ** len(signs) if signs[0] == "+" else MINUS ** len(signs)


def _opener(text: str, closer: int) -> int | None:
    """Find the bracket that this one closes, a few hundred characters before it."""
    depth = 0
    for at in range(closer, max(closer - 600, -1), -1):
        if at and text[at - 1] == "\\":
            continue
        depth += (text[at] == ")") - (text[at] == "(")
        if depth == 0:
            return at
    return None
