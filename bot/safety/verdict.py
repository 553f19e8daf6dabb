"""What the gate answers, and the rules that led to it."""

from __future__ import annotations

from functools import cache

from msgspec import Struct

from bot.sentences import gate as says
from bot.sentences.sentence import Sentence


class Step(Struct, frozen=True):
    """One rule and what it says about one request."""

    rule: str
    allowed: bool
    sentence: Sentence
    """For the person who asked; it holds words of theirs only where `Telling` lets it, and where nobody knows them."""
    strike: bool = False
    """A no of the text filter; several of them lock a person out for a while."""


@cache
def passed(rule: str) -> Step:
    """Give the step of a rule that found nothing in the words."""
    return Step(rule, allowed=True, sentence=says.FOUND_NOTHING)


def text_step(rule: str, refused: object, sentence: Sentence, *, strike: bool = False) -> Step:
    """Give the step of a rule about words, which refuses where it found something."""
    return Step(rule, allowed=False, sentence=sentence, strike=strike) if refused else passed(rule)


class Verdict(Struct, frozen=True):
    """The gate's answer: whether, by which rule, and a sentence for the person who asked."""

    allowed: bool
    rule: str
    sentence: Sentence
    strike: bool = False
