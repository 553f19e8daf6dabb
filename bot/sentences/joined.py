"""Sentences of sentences, and texts that are nobody's to translate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sentences.sentence import Sentence, sentence

if TYPE_CHECKING:
    from collections.abc import Iterable


@sentence
def as_written(text: str) -> str:
    """Say what was stored as plain text, or what an operator wrote."""
    return text


@sentence
def in_lines(of: tuple[Sentence, ...]) -> str:
    return "\n".join(map(str, of))


@sentence
def in_a_row(of: tuple[Sentence, ...]) -> str:
    return " ".join(map(str, of))


def once(sentences: Iterable[Sentence]) -> tuple[Sentence, ...]:
    """Leave out what was said already."""
    return tuple({repr(one): one for one in sentences}.values())
