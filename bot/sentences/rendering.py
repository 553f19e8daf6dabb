"""From a sentence to the text that somebody reads: the one place where a language is chosen, as yet English alone."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from bot.sentences import (
    about,
    answer,
    audit,
    card,
    commands,
    edit,
    ends,
    foreign,
    gate,
    joined,
    locks,
    loras,
    me,
    models,
    more,
    operator,
    presence,
    preview,
    prompt,
    queue,
    recipes,
    reports,
    settings,
    terms,
    uploads,
    why,
    words,
)
from bot.sentences import help as helping
from bot.sentences.quoting import unescaped
from bot.sentences.sentence import ENGLISH, Sentence

if TYPE_CHECKING:
    from bot.sentences.sentence import Value

ROOMS = (
    about,
    answer,
    audit,
    card,
    commands,
    edit,
    ends,
    foreign,
    gate,
    helping,
    joined,
    locks,
    loras,
    me,
    models,
    more,
    operator,
    presence,
    preview,
    prompt,
    queue,
    recipes,
    reports,
    settings,
    terms,
    uploads,
    why,
    words,
)
"""Every file that defines sentences: each is known once it is imported, and what is stored may be of any."""

log = logging.getLogger(__name__)

NO_WORDS = "I no longer have the words for this."
"""A sentence was stored by a version that knows more of them, or came damaged."""

_UNSPEAKABLE = (TypeError, ValueError, LookupError, AttributeError, RecursionError)
"""What comes of values that are not those of the definition: rows and readers of files are not believed."""


def plain(sentence: Sentence) -> str:
    """Write a sentence where there is no Markdown: in a terminal, or for whoever escapes all of it."""
    return unescaped(render(sentence))


def render(sentence: Sentence) -> str:
    """Write a sentence as Discord's Markdown."""
    english = ENGLISH.get(sentence.id)
    if english is None:
        log.error("there is no sentence called %s", sentence.id)
        return NO_WORDS
    try:
        return english(**{name: _rendered(value) for name, value in sentence.values.items()})
    except _UNSPEAKABLE as error:
        log.error("%s cannot be said with its values: %s", sentence.id, error)  # noqa: TRY400  one clear line
        return NO_WORDS


def _rendered(value: Value) -> object:
    if isinstance(value, Sentence):
        return render(value)
    return tuple([_rendered(one) for one in value]) if isinstance(value, tuple) else value
