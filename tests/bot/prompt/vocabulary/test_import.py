"""Importing the public lists: read whole or not at all, and merged for good."""

import os
import subprocess
import sys

import pytest

from bot.errors import ConfigError
from bot.prompt.vocabulary import importing, store
from bot.prompt.vocabulary.formats import parse
from bot.prompt.vocabulary.suggest import suggest

TAGS = 'miko_san,4,500,"miko_chan,mimi"\nblue_world,3,900,bw\nglass_sky,0,70,\n'


def refused(text):
    return [(refusal.line, refusal.reason) for refusal in parse(text.encode()).refused]


@pytest.mark.parametrize(
    ("text", "format_name"),
    [
        ("1girl,0,6008644,1girls\n", "tag list"),
        ("name,category,count,alias\nlong_hair,0,9,\n", "tag list"),
        ("\ufefflong_hair,0,9,\r\n", "tag list"),
        ("1girl, firefly \\(honkai: star rail\\), honkai: star rail\n", "Animagine characters"),
        ("name,gender,post_count\nhatsune_miku,female,106634\n", "characters by gender"),
    ],
)
def test_the_format_is_told_by_what_is_in_the_file(text, format_name):
    assert parse(text.encode()).format == format_name


@pytest.mark.parametrize("text", ["", "\n", "hello\nworld\n", "a;b;c\n", "name,gender,post_count\n", '{"a": 1}'])
def test_anything_else_is_no_vocabulary(text):
    assert parse(text.encode()) is None


def test_refused_rows_are_named_by_line_and_reason():
    """What cannot be meant is left out and said; everything else is read."""
    rows = [
        "good_one,0,9,",
        "too,few",
        "_,0,9,",
        "odd,77,9,",
        "many,0,lots,",
        'open,0,9,"x',
        "tab\tbed,0,9,",
        "",
        "good_two,4,8,",
    ]
    assert refused("\n".join(rows)) == [
        (2, "2 columns instead of 4"),
        (4, "unknown category '77'"),
        (5, "the number of posts is no number"),
        (6, "broken quotes"),
        (7, "control character"),
    ]


def test_an_empty_name_and_bytes_that_are_no_text_are_refused():
    parsed = parse(b"good,0,9,\n,0,9,\n  ,0,9,\n\xff\xfe,0,9,\n")
    assert [(refusal.line, refusal.reason) for refusal in parsed.refused] == [
        (2, "empty name"),
        (3, "empty name"),
        (4, "not UTF-8"),
    ]
    assert (parsed.read, parsed.merged) == (4, 1)


def test_character_lines_and_genders_are_checked_too():
    assert refused("1girl, a, b\n3girls, a, b\n1boy, a\n") == [
        (2, "unknown count tag '3girls'"),
        (3, "not of the form: count, name, series"),
    ]
    assert refused("name,gender,post_count\na,female,1\nb,robot,1\n") == [(3, "unknown gender 'robot'")]


def test_the_report_names_every_line(tmp_path):
    """Neighbouring lines are written as one."""
    path = tmp_path / "list.csv"
    path.write_text("good,0,9,\nx\ny\nz\ngood2,0,9,\nw\n")
    (report,) = importing.import_files([path], tmp_path / "vocabulary")
    assert str(report).splitlines() == [
        f"{path}: tag list: 6 rows read, 2 merged, 4 refused",
        "  refused, 1 column instead of 4: lines 2–4, 6",
    ]


def test_the_three_formats_complete_each_other(imported):
    """Posts and aliases from the tag list, series and count tag from the lines, the rest from the gender list."""
    vocabulary = imported(
        TAGS + "other_one_(blue_world),4,40,\n",
        "1girl, miko chan, blue world\n",
        "name,gender,post_count\nother_one_(blue_world),male,40\nlittle_known,female,3\n",
    )
    miko = vocabulary.character("mimi")
    assert (miko.name, miko.posts, miko.count, miko.series) == ("miko san", 500, "1girl", ("blue world",))
    other = vocabulary.character("other one (blue world)")
    assert (other.count, other.series) == ("1boy", ("blue world",))
    assert vocabulary.character("little known").count == "1girl"


def test_the_order_of_imports_makes_no_difference(imported):
    lines = "1girl, miko chan, blue world\n"
    assert imported(lines, TAGS).character("miko san") == imported(TAGS, lines).character("miko san")


def test_what_was_checked_by_hand_wins_over_a_list(imported):
    """The starter knows that Himmel is a man; the public line says otherwise."""
    vocabulary = imported("himmel_(sousou_no_frieren),4,1200,\n", "1girl, himmel (sousou no frieren), elsewhere\n")
    himmel = vocabulary.character("himmel (sousou no frieren)")
    assert (himmel.count, himmel.series, himmel.posts) == ("1boy", ("sousou no frieren",), 1200)


def test_the_qualifier_tells_the_series_and_a_costume_does_not(imported):
    """The last qualifier that is a series or its alias; failing that, the same character without the costume."""
    vocabulary = imported(
        TAGS
        + "ann_lee_(bw),4,9,\nann_lee_(summer)_(bw),4,8,\nkay_day,4,7,\nkay_day_(dress),4,6,\nsolo_one_(dress),4,5,\n",
        "1girl, kay day, blue world\n",
    )
    for name in ("ann lee (bw)", "ann lee (summer) (bw)", "kay day (dress)"):
        assert vocabulary.character(name).series == ("blue world",)
    assert vocabulary.character("kay day (dress)").count == "1girl"
    assert vocabulary.character("solo one (dress)").series == ()


def test_other_forms_of_a_child_are_children(imported):
    """A costume of a marked character and the younger self of any are children as well; a namesake elsewhere is not."""
    vocabulary = imported(
        "klee_(blossoming_starlight)_(genshin_impact),4,90,\ngrown_up_(young),4,9,\ngrown_up,4,99,\n"
        "grown_up_(dress),4,9,\nklee_(blue_world),4,9,\nblue_world,3,9,\nabigail_williams_(dress)_(fate),4,9,\n"
    )
    children = ["klee (blossoming starlight) (genshin impact)", "grown up (young)", "abigail williams (dress) (fate)"]
    assert all(vocabulary.character(name).child for name in children)
    assert not any(vocabulary.character(name).child for name in ("grown up", "grown up (dress)", "klee (blue world)"))


def test_an_alias_that_two_tables_know_is_listed_once(imported):
    vocabulary = imported('anya_(spy_x_family),4,9,"anya_forger,anya_x"\n')
    assert sorted(vocabulary.aliases("anya (spy x family)")) == ["anya forger", "anya x"]


def test_an_alias_that_is_a_name_of_its_own_leads_nowhere_else(imported):
    vocabulary = imported("first_one,0,9,second_one\nsecond_one,0,99,\n")
    assert vocabulary.canonical("second one") == "second one"
    assert vocabulary.aliases("first one") == ()


def test_a_later_import_adds_and_replaces(imported, tmp_path):
    imported(TAGS)
    later = tmp_path / "later.csv"
    later.write_text("miko_san,4,900,\nnew_one,0,5,\n")
    importing.import_files([later], tmp_path / "vocabulary")
    vocabulary = store.load(tmp_path / "vocabulary")
    assert vocabulary.entry("miko san").posts == 900
    assert vocabulary.known("new one")
    assert vocabulary.known("glass sky")


def test_one_bad_file_and_nothing_is_imported(imported, tmp_path):
    """All files of one command go in, or none."""
    imported(TAGS)
    before = (tmp_path / "vocabulary" / store.FILE).read_bytes()
    (tmp_path / "good.csv").write_text("new_one,0,5,\n")
    (tmp_path / "bad.csv").write_text("no list\n")
    for bad in ("bad.csv", "absent.csv"):
        with pytest.raises(ConfigError, match="nothing was imported"):
            importing.import_files([tmp_path / "good.csv", tmp_path / bad], tmp_path / "vocabulary")
    assert (tmp_path / "vocabulary" / store.FILE).read_bytes() == before


def test_killed_before_the_end_it_leaves_the_old_vocabulary(imported, tmp_path, monkeypatch):
    """The new file takes the old one's place in one step, after it is safe on the disk."""
    imported(TAGS)
    folder = tmp_path / "vocabulary"
    before = (folder / store.FILE).read_bytes()
    (tmp_path / "more.csv").write_text("new_one,0,5,\n")
    dies_at_the_last_step = (
        "import os, sys\nfrom pathlib import Path\nos.fsync = lambda _: os._exit(9)\n"
        "from bot.prompt.vocabulary.importing import import_files\n"
        "import_files([Path(sys.argv[1])], Path(sys.argv[2]))\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    died = subprocess.run([sys.executable, "-c", dies_at_the_last_step, tmp_path / "more.csv", folder], check=False)  # noqa: S603 - our own interpreter
    assert died.returncode == 9
    assert (folder / store.FILE).read_bytes() == before
    assert not store.load(folder).known("new one")


def test_a_failed_write_leaves_no_debris(imported, tmp_path, monkeypatch):
    imported(TAGS)

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigError, match="No space left on device"):
        imported(TAGS)
    assert [path.name for path in (tmp_path / "vocabulary").iterdir()] == [store.FILE]


def test_another_starter_rebuilds_from_what_was_imported(imported, tmp_path, monkeypatch):
    """A new release brings new tables; the import is not lost and need not be repeated."""
    imported(TAGS)
    monkeypatch.setattr(store, "_FORMAT", store._FORMAT + 1)
    folder = tmp_path / "vocabulary"
    before = (folder / store.FILE).read_bytes()
    assert store.load(folder).canonical("mimi") == "miko san"
    assert (folder / store.FILE).read_bytes() != before


def test_a_damaged_vocabulary_is_one_clear_line(imported, tmp_path):
    imported(TAGS)
    (tmp_path / "vocabulary" / store.FILE).write_bytes(b"not this")
    with pytest.raises(ConfigError, match="damaged"):
        store.load(tmp_path / "vocabulary")


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "list.csv").write_text(TAGS)
    with pytest.raises(ConfigError, match="cannot be"):
        importing.import_files([tmp_path / "list.csv"], tmp_path / "file" / "folder")


E621 = (
    'mammal,5,2400000,"mammals"\nfemale,0,1800000,"1girl,2girls,multiple_girls"\nmale,0,1700000,"1boy,smile"\n'
    "furry_series,3,9,\n"
)


@pytest.mark.parametrize(
    ("text", "board", "kinds"),
    [
        ("1girl,0,9,\nhighres,5,9,\n", "Danbooru", {"1girl": "general", "highres": "meta"}),
        (E621, "e621", {"mammal": "species", "female": "general", "furry series": "series"}),
        ("a,0,9,\nb,5,8,\nc,7,7,\nd,8,6,\n", "e621", {"b": "species", "c": "meta", "d": "meta"}),
        (
            "1girl,0,9,\nhighres,5,9,\nmammal,12,9,\nfox_tail,7,9,\nzoo,10,9,\nrusty,11,9,\nsomebody,8,9,\nlore,15,9,\n",
            "Danbooru and e621",
            {"highres": "meta", "mammal": "species", "fox tail": "general", "zoo": "series", "rusty": "character"},
        ),
        ("1girl,0,9,\nfox_tail,7,8,\n", "Danbooru and e621", {"1girl": "general", "fox tail": "general"}),
        (
            "tag_id,name,category,count\n4,1girl,0,9\n5,general,9,9\n",
            "Danbooru",
            {"1girl": "general", "general": "meta"},
        ),
        (",name,category,post_count\n0,1girl,0.0,9\n1,miku,4.0,8.0\n", "Danbooru", {"miku": "character"}),
        ("id,name,category,post_count\n0,wolf,5,9\n1,anthro,0,8\n", "e621", {"wolf": "species"}),
        (
            "Tag,Post_Count,Type,Aliases\nsmile,9,general,\nmiku,8,character,hatsune\n",
            "Danbooru",
            {"miku": "character"},
        ),
        ('1girl,0,6000000,"girls",,\nsmile,0,2000000,,,\n', "Danbooru", {"smile": "general"}),
    ],
)
def test_lists_of_every_board_and_layout_are_read(text, board, kinds):
    """By the categories that only one board has, else by its top; a header says which column is which."""
    parsed = parse(text.encode())
    assert (parsed.board, parsed.refused) == (board, [])
    assert {name: parsed.rows.tags[name].kind for name in kinds} == kinds


def test_a_list_saved_by_windows_is_read():
    """As UTF-16, with a mark and with its line ends."""
    parsed = parse("\ufeff1girl,0,9,\r\nsmile,0,8,\r\n".encode("utf-16-le"))
    assert (parsed.merged, list(parsed.rows.tags)) == (2, ["1girl", "smile"])


@pytest.mark.parametrize("order", [(TAGS, E621), (E621, TAGS)])
def test_another_board_s_list_takes_nothing_over(imported, order):
    """Subjects, ratings, quality words and every name of the first list keep what they are; species are offered."""
    vocabulary = imported(*order, 'bw,0,99999,"miko_san,safe,masterpiece"\nx,8,1,\nmiko_chan,4,99999,\n')
    for name in ("1girl", "2girls", "1boy", "smile"):
        assert (vocabulary.canonical(name), vocabulary.kind(name)) == (name, "general")
    assert vocabulary.canonical("bw") == "blue world"
    assert vocabulary.canonical("miko chan") == "miko san"
    assert (vocabulary.entry("miko san").posts, vocabulary.kind("mammal")) == (500, "species")
    assert [choice.value for choice in suggest(vocabulary, "subject", "1g")] == ["1girl"]
    assert suggest(vocabulary, "more_tags", "1girl")[0].value == "1girl"
    assert suggest(vocabulary, "more_tags", "mamm")[0].value == "mammal"


def test_the_report_of_a_file_in_another_format_is_bounded(tmp_path):
    """However many rows and reasons it has."""
    rows = [f"x,{n % 60 + 20},9," if n % 2 else "good,0,9," for n in range(4000)]
    (tmp_path / "list.csv").write_text("\n".join(rows))
    (report,) = importing.import_files([tmp_path / "list.csv"], tmp_path / "vocabulary")
    lines = str(report).splitlines()
    assert len(lines) == 12
    assert max(map(len, lines)) < 400
    assert lines[-1].endswith("more reasons")


@pytest.mark.parametrize("line", ["masterpiece,5,Quality tag,,", "x" * 500])
def test_an_unknown_layout_is_said_with_what_was_expected(tmp_path, line):
    (tmp_path / "list.csv").write_text(line)
    with pytest.raises(ConfigError, match=rf"its first line is '{line[:70]}.*expected is name,category,posts") as said:
        importing.import_files([tmp_path / "list.csv"], tmp_path / "vocabulary")
    assert len(str(said.value)) < 600 + len(str(tmp_path))
