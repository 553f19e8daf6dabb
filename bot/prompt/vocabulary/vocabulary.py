"""What the rest of the bot asks: is this a known tag, whose alias is it, who is this character, what comes next."""

from __future__ import annotations

from itertools import chain, islice
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.prompt.vocabulary.labels import DOT, label
from bot.prompt.vocabulary.spelling import spell, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bot.prompt.vocabulary.entry import Entry, Kind
    from bot.prompt.vocabulary.index import Index

MAX_NAME_CHARS = 300
"""Of what may be a name, an alias or a label; the longest of the public lists have 170 characters."""

_NAMESAKES = 50
"""How many characters that have the words of a label are compared with it."""


class Vocabulary:
    """The starter and whatever was imported; immutable. Tags may be written any way: escaped, Capital, under_scored."""

    def __init__(self, index: Index, groups: Mapping[str, tuple[str, ...]]) -> None:
        self._index = index
        self.groups: Mapping[str, tuple[str, ...]] = MappingProxyType(dict(groups))
        """The starter's tags by what they are about: hair, eyes, light…; what ``__hair__`` draws from."""

    def __len__(self) -> int:
        return len(self._index)

    def known(self, tag: str) -> bool:
        """Tell, in constant time, whether this is a tag or an alias of one, of any kind."""
        return self._index.find(spell(tag)) is not None

    def kind(self, tag: str) -> Kind | None:
        """Give, in constant time, what sort of tag this is, or is an alias of; None is unknown."""
        found = self._index.find(spell(tag))
        return None if found is None else self._index.kind(found)

    def canonical(self, tag: str) -> str | None:
        """Give the name of the tag that this is, or is an alias of; None is unknown."""
        found = self._index.find(spell(tag))
        return None if found is None else self._index.name(found)

    def aliases(self, tag: str) -> tuple[str, ...]:
        """Give every other name of a tag; none for what is unknown."""
        found = self._index.find(spell(tag))
        return () if found is None else self._index.aliases(found)

    def entry(self, text: str) -> Entry | None:
        """Give what is known under a name, an alias, or a character's label as `suggest` showed it.

        A label arrives where somebody picked a choice and then went on typing: Discord keeps what it showed.
        """
        if len(text) > MAX_NAME_CHARS:
            return None
        spelled = spell(text)
        found = self._index.find(spelled)
        if found is None:
            found = self._other_order(spelled)
        if found is not None:
            return self._index.entry(found)
        return self._labelled(text) if DOT in text else None

    def _other_order(self, spelled: str) -> int | None:
        """Find a character by given name and family name in the other order; a board writes the family name first."""
        base, bracket, qualifier = spelled.partition(" (")
        first, space, last = base.partition(" ")
        if not space or " " in last:
            return None
        found = self._index.find(f"{last} {first}{bracket}{qualifier}")
        return found if found is not None and self._index.kind(found) == "character" else None

    def character(self, name: str) -> Entry | None:
        """Give a character, with count tag and series; None where the name is none's."""
        entry = self.entry(name)
        return entry if entry and entry.kind == "character" else None

    def knows_word(self, word: str) -> bool:
        """Tell whether a word stands in any tag, character or series; one that does is no misspelling."""
        return any(self._index.knows_word(folded) for folded in words(word))

    def split_names(self, text: str, separators: str) -> list[str]:
        """Part the names in an option, spaces around them removed; the last is "" behind a separator.

        A separator inside a name does not count: ``steins;gate`` is one, and so is ``steins;ga`` while it is typed.
        """
        names: list[str] = []
        start = 0
        for place, letter in enumerate(text):
            if letter not in separators:
                continue
            name = text[start:place].strip()
            if text[place + 1 : place + 2].strip() and not self.entry(name):
                continue
            names.append(name)
            start = place + 1
        return [*names, text[start:].strip()]

    def search(self, kinds: Sequence[Kind], typed: Sequence[str]) -> Iterator[Entry]:
        """Give the entries that have all of these starts of words, the likeliest first."""
        return map(self._index.entry, self._index.search(kinds, typed))

    def search_slipped(self, kinds: Sequence[Kind], typed: Sequence[str]) -> Iterator[Entry]:
        """Give the entries that have these starts of words but for one letter, by posts."""
        return map(self._index.entry, self._index.search_slipped(kinds, typed))

    def _labelled(self, text: str) -> Entry | None:
        wanted = spell(text)
        name, _, series = wanted.partition(DOT)
        likely = (self._index.find(spelled) for spelled in (f"{name} ({series})", name))
        namesakes = self._index.search(("character",), words(wanted))
        for found in chain(likely, islice(namesakes, _NAMESAKES)):
            if found is not None and spell(label(entry := self._index.entry(found), self.canonical)) == wanted:
                return entry
        return None
