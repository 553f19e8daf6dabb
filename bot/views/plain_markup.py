"""A member's words as Discord's markup that shows them and does nothing: no link, no mention, no piled marks."""

from __future__ import annotations

import re
import unicodedata

import discord

MOST_MARKS = 2
"""Combining marks on one letter; Vietnamese has two, more of them climb over the lines above."""

_LINK = re.compile(r"(?<=\w)(?::(?=//)|\.(?=\w))")
"""What makes a link of words: a scheme, and the dots of a host."""


def plain_markup(text: str) -> str:
    """Write text so that it is read as it was typed: links, invites, channels, commands, times and emoji are words."""
    written = discord.utils.escape_markdown(_without_piles(text), ignore_links=False)
    written = discord.utils.escape_mentions(written).replace("<", "\\<")
    return _LINK.sub("\\g<0>\u2060", written)  # a word joiner: nothing to see, and no address any more


def plain_words(text: str) -> str:
    """Write text for a sentence that quotes it, and so escapes Markdown itself: without piled marks and addresses."""
    return _LINK.sub("\\g<0>\u2060", _without_piles(text))


def _without_piles(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)
