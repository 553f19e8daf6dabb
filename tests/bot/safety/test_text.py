"""The text side of the filter: what it must find in any disguise, what it must leave alone, and that it never fails."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.text.forms import fold, forms, visible
from bot.safety.text.lexicon import Lexicon
from bot.safety.text.lists import Kind, Mark, Term, combinations, real_words, shipped
from engine.grammar import plain_text
from tests.bot.safety import disguises

LEXICON = Lexicon(shipped(), real_words())
REFUSED = {Kind.NEVER, Kind.LEVEL, Kind.RATING}


def kinds(text: str) -> set[Kind]:
    return {mark.kind for mark in LEXICON.read(plain_text(text))}


@pytest.mark.parametrize("spelling", disguises.SPELLINGS)
@pytest.mark.parametrize("word", disguises.NEVER)
def test_a_word_is_found_in_every_spelling(word: str, spelling: str) -> None:
    """Whatever is still read as a listed word is found as one."""
    text = disguises.SPELLINGS[spelling](word)
    assert Kind.NEVER in kinds(text), text
    assert Kind.NEVER in kinds(f"1girl, {text}, smile"), text


def test_a_word_is_found_under_every_weight() -> None:
    """The attention syntax hides nothing: what is read is what the model reads."""
    for word, weigh in product((*disguises.NEVER, *disguises.TRANSLATED), disguises.WEIGHTS.values()):
        assert Kind.NEVER in kinds(f"1girl, {weigh(word)}, smile"), weigh(word)


@pytest.mark.parametrize("text", disguises.HARMLESS)
def test_a_word_is_never_found_inside_another(text: str) -> None:
    """Whole tags and whole words, never substrings, and no typo of a word that exists."""
    assert not kinds(text) & REFUSED
    assert not kinds(f"1girl, {text}, smile") & REFUSED


@pytest.mark.parametrize(
    "misspelt", ["looli", "shotta", "chlid", "todler", "infent", "lolicno", "shotcaon", "kindergarden"]
)
def test_one_typo_is_forgiven_to_no_listed_word(misspelt: str) -> None:
    """A word one letter away counts as the listed one where no vocabulary knows it."""
    assert kinds(misspelt) & {Kind.NEVER, Kind.MINORS}


def test_a_word_that_the_vocabulary_knows_is_no_typo() -> None:
    """Somebody's name may be one letter away."""
    assert not Lexicon(shipped(), real_words(), known=lambda word: word == "todler").read("todler")


@pytest.mark.parametrize("text", ["l*li", "sh#ta", "*oli", "ch*ld", "t*ddler"])
def test_a_masked_letter_hides_nothing(text: str) -> None:
    """A star or a hash for one letter is a typo of the word."""
    assert kinds(text) & {Kind.NEVER, Kind.MINORS}


@pytest.mark.parametrize(
    "text", ["lo, li", "l, o, l, i", "sho ta", "sho,ta", "l o l i girl", "(lo:1.2) BREAK li", "to-dd-ler-con"]
)
def test_pieces_are_joined(text: str) -> None:
    """Letters set apart are read together, across commas too where the pieces are short."""
    assert Kind.NEVER in kinds(text)


@pytest.mark.parametrize("text", ["a wide shot a girl", "hitachi, lol, i see", "the pen is red", "kids ex machina"])
def test_neighbours_that_are_words_are_not_joined(text: str) -> None:
    """Two words that happen to spell a third are two words."""
    assert not kinds(text) & REFUSED


@pytest.mark.parametrize("emoji", ["👶", "👧🏽", "👦", "🧒", "🍼", "👨‍👩‍👧‍👦", "🚸"])
def test_a_child_in_pictures_is_a_child(emoji: str) -> None:
    """Emoji of children are words, whatever their skin tone and company."""
    assert Kind.MINORS in kinds(f"1girl {emoji}")


@pytest.mark.parametrize(
    "text",
    [
        "niña",
        "criança",
        "fillette",
        "Mädchen, minderjährig",
        "bambina",
        "школьница",
        "девочка",
        "小学生の絵",
        "중학생",
        "女子高生",
        "初中生",
        "ребёнок",
        "dziewczynka",
        "çocuk",
        "trẻ em",
        "เด็กผู้หญิง",
        "طفلة",
        "बच्ची",
        "ילדה",
    ],
)
def test_children_are_found_in_other_languages(text: str) -> None:
    """The second list speaks the languages that people try."""
    assert Kind.MINORS in kinds(text)


def test_an_accent_can_make_another_word() -> None:
    """Nina is a name; niña is a girl."""
    assert Kind.MINORS in kinds("una niña")
    assert Kind.MINORS not in kinds("nina, nakano nino")


def test_a_tag_of_its_own_is_more_than_a_word_in_one() -> None:
    """Terms that are listed as whole tags are left alone inside others."""
    assert Mark(Kind.LEVEL, "sensitive") in LEXICON.read("1girl, breasts, smile")
    assert not LEXICON.read("small breasts")


def test_steering_away_from_nudity_undresses_nobody() -> None:
    """A tag that the table places above safe may name clothes in the negative."""
    assert Kind.UNDRESS in kinds("lowres, clothes")
    assert Kind.UNDRESS not in kinds("lowres, see-through clothes, torn clothes")


def test_some_words_are_only_refused_together() -> None:
    """A body and a build are nothing; the two together are a third thing."""
    assert not any(together <= LEXICON.read("flat chest, tall") for together in combinations())
    assert any(together <= LEXICON.read("flat chest, smile, petite") for together in combinations())


def test_denied_tags_are_found_like_the_core() -> None:
    """What an admin adds is matched as the shipped lists are."""
    denied = Lexicon([Term("spider", Mark(Kind.DENIED))])
    assert denied.read("a s p i d e r") or denied.read("a giant spider")
    assert not denied.read("spiderman")


@given(st.text(max_size=200))
def test_every_text_can_be_read(text: str) -> None:
    """Nothing that anybody types makes the filter fail, and reading twice finds the same."""
    assert LEXICON.read(text) == LEXICON.read(text)


@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_around_a_tag_hides_it(before: str, after: str) -> None:
    """A tag between commas is found whatever stands beside it."""
    assert Mark(Kind.NEVER) in LEXICON.read(f"{before}, loli, {after}")


@given(st.text(max_size=100))
def test_folding_twice_changes_nothing(text: str) -> None:
    """The folded form is a form that texts and lists share."""
    assert fold(fold(text)) == fold(text)
    assert visible(visible(text)) == visible(text)


@given(st.text(alphabet=st.characters(max_codepoint=126), max_size=100))
def test_plain_text_has_one_form(text: str) -> None:
    """Most prompts are read once."""
    if text.isprintable() and "&" not in text and "%" not in text:
        assert forms(text) == (text.lower(),)


def test_every_listed_term_finds_itself() -> None:
    """No entry of the lists is dead."""
    for term in shipped():
        if term.mark.kind in {Kind.HARMLESS, Kind.UNDRESS}:
            continue
        assert term.mark in LEXICON.read(term.text), term


def test_no_term_is_listed_twice() -> None:
    """Lists stay short: a term stands once."""
    own = [(term.text, term.mark) for term in shipped() if not term.as_written]
    assert {
        term for term, times in Counter(own).items() if times > 1 and term[1].kind is not Kind.YOUTHFUL_PART
    } == set()
