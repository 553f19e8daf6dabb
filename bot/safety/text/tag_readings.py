"""A text cut into its tags in every form, and the ways in which one tag may be read: digits and signs as letters."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.safety.text.forms import readings, unleet, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.safety.text.forms import Leet

_TAGS = re.compile("[,;、。،؛\n]")
_MASKED = re.compile(r"(?<![^\W_])(?:[a-z]+[*#]+)+[a-z]*|(?<![*#])[*#]+[a-z]+(?![^\W_])")


@lru_cache(maxsize=1024)
def cut_into_tags(text: str) -> tuple[tuple[str, list[str], bool], ...]:
    """Give every form of a text with its tags, and whether it was typed so; else nothing in it is a misspelling."""
    typed, guessed = readings(text)
    return tuple(
        [
            (form, form.replace(";", ",").split(",") if form.isascii() else _TAGS.split(form), form in typed)
            for form in typed + guessed
        ]
    )


@lru_cache(maxsize=16_384)
def tag_readings(tag: str) -> tuple[tuple[str, ...], tuple[tuple[tuple[str, ...], bool], ...], tuple[str, ...]]:
    """Give the words of a tag, its words with digits and signs read as letters, and its words with masked letters.

    The second come in every way that counts, each with whether its words are plain enough to be misspelt besides: at
    most one sign in each.
    """
    words = words_of(tag)
    masked = tuple(_MASKED.findall(tag)) if "*" in tag or "#" in tag else ()
    found = unleet(tag)
    if not found:
        return words, (), masked
    plain = all(sum(not character.isalpha() for character in leet.word) == 1 for leet in found)
    as_letters = [
        (words_of(_as_letters(tag, found, number)), plain) for number in range(max(len(one.readings) for one in found))
    ]
    return words, tuple(as_letters), masked


def _as_letters(tag: str, found: Sequence[Leet], number: int) -> str:
    """Write a tag with the reading of this number, or else the last, in the place of each word."""
    pieces: list[str] = []
    end = 0
    for leet in found:
        pieces += [tag[end : leet.start], leet.readings[min(number, len(leet.readings) - 1)]]
        end = leet.end
    return "".join([*pieces, tag[end:]])
