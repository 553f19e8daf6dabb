"""What is said of checkpoints: which there are, and why one cannot be drawn with."""

from __future__ import annotations

from bot.sentences.quoting import quoted
from bot.sentences.sentence import Sentence, fixed, sentence


@sentence
def unknown(name: str, meant: Sentence) -> str:
    return f"There is no model {quoted(name)}: {meant!s}"


@sentence
def gone(name: str) -> str:
    return f"The model {quoted(name)} is not there any more. Use `/imagine` with another one."


@sentence
def away(title: str) -> str:
    return f"The model {quoted(title)} cannot be drawn with at the moment. Please choose another one."


@sentence
def not_here(title: str) -> str:
    return f"The model {quoted(title)} is not offered in this server. Please choose another one."


@sentence
def above_its_rating(title: str, rating: str) -> str:
    return f"The model {quoted(title)} draws nothing above `{rating}`. Choose a lower rating, or another model."


ALLOWED = fixed("models.ALLOWED", "This model may be used here.")
REFUSED = fixed("models.REFUSED", "This model could not be used. Please choose another one, and tell the operator.")
"""After the engine found out; its log says why."""
