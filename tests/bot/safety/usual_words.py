"""The most frequent words of twelve languages, and which of them the text filter refuses at safe.

The frequencies are wordfreq's, a development dependency: its data are under CC BY-SA and nothing of them ships.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from wordfreq import top_n_list

from bot.prompt.vocabulary import store
from bot.safety.gate import Place, Situation, judge
from bot.safety.gate_question import GateQuestion
from bot.safety.policy import OperatorPolicy, ServerPolicy
from bot.safety.text.ages import ages
from bot.safety.text.concepts import table
from bot.safety.text.forms import fold
from bot.safety.text.lists import Kind, shipped
from bot.safety.wording import TextFilter

WORDS = 20_000
MOST_REFUSED = 150
AT_ONCE = 10
"""Words of a list."""
SITUATION = Situation(
    place=Place.AGE_RESTRICTED,
    operator=OperatorPolicy(highest="explicit", tagger=True),
    server=ServerPolicy(age_restricted_limit="explicit"),
)
LISTED = {Kind.NEVER, Kind.LEVEL, Kind.RATING}


class Refused(NamedTuple):
    listed: tuple[str, ...]
    """Words that are in the tables themselves, hold one in a script without spaces, or say an age."""
    others: tuple[str, ...]
    """Words that nobody listed; there should be none."""


@cache
def _filter() -> TextFilter:
    return TextFilter(store.load(Path("nothing imported")))


@cache
def _terms() -> tuple[frozenset[str], tuple[str, ...]]:
    texts = {fold(term.text) for term in shipped() if term.mark.kind in LISTED}
    texts |= {fold(term.text) for term in table() if term.mark != "set"}
    return frozenset(texts), tuple(text for text in texts if not text.isascii() and len(text) > 1)


def _allowed(typed: str) -> bool:
    asked = GateQuestion(rating="safe", prompt=f"1girl, safe, {typed}", typed=typed)
    return judge(SITUATION, asked, _filter()).allowed


def refused(language: str, step: int = 1) -> Refused:
    """Ask for every word alone, as a member would; first for some at once, since a list refuses what any of it does."""
    exact, unspaced = _terms()
    listed: list[str] = []
    others: list[str] = []
    words = top_n_list(language, WORDS)[::step]
    lists = (words[start : start + AT_ONCE] for start in range(0, len(words), AT_ONCE))
    for word in (word for some in lists if not _allowed(", ".join(some)) for word in some):
        if _allowed(word):
            continue
        folded = fold(word).replace("'s", "")
        holds = (
            folded in exact or bool(ages(word)) or (not folded.isascii() and any(text in folded for text in unspaced))
        )
        (listed if holds else others).append(word)
    return Refused(tuple(listed), tuple(others))
