"""Reading one field: names are told from emphasis, underscores from faces."""

import csv
from pathlib import Path

import pytest

from bot.prompt import tags
from bot.prompt.terms import COUNT_TAGS
from engine.grammar import plain_text

TAG_LIST = Path(__file__).parents[4] / "shared" / "data" / "danbooru.csv"


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("firefly (honkai: star rail)", r"firefly \(honkai: star rail\)"),
        ("firefly_(honkai:_star_rail)", r"firefly \(honkai: star rail\)"),
        (r"firefly \(honkai: star rail\)", r"firefly \(honkai: star rail\)"),
        ("jeanne d'arc alter (avenger) (fate)", r"jeanne d'arc alter \(avenger\) \(fate\)"),
        ("fox girl (miya (miyaruta))", r"fox girl \(miya \(miyaruta\)\)"),
        ("(ganyu (genshin impact):1.2)", r"(ganyu \(genshin impact\):1.2)"),
        ("[(smile, ganyu (genshin impact)), hat]", r"[(smile, ganyu \(genshin impact\)), hat]"),
        ("x_(y)", r"x \(y\)"),
        ("kei_(m_k)", r"kei \(m k\)"),
        ("vertin_(reverse:1999)", r"vertin \(reverse:1999\)"),
        ("(smile)", "(smile)"),
        ("(smile:1.2)", "(smile:1.2)"),
        ("(a,b:1.2)", "(a,b:1.2)"),
        ("blue hair(long)", "blue hair(long)"),
        ("blue (hair:1.2)", "blue (hair:1.2)"),
        ("blue (hair, long)", "blue (hair, long)"),
        ("blue (hair) ribbon", "blue (hair) ribbon"),
        ("^_^, >_<, |_|, (o_o:1.2)", "^_^, >_<, |_|, (o_o:1.2)"),
        ("long_hair, (blue_eyes:1.2)", "long hair, (blue eyes:1.2)"),
        ("smile, :(, hat", r"smile, :\(, hat"),
        (">:(", r">:\("),
        ("smile, (hat", "smile, (hat)"),
        ("hat)", r"hat\)"),
        (" , a ,,  b ", "a, b"),
        (r"\l\o", r"\l\o"),
    ],
)
def test_a_field_is_written_as_the_model_reads_it(typed, written):
    """Brackets of names are escaped, of emphasis kept; short tags keep their underscore."""
    assert tags.join(tags.read(typed).items) == written


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("jagdpanzer_38(t)", r"jagdpanzer 38\(t\)"),
        ("Jagdpanzer 38(t)", r"Jagdpanzer 38\(t\)"),
        (r"smile, \m/", r"smile, \\m/"),
    ],
)
def test_what_the_vocabulary_knows_is_a_name_in_any_form(kind, typed, written):
    """Without it, those brackets and that backslash are syntax."""
    assert tags.join(tags.read(typed, kind).items) == written
    assert tags.join(tags.read(typed).items) != written


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("", ()),
        (" ; ,", ()),
        ("honkai (series), honkai: star rail", (r"honkai \(series\)", "honkai: star rail")),
        (r"saber \(fate\); saber_(fate)", (r"saber \(fate\)", r"saber \(fate\)")),
        ("(x:1.2", (r"\(x:1.2",)),
        ("BREAK", (r"B\REAK",)),
        ("chaos;head; steins;gate", ("chaos", "head", "steins", "gate")),
    ],
)
def test_in_a_field_of_names_nothing_is_syntax(typed, written):
    assert tags.names(typed) == written


def test_a_semicolon_inside_a_known_name_is_no_separator(kind):
    """Of the tag list's names some hold one."""
    assert tags.names("chaos;head; Steins;Gate", kind) == ("chaos", "head", "Steins;Gate")


@pytest.mark.parametrize(
    ("group", "alone"),
    [
        ("(a, b:1.2)", ("(a:1.2)", "(b:1.2)")),
        ("[a (b), c]", ("(a:0.9091) b", "(c:0.9091)")),
        (r"((a \(b\), c BREAK d))", (r"(a \(b\):1.21)", "(c:1.21)", "BREAK", "(d:1.21)")),
        ("a", ("a",)),
    ],
)
def test_an_opened_group_gives_every_tag_its_weight(group, alone):
    assert tags.opened(group) == alone


@pytest.mark.skipif(not TAG_LIST.exists(), reason="the public tag list is not part of the repository")
def test_names_of_the_tag_list_are_read_as_themselves():
    """At least 99.9 % of its tags with brackets are told from emphasis without a vocabulary."""
    with TAG_LIST.open(newline="", encoding="utf-8") as file:
        names = [row[0] for row in csv.reader(file)]
    assert set(COUNT_TAGS) <= {name.replace("_", " ") for name in names}
    bracketed = [name for name in names if "(" in name or "[" in name]
    read = sum(
        tags.read(name).items != () and plain_text(tags.read(name).items[0]) == name.replace("_", " ")
        for name in bracketed[::7]
    )
    assert read / len(bracketed[::7]) >= 0.999
