"""What somebody typed, whichever program they come from, as words that mean the same here; and what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bot.prompt.foreign import directives, separators, weights
from bot.prompt.terms import unknown
from bot.sentences.joined import once

if TYPE_CHECKING:
    from bot.prompt.recipe import WeightSyntax
    from bot.prompt.terms import Kind
    from bot.request import Options
    from bot.sentences.sentence import Sentence

MAX_CHARS = 20_000
"""Of a text that is looked at; whoever gave a longer one is told elsewhere that it is too long."""

MAX_SAID = 12
"""Sentences about one text."""

_TAGS = ("prompt", "tags", "more_tags", "negative")
_NAMES = ("subject", "character", "series")


class Understood(NamedTuple):
    """A text in our syntax, and a sentence for everything that was written otherwise."""

    text: str
    said: tuple[Sentence, ...] = ()


class UnderstoodOptions(NamedTuple):
    """Options in our syntax, and the sentences."""

    options: Options
    said: tuple[Sentence, ...]


def understand(text: str, kind: Kind = unknown, dialect: WeightSyntax = "", *, braces: bool = True) -> Understood:
    """Write a text of tags so that everything in it is ours.

    Args:
        text: As typed, or as a recipe has it.
        kind: What the vocabulary knows, for tags that have no commas between them.
        dialect: Whose weights they are known to be; "" finds it out.
        braces: Whether braces may be emphasis or choices: of a text that is drawn from already they are letters.
    """
    if not text or len(text) > MAX_CHARS:
        return Understood(text)
    text, said = separators.separated(text)
    text, directed = directives.obeyed(text)
    text, weighted = weights.translated(text, dialect, braces=braces)
    text, apart = separators.spaced_apart(text, kind)
    return Understood(text, once((*said, *directed, *weighted, *apart))[:MAX_SAID])


def understand_options(options: Options, kind: Kind = unknown) -> UnderstoodOptions:
    """Do so with every field that people type; names have only their separators looked at."""
    said: list[Sentence] = []
    changes: dict[str, str] = {}
    for name in (*_TAGS, *_NAMES):
        written: str | None = getattr(options, name)
        if not written:
            continue
        found = understand(written, kind) if name in _TAGS else Understood(*separators.separated(written, names=True))
        if found.text != written:
            changes[name] = found.text
        said.extend(found.said)
    return UnderstoodOptions(msgspec.structs.replace(options, **changes), once(said))
