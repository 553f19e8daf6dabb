"""A vocabulary of a few tags."""

from __future__ import annotations

from msgspec import Struct


class Entry(Struct, frozen=True):
    name: str
    kind: str = "general"
    child: bool = False
    real_person: bool = False


ENTRIES = (
    *(Entry(tag) for tag in ("solo", "smile", "long hair", "outdoors", "looking at viewer", "fellatio")),
    Entry("rumia", "character", child=True),
    Entry("cirno", "character", child=True),
    Entry("saber", "character"),
    Entry("rider", "character"),
    Entry("fate", "series"),
    Entry("somebody famous", "character", real_person=True),
)
ALIASES = {"felatio": "fellatio", "darkness youkai": "rumia", "altria": "saber"}


class SmallVocabulary:
    """Knows `ENTRIES` and `ALIASES`."""

    def __init__(self) -> None:
        self._entries = {entry.name: entry for entry in ENTRIES}
        self._entries |= {alias: self._entries[name] for alias, name in ALIASES.items()}

    def entry(self, text: str, /) -> Entry | None:
        return self._entries.get(text.replace("_", " ").casefold())

    def knows_word(self, word: str, /) -> bool:
        return any(word in name.split() for name in self._entries)
