"""The shipped tables: enough of everything, and nothing that contradicts itself."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from bot.prompt.vocabulary.entry import COUNTS
from bot.prompt.vocabulary.formats import Imported
from bot.prompt.vocabulary.resolve import resolve
from bot.prompt.vocabulary.spelling import spell
from bot.prompt.vocabulary.starter import FOLDER

PUBLIC = Path(__file__).parents[5] / "shared" / "data" / "danbooru.csv"


def test_it_has_what_people_ask_for_first(shipped):
    """At least 600 characters, 120 series and 700 tags ship with the program."""
    assert len(shipped.characters) >= 600
    assert len(shipped.series) >= 120
    assert sum(bool(series.aliases) for series in shipped.series) >= 120
    assert len(shipped.tags) >= 700
    assert {"hair", "eyes", "clothes", "pose", "expression", "setting", "light", "camera"} <= shipped.groups.keys()
    assert all(len(names) >= 10 for names in shipped.groups.values())


def test_every_name_is_spelled_as_a_tag_and_stands_once(shipped):
    """Lower case, spaces, no escapes; no name is in two tables."""
    names = [row.name for table in (shipped.tags, shipped.series, shipped.characters) for row in table]
    assert [name for name in names if spell(name) != name] == []
    assert [name for name, times in Counter(names).items() if times > 1] == []


def test_every_alias_leads_to_one_tag(shipped):
    """An alias is nobody's name and nobody else's alias."""
    rows = [row for table in (shipped.tags, shipped.series, shipped.characters) for row in table]
    aliases = Counter(spell(alias) for row in rows for alias in row.aliases)
    assert [alias for alias, times in aliases.items() if times > 1] == []
    assert aliases.keys() & {row.name for row in rows} == set()


def test_every_character_has_a_series_and_a_count_tag(shipped):
    series = {row.name for row in shipped.series}
    assert [row.name for row in shipped.characters if row.series not in series] == []
    assert [row.name for row in shipped.characters if row.count not in COUNTS[1:]] == []


def test_every_umbrella_is_a_series_and_none_holds_itself(shipped):
    umbrellas = {row.name: row.umbrella for row in shipped.series}
    for name in umbrellas:
        passed = [name]
        while umbrella := umbrellas[passed[-1]]:
            assert umbrella not in passed
            passed.append(umbrella)


@pytest.mark.parametrize("name", ["characters.csv", "series.csv", "tags.csv"])
def test_every_row_is_whole(name):
    """Every row has the columns of its header; posts are a number; the child column says child or nothing."""
    with (FOLDER / name).open(newline="") as file:
        for row in csv.DictReader(file, strict=True):
            assert None not in row, row
            assert None not in row.values(), row
            assert int(row["posts"]) > 0
            assert row.get("child", "") in {"", "child"}


def test_groups_stand_together(shipped):
    """A group is one block of the file, so that who edits it sees all of it."""
    order = [tag.group for tag in shipped.tags]
    assert [group for previous, group in zip(["", *order], order) if group != previous] == list(shipped.groups)  # noqa: B905 - the second is one shorter on purpose


@pytest.mark.parametrize("name", ["klee (genshin impact)", "anya (spy x family)", "kanna kamui", "kinomoto sakura"])
def test_children_are_marked(vocabulary, name):
    """What a later gate reads: these are children."""
    assert vocabulary.character(name).child


def test_resolving_keeps_every_row(shipped):
    """Nothing of the starter gets lost on its way into the index."""
    records = {record.name: record for record in resolve(shipped, Imported())}
    assert len(records) == len(shipped.tags) + len(shipped.series) + len(shipped.characters)
    assert all(records[row.name].series == row.series for row in shipped.characters)
    assert all(set(map(spell, row.aliases)) == set(records[row.name].aliases) for row in shipped.characters)


@pytest.mark.skipif(not PUBLIC.is_file(), reason="the public tag list is not beside the repository")
def test_its_names_are_the_boards_own(shipped):
    """At least 97 of 100 names are tags of the public list under that very spelling, of the same kind."""
    with PUBLIC.open(newline="") as file:
        public = {spell(row[0]): row[1] for row in csv.reader(file)}
    for table, categories in ((shipped.characters, {"4"}), (shipped.series, {"3"}), (shipped.tags, {"0", "5"})):
        assert sum(public.get(row.name) in categories for row in table) >= 0.97 * len(table)
