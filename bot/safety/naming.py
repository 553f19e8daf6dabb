"""Which words of a text a rule is about, so that a refusal can name them to whoever typed them."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from engine.grammar import plain_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bot.config import Rating

MOST = 5
"""Words that one refusal names."""

PHRASE_WORDS = 3
"""A phrase of a longer tag that is named by itself; of what needs more words the whole tag is named."""

READ_WORDS = 60
"""Of one tag; whoever writes more than that without a comma is told the rule alone."""


class Telling(NamedTuple):
    """What a refusal may say of somebody's words, and of what would be allowed instead."""

    nameable: Rating | None = None
    """Words of up to this rating are named; None names none."""
    highest: Rating | None = None
    """What may be asked for here; None is nothing, or is not told."""
    guards: bool = False
    """Words that children and real people are guarded by are named, too: to an admin, who looks for no way around."""


NOTHING_TOLD = Telling()


def words_with(texts: Iterable[str], is_meant: Callable[[str], bool]) -> tuple[str, ...]:
    """Give the shortest phrases of texts that a rule is about, as they were typed; none where no tag alone is.

    Args:
        texts: As composed or typed; weights and escapes are no part of what is named.
        is_meant: Tells whether the rule is about a phrase.
    """
    found = chain.from_iterable(_of_tag(tag, is_meant) for text in texts for tag in _tags(text) if is_meant(tag))
    named: dict[str, str] = {}
    for phrase in found:
        named.setdefault(phrase.casefold(), phrase)
        if len(named) == MOST:
            break
    return tuple(named.values())


def _tags(text: str) -> Iterator[str]:
    for part in plain_text(text).replace(";", ",").replace("\n", ",").split(","):
        if tag := " ".join(part.split()):
            yield tag


def _of_tag(tag: str, is_meant: Callable[[str], bool]) -> Iterator[str]:
    """Give the phrases of one tag that a rule is about wherever they stand in it: medium breasts are not breasts."""
    words = tag.split()
    if len(words) == 1 or len(words) > READ_WORDS:
        yield from (tag,) if len(words) == 1 else ()
        return
    found: set[int] = set()
    for length in range(1, PHRASE_WORDS + 1):
        for start in range(len(words) - length + 1):
            at = range(start, start + length)
            if (
                found.isdisjoint(at)
                and is_meant(" ".join(words[start : start + length]))
                and _stays(words, at, is_meant)
            ):
                found.update(at)
                yield " ".join(words[start : start + length])
    if not found:
        yield tag


def _stays(words: list[str], at: range, is_meant: Callable[[str], bool]) -> bool:
    """Tell whether a phrase is meant with its neighbours, too."""
    around = ((max(0, at.start - 1), at.stop), (at.start, at.stop + 1), (max(0, at.start - 1), at.stop + 1))
    return all(is_meant(" ".join(words[start:end])) for start, end in around)
