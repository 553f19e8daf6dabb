"""A sentence as a value: which one it is, and what is filled in. Its English stands where it is defined.

Whoever knows what to say makes a `Sentence`, hands it on, raises it or stores it; whoever sends it renders it.
"""

from __future__ import annotations

from inspect import signature
from typing import TYPE_CHECKING, ParamSpec

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable

_P = ParamSpec("_P")

ENGLISH: dict[str, Callable[..., str]] = {}
"""What writes each sentence, by its id."""


class Sentence(Struct, frozen=True):
    """What somebody is told, in no language yet."""

    id: str
    """The file that defines it and its name there; it is stored, so it never changes."""
    values: dict[str, Value] = {}
    """What is filled in, by the names of its definition; text as it is shown, markup included."""

    def __str__(self) -> str:
        """Name it for the log, where its values are nobody's business."""
        return self.id

    def __format__(self, spec: str) -> str:
        """Refuse to become text by accident: nobody would read more than an id."""
        raise TypeError(f"{self.id} is put into a text before it is rendered")


Value = str | int | float | bool | None | Sentence | tuple[str | Sentence, ...]
"""What can be filled in; a sentence in a sentence is rendered first."""


def sentence(english: Callable[_P, str]) -> Callable[_P, Sentence]:
    """Define a sentence by its English: a call of what this returns makes the value.

    The English is written when the value is rendered, with every sentence among its values as a string. Numbers and
    their plurals are its business, and no caller's.
    """
    sentence_id = f"{english.__module__.rpartition('.')[2]}.{english.__name__.rstrip('_')}"
    names = tuple(signature(english).parameters)
    _define(sentence_id, english)

    def with_values(*args: _P.args, **kwargs: _P.kwargs) -> Sentence:
        return Sentence(sentence_id, {**dict(zip(names, args, strict=False)), **kwargs})  # pyright: ignore[reportArgumentType]  the definition's parameters are values

    return with_values


def fixed(sentence_id: str, english: str) -> Sentence:
    """Define a sentence in which nothing is filled in."""
    _define(sentence_id, lambda: english)
    return Sentence(sentence_id)


def _define(sentence_id: str, english: Callable[..., str]) -> None:
    if sentence_id in ENGLISH:
        raise ValueError(f"there are two sentences called {sentence_id}")
    ENGLISH[sentence_id] = english
