"""Sentences in the database: id and values as JSON; what an older version wrote is text, and stays what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.sentences.joined import as_written
from bot.sentences.quoting import escaped
from bot.sentences.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

_BEGINS = '{"id":'
"""No sentence of version 0.1.0 begins so."""


def written(sentence: Sentence) -> str:
    return msgspec.json.encode(sentence).decode()


def read(stored: str) -> Sentence:
    """Read a sentence.

    Raises:
        msgspec.DecodeError: It is damaged.
    """
    return msgspec.json.decode(stored, type=Sentence) if stored.startswith(_BEGINS) else as_written(stored)


def written_all(sentences: Iterable[Sentence]) -> str:
    return msgspec.json.encode(tuple(sentences)).decode()


def read_all(stored: str) -> tuple[Sentence, ...]:
    """Read a list of sentences; those of 0.1.0 are texts, in which a stranger's words are not escaped.

    Raises:
        msgspec.DecodeError: It is damaged.
    """
    found = msgspec.json.decode(stored, type=tuple[str | Sentence, ...])
    return tuple([as_written(escaped(one)) if isinstance(one, str) else one for one in found])
