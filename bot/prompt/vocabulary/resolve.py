"""From what the tables say to one record a tag: whose alias is whose, and where a character comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from bot.prompt import terms
from bot.prompt.vocabulary.entry import Count, Kind
from bot.prompt.vocabulary.spelling import spell, split_qualifiers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.prompt.vocabulary.formats import Imported
    from bot.prompt.vocabulary.starter import Starter

_REAL_PERSON = frozenset({"person", "voice actor", "real life", "youtuber", "streamer", "musician", "singer"})
"""Qualifiers under which Danbooru files real people."""

_CHILD = frozenset({"child", "young", "kid", "baby", "toddler", "childhood", "small"})
"""Qualifiers of a character's younger self."""


class IndexRow(Struct):
    """One tag on its way into the index; the fields are those of `Entry`, the series is the nearest only."""

    name: str
    kind: Kind
    posts: int
    aliases: list[str] = field(default_factory=list[str])
    count: Count = ""
    series: str = ""
    child: bool = False
    real_person: bool = False
    estimated: bool = False
    """Whether `posts` is the starter's guess, which any import overrules."""


class _Tables:
    """Records by name, and the aliases that lead to them."""

    def __init__(self) -> None:
        self.records: dict[str, IndexRow] = {}
        self.aliases: dict[str, str] = {}
        self.protected: set[str] = set()
        """Names that are nobody's alias, whatever a list says: what the model knows under them is what is meant."""

    def canonical(self, name: str) -> str:
        return name if name in self.records else self.aliases.get(name, name)

    def find(self, name: str) -> IndexRow | None:
        return self.records.get(self.canonical(name))

    def find_series(self, name: str) -> IndexRow | None:
        """Give the series that a qualifier names: fate is the tag "fate (series)", kancolle an alias."""
        for spelled in (name, f"{name} (series)"):
            if (record := self.find(spelled)) and record.kind == "series":
                return record
        return None

    def need(self, name: str, kind: Kind, posts: int = 0, *, estimated: bool = False) -> IndexRow:
        """Give the record of a name, made where there is none; an alias of another kind of tag is no such record."""
        record = self.find(name)
        if record is None or (record.kind != kind and record.name != name):
            record = self.records[name] = IndexRow(name, kind, posts, estimated=estimated)
        return record

    def add_aliases(self, record: IndexRow, aliases: Iterable[str]) -> None:
        """Let these lead to the record; the first to claim an alias keeps it."""
        for alias in aliases:
            taken = alias in self.aliases or alias in self.protected
            if alias != record.name and not taken:
                self.aliases[alias] = record.name
                record.aliases.append(alias)


def resolve(starter: Starter, imported: Imported) -> list[IndexRow]:
    """Bring everything together, the most posted first.

    Counts and series of the starter were checked by hand and win; then the official line; then the gender list and
    the name itself: its last qualifier that is a series, and for a costume (``hatsune miku (append)``) the same
    character without it. Failing that, nothing.
    """
    tables = _Tables()
    tables.protected = {
        *(*terms.COUNT_TAGS, *terms.QUALITY_TAGS, *terms.RATINGS),
        *(row.name for rows in (starter.tags, starter.series, starter.characters) for row in rows),
    }
    _add_tags(tables, imported, elsewhere=False)
    _add_starter(tables, starter)
    _add_tags(tables, imported, elsewhere=True)
    _add_characters(tables, imported)
    records = sorted(tables.records.values(), key=lambda record: (-record.posts, record.name))
    for record in records:
        if record.kind == "character":
            _describe(tables, record, starter)
    _inherit(tables, records)
    if real_life := tables.find_series("real life"):
        real_life.real_person = True
    for record in records:
        record.aliases = [alias for alias in record.aliases if alias not in tables.records]
    return records


def _add_tags(tables: _Tables, imported: Imported, *, elsewhere: bool) -> None:
    """Add the tags of the model's board, or those of others, which take no name and no alias that is known."""
    rows = {name: row for name, row in imported.tags.items() if row.elsewhere is elsewhere}
    if elsewhere:
        rows = {name: row for name, row in rows.items() if tables.find(name) is None}
    for name, row in rows.items():
        tables.records[name] = IndexRow(name, row.kind, row.posts)
    by_posts = sorted(rows.items(), key=lambda item: (-item[1].posts, item[0]))
    for name, row in by_posts:
        tables.add_aliases(tables.records[name], (alias for alias in row.aliases if alias not in tables.records))


def _add_starter(tables: _Tables, starter: Starter) -> None:
    for series in starter.series:
        record = tables.need(series.name, "series", series.posts, estimated=True)
        record.kind = "series"
        tables.add_aliases(record, (series.name, *map(spell, series.aliases)))
    for series in starter.series:
        record = tables.need(series.name, "series")
        umbrella = tables.canonical(series.umbrella)
        if umbrella != record.name:
            record.series = umbrella
    for tag in starter.tags:
        record = tables.need(tag.name, "general", tag.posts, estimated=True)
        record.kind = "general"
        tables.add_aliases(record, (tag.name, *map(spell, tag.aliases)))
    for character in starter.characters:
        record = tables.need(character.name, "character", character.posts, estimated=True)
        record.kind, record.count = "character", character.count
        record.child = record.child or character.child
        record.series = tables.canonical(character.series)
        tables.add_aliases(record, (character.name, *map(spell, character.aliases)))


def _add_characters(tables: _Tables, imported: Imported) -> None:
    for name, line in imported.characters.items():
        record = tables.need(name, "character")
        if record.kind == "character":
            record.count = record.count or line.count
            record.series = record.series or tables.need(line.series, "series").name
    for name, row in imported.genders.items():
        record = tables.need(name, "character", row.posts)
        if record.kind == "character":
            record.count = record.count or row.count
            if record.estimated:
                record.posts, record.estimated = row.posts, False


def _describe(tables: _Tables, record: IndexRow, starter: Starter) -> None:
    """Read what the name itself says about a character."""
    base, qualifiers = split_qualifiers(record.name)
    record.child = record.child or record.name in starter.children or not _CHILD.isdisjoint(qualifiers)
    for qualifier in reversed(qualifiers):
        if not record.series and (series := tables.find_series(qualifier)):
            record.series = series.name
    record.real_person = (
        base in starter.people or record.series == "real life" or not _REAL_PERSON.isdisjoint(qualifiers)
    )


def _inherit(tables: _Tables, records: list[IndexRow]) -> None:
    """Give a costume or another form of a character what is known of that character."""
    children: dict[str, list[IndexRow]] = {}
    for record in records:
        base, qualifiers = split_qualifiers(record.name)
        if record.child and _CHILD.isdisjoint(qualifiers):  # whose younger self is tagged is no child otherwise
            children.setdefault(base, []).append(record)
    for record in records:
        base, qualifiers = split_qualifiers(record.name)
        if record.kind != "character" or not qualifiers:
            continue
        original = tables.find(base)
        if original and original.kind == "character" and " " in base:  # one word is too many people's name
            record.series = record.series or original.series
            record.count = record.count or original.count
        record.child = record.child or any(
            " " in base or not record.series or _root(tables, other) == _root(tables, record)
            for other in children.get(base, ())
        )


def _root(tables: _Tables, record: IndexRow) -> str:
    """Give the widest umbrella, under which two names of a character's series are the same."""
    passed = {record.name}
    while (umbrella := tables.find(record.series)) and umbrella.name not in passed:
        passed.add(umbrella.name)
        record = umbrella
    return record.name
