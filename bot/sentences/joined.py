"""Sentences of sentences, and texts that are nobody's to translate."""

from __future__ import annotations

from bot.sentences.sentence import Sentence, sentence


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
