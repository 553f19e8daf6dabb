"""The texts of a question to the gate, as the model reads them: what is asked for, what is avoided, tag by tag."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from bot.safety.text.ages import ages
from bot.safety.text.forms import visible
from engine.grammar import parse

if TYPE_CHECKING:
    from bot.safety.gate_question import GateQuestion

MAX_CHARS = 6_000
"""Of a composed text, also as it looks: one character may stand for eighteen. The configuration allows 5,000; what is
longer was not composed here, and is not parsed."""


@lru_cache(maxsize=1024)
def sections(text: str) -> tuple[str, ...]:
    """Give what the model reads between two BREAKs."""
    return tuple("".join([segment.text for segment in section]) for section in parse(text))


def as_text(text: str) -> str:
    """Give all that the model reads, without weights and BREAKs."""
    return " ".join(sections(text))


@lru_cache(maxsize=1024)
def tags_in(text: str) -> tuple[str, ...]:
    """Give the tags of a prompt as the model reads them, in lower case."""
    return tuple([key for section in sections(text) for part in section.split(",") if (key := tag_key(part))])


@lru_cache(maxsize=16_384)
def tag_key(name: str) -> str:
    """Write a tag as it is looked up: in lower case, with spaces."""
    return " ".join((name.replace("_", " ") if len(name) > 3 else name).casefold().split())  # noqa: PLR2004  kaomoji


def asked_texts(gate_question: GateQuestion) -> tuple[str, ...]:
    """Give the prompt, and what was typed where composing left some of it out."""
    return (
        (gate_question.prompt,)
        if gate_question.typed in gate_question.prompt
        else (gate_question.prompt, gate_question.typed)
    )


def avoided_texts(gate_question: GateQuestion) -> tuple[str, ...]:
    """Give the negative prompt, and what was typed of it where composing left some of it out."""
    return (
        (gate_question.negative,)
        if gate_question.typed_negative in gate_question.negative
        else (gate_question.negative, gate_question.typed_negative)
    )


def stated_ages(texts: tuple[str, ...]) -> set[float]:
    """Give every age that the texts state, in years."""
    return {age for text in texts for age in ages(as_text(text))}


def is_too_long(gate_question: GateQuestion) -> bool:
    """Tell whether a text of it has more than `MAX_CHARS`, as it stands or as it looks."""
    texts = (gate_question.prompt, gate_question.negative, gate_question.typed, gate_question.typed_negative)
    return any(len(text) > MAX_CHARS or len(visible(text)) > MAX_CHARS for text in texts)
