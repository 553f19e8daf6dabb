"""What the composer and the gate ask."""

import pytest

from bot.prompt.vocabulary.labels import label
from bot.prompt.vocabulary.spelling import words


def test_a_character_brings_series_and_count_tag(vocabulary):
    """Choosing a character fills series and subject; the umbrella comes first, as the model card has it."""
    firefly = vocabulary.character("firefly (honkai: star rail)")
    assert (firefly.count, firefly.series) == ("1girl", ("honkai (series)", "honkai: star rail"))
    assert vocabulary.character("Kaito_(Vocaloid)").count == "1boy"
    assert vocabulary.character("long hair") is None
    assert vocabulary.character("nobody at all") is None


@pytest.mark.parametrize("written", ["rem_(re:zero)", r"Rem \(re:zero\)", "ＲＥＭ (re:zero)", " rem  (re:zero) "])
def test_a_tag_is_known_however_it_is_written(vocabulary, written):
    assert vocabulary.known(written)
    assert vocabulary.canonical(written) == "rem (re:zero)"
    assert vocabulary.kind(written) == "character"


def test_aliases_lead_there_and_back(vocabulary):
    """An alias resolves to its tag, and the tag lists it."""
    assert vocabulary.canonical("anya forger") == "anya (spy x family)"
    assert "anya forger" in vocabulary.aliases("anya (spy x family)")
    assert "anya forger" in vocabulary.aliases("anya forger")
    assert vocabulary.canonical("初音ミク") == "hatsune miku"
    assert vocabulary.aliases("nobody at all") == ()


def test_unknown_is_unknown(vocabulary):
    for text in ("", " ", "nobody at all", "hatsune mik", "\ud800", "·", "x · y"):
        assert not vocabulary.known(text)
        assert vocabulary.canonical(text) is None
        assert vocabulary.kind(text) is None
        assert vocabulary.entry(text) is None


def test_every_tag_and_alias_of_the_starter_is_found(vocabulary, shipped):
    for table in (shipped.tags, shipped.series, shipped.characters):
        for row in table:
            assert vocabulary.canonical(row.name) == row.name
            assert all(vocabulary.canonical(alias) == row.name for alias in row.aliases)


def test_every_label_leads_back_to_its_character(vocabulary, shipped):
    """Discord keeps what it showed where somebody picks a choice and types on."""
    for row in shipped.characters:
        shown = label(vocabulary.character(row.name), vocabulary.canonical)
        assert vocabulary.character(shown).name == row.name


def test_groups_are_what_wildcards_draw_from(vocabulary):
    assert "blue eyes" in vocabulary.groups["eyes"]
    assert all(vocabulary.known(name) for names in vocabulary.groups.values() for name in names)


def test_a_word_of_any_tag_is_known_as_a_word(vocabulary):
    """What is no word of the vocabulary may be a misspelling; what is one is none."""
    assert all(vocabulary.knows_word(word) for word in ("miku", "Cowboy", "hololive", "d'arc", "forger"))
    assert not vocabulary.knows_word("mikuu")
    assert not vocabulary.knows_word("")


@pytest.mark.parametrize(
    ("text", "separators", "names"),
    [
        ("a; b", ";", ["a", "b"]),
        ("a;", ";", ["a", ""]),
        ("", ";", [""]),
        ("steins;gate; touhou", ";,", ["steins;gate", "touhou"]),
        ("touhou;steins;gate", ";,", ["touhou", "steins;gate"]),
        ("touhou, vocaloid", ";,", ["touhou", "vocaloid"]),
        ("hatsune miku;kagamine rin", ";", ["hatsune miku", "kagamine rin"]),
    ],
)
def test_names_are_parted_where_one_ends(vocabulary, text, separators, names):
    """A separator inside a name does not part it."""
    assert vocabulary.split_names(text, separators) == names


def test_more_posts_come_first(vocabulary):
    """Every search is in order of posts within its tier."""
    posts = [entry.posts for entry in vocabulary.search(("character",), words("a"))][:50]
    assert posts == sorted(posts, reverse=True)
