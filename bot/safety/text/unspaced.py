"""Terms of scripts that are written without spaces, found anywhere in a text but for their bounds."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

from bot.safety.text.lists import Kind, Mark

if TYPE_CHECKING:
    from collections.abc import Mapping

_NO_SPACES = "\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
"""Thai, kana, Han and Hangul: scripts in which a word may stand without a space around it."""
UNSPACED = re.compile(f"[{_NO_SPACES}]")
_HIRAGANA, _KATAKANA, _HANGUL = "\u3041-\u3096", "\u30a1-\u30fa\u30fc", "\uac00-\ud7af"
_PARTICLES = "のがをにはもとで"
_HANGUL_PARTICLES = "[를을가이는은의와과들도만랑야로에]|에서|에게|으로|이나|까지|부터|처럼|하는|하고|입은|입고|차림"

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"

_GAP = re.compile(r"[\W_]{0,3}")
"""What may stand between the parts of a name."""
_HANGUL_LETTER = re.compile(f"[{_HANGUL}]")
_HANGUL_AFTER = re.compile(f"(?:씨|님|군|양)?(?:{_HANGUL_PARTICLES})?(?![{_HANGUL}])")

_HARMLESS = Mark(Kind.HARMLESS)
_NOTHING: frozenset[Mark] = frozenset()


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Make a pattern when a text first holds its term: there are a thousand, and few are ever met."""
    return re.compile(pattern)


class UnspacedTerms:
    """The terms of scripts that may be written without spaces, found anywhere in a text but for their bounds."""

    def __init__(self, terms: Mapping[str, set[Mark]], apart: Mapping[str, set[Mark]]) -> None:
        """Index terms as they stand, and those between whose parts anything may stand that is no letter."""
        self._by_start: defaultdict[str, list[tuple[str, str, frozenset[Mark]]]] = defaultdict(list)
        for term in sorted(terms, key=len, reverse=True):
            pattern = _bounded(term)
            bounds = pattern if pattern != re.escape(term) else ""
            self._by_start[term[:2]].append((term, bounds, frozenset(terms[term])))
        self._apart: defaultdict[str, list[tuple[tuple[str, ...], frozenset[Mark]]]] = defaultdict(list)
        for name, marks in apart.items():
            self._apart[name.replace(" ", "")[:2]].append((tuple(name.split()), frozenset(marks)))
        first = "".join(sorted({start[0] for start in (*self._by_start, *self._apart)}))
        self._starts = re.compile(f"[{re.escape(first)}]" if first else "(?!)")

    def term(self, text: str) -> frozenset[Mark]:
        """Give what a text is, as it stands."""
        return next((marks for term, _, marks in self._by_start.get(text[:2], ()) if term == text), _NOTHING)

    def read(self, text: str) -> set[Mark]:
        """Give what a text holds; a harmless phrase hides what stands in it."""
        found: set[Mark] = set()
        skipped = 0
        for start in self._starts.finditer(text):
            at = start.start()
            if at < skipped:
                continue
            for term, bounds, marks in (*self._by_start.get(text[at : at + 2], ()), *self._by_start.get(text[at], ())):
                if text.startswith(term, at) and (not bounds or _compiled(bounds).match(text, at)):
                    found |= marks
                    if _HARMLESS in marks:
                        skipped = at + len(term)
                    break
            second = _letter_after(text, at)
            for parts, marks in self._apart.get(text[at] + text[second : second + 1], ()):
                if _stands_at(text, at, parts):
                    found |= marks
        return found


def _letter_after(text: str, at: int) -> int:
    """Give where the next letter stands, if it is near."""
    gap = _GAP.match(text, at + 1)
    return gap.end() if gap else at + 1


def _stands_at(text: str, at: int, parts: tuple[str, ...]) -> bool:
    """Tell whether a name stands at a place of a text; in Hangul nothing but a particle may be written onto it."""
    start = at
    for number, part in enumerate(parts):
        at = _letter_after(text, at - 1) if number else at
        if not text.startswith(part, at):
            return False
        at += len(part)
    if not _HANGUL_LETTER.match(parts[0]):
        return True
    return not _HANGUL_LETTER.match(text, start - 1, start) and _HANGUL_AFTER.match(text, at) is not None


def _bounded(term: str) -> str:
    """Write a term of an unspaced script as a pattern.

    Katakana and hiragana are whole runs (calories are ``カロリー``), so are single Han and short Hangul words, but for
    the particles behind them; Han and Thai are found anywhere.
    """
    before = next((f"(?<![{script}])" for script in (_KATAKANA, _HIRAGANA) if re.match(f"[{script}]", term)), "")
    after = ""
    if re.fullmatch(f"[{_HAN}]", term):  # barefoot holds naked
        before, after = f"(?<![{_HAN}])", f"(?![{_HAN}])"
    elif re.search(f"[{_KATAKANA}]$", term):
        after = f"(?![{_KATAKANA}])"
    elif re.search(f"[{_HIRAGANA}]$", term) and not term.endswith("っ"):
        after = f"(?=[{_PARTICLES}]|[^{_HIRAGANA}]|$)"
    elif re.fullmatch(f"[{_HANGUL}]{{1,2}}", term):
        before = f"(?<![{_HANGUL}])"
        after = f"(?=(?:{_HANGUL_PARTICLES})?(?![{_HANGUL}]))"
    return before + re.escape(term) + after
