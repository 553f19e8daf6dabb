"""Stated ages: what is one, in which languages, and what only looks like one."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.text.age_phrases import Said, table
from bot.safety.text.ages import OF_AGE, SCHOOL_AGE, ages
from bot.safety.text.concepts import LANGUAGES


@pytest.mark.parametrize(
    "text",
    [
        "13 year old girl",
        "13yo",
        "13 y.o.",
        "13-year-old",
        "13yrs old",
        "13 years",
        "age 13",
        "aged 13",
        "age: 13",
        "thirteen years old",
        "Thirteen-Year-Old",
        "13歳",
        "１３歳",
        "⑬歳",
        "十三歳",
        "13才",
        "13 岁",
        "13살",
        "열세 살",
        "13 лет",
        "13-летняя",
        "тринадцать лет",
        "тринадцатилетняя",
        "13 años",
        "trece años",
        "13 anos",
        "treze anos",
        "13 ans",
        "treize ans",
        "13 Jahre alt",
        "dreizehn Jahre",
        "13-jährige",
        "13 anni",
        "tredici anni",
        "13 lat",
        "13 jaar",
        "13 yaşında",
        "13 tahun",
        "13 tuổi",
        "13 ขวบ",
        "13 साल",
        "13 سنة",
        "turned 13",
        "13f",
    ],
)
def test_an_age_is_read_in_digits_and_words(text: str) -> None:
    """The same age in every language of the lists."""
    assert ages(f"1girl, {text}, smile") == {13}


@pytest.mark.parametrize(
    "text",
    [
        "6th grade",
        "sixth grader",
        "Grade 5",
        "year 7 student",
        "小6",
        "中2",
        "高一",
        "小学六年生",
        "초6",
        "중2",
        "5. Klasse",
    ],
)
def test_a_school_year_is_an_age(text: str) -> None:
    """Whoever is in a school year is under age."""
    assert ages(text) == {SCHOOL_AGE}
    assert SCHOOL_AGE < OF_AGE


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("18 years old", 18),
        ("twenty-one year old", 21),
        ("100 years old", 100),
        ("1000 year old elf", 1000),
        ("二十歳", 20),
        ("百歳", 100),
        ("17.5 years old", 17.5),
        ("forty years old", 40),
    ],
)
def test_a_grown_age_is_read_whole(text: str, age: float) -> None:
    """An elf of a thousand years is not of zero."""
    assert ages(text) == {age}


@pytest.mark.parametrize(
    "text",
    [
        "year 2012",
        "year 2012, old",
        "1990s (style)",
        "16-bit",
        "3d",
        "f1.4",
        "1girl, 2boys",
        "6+girls",
        "seventeen",
        "5 years later",
        "10 years ago",
        "steins;gate 0",
        "half-life 2",
        "world war 2",
        "girls und panzer",
        "m1 garand",
        "大小",
        "中国",
        "high five",
        "seiyo academy school uniform",
    ],
)
def test_other_numbers_are_no_age(text: str) -> None:
    """Years, counts and titles state nobody's age."""
    assert not ages(text)


@pytest.mark.parametrize("text", ["thirteenyearsold", "13 an", "thirteenyo", "treizeans"])
def test_an_age_is_read_whatever_stands_beside_it(text: str) -> None:
    """What is an age alone is one among other tags, and the other way round."""
    assert ages(text) == ages(f"1girl, animal ears, {text}, smile") == {13}


def test_the_decimals_of_an_age_may_stand_behind_a_comma() -> None:
    """A comma without a space ends no statement."""
    assert ages("1girl,20,5 years old,smile") == {20.5}


NUMBERS = {"age": "13", "under": "18", "birthday": "13", "school": "3", "born": "2013"}
PHRASES = defaultdict(list)
for said_, language_, phrase_ in table():
    PHRASES[said_, language_].append(phrase_)


@pytest.mark.parametrize("cell", PHRASES, ids="-".join)
def test_every_phrase_of_a_language_says_an_age(cell: tuple[Said, str]) -> None:
    """Without a unit, as a birthday, a year of birth or of school, and as less than an age."""
    said = [phrase.replace("<n>", NUMBERS[cell[0]]) for phrase in PHRASES[cell]]
    assert [text for text in said if not any(age < OF_AGE for age in ages(f"1girl, {text}, smile"))] == []


def test_every_language_has_every_way_of_saying_an_age() -> None:
    """No cell of the table is empty."""
    assert set(PHRASES) == {(said, language) for said in NUMBERS for language in LANGUAGES}


@pytest.mark.parametrize(
    "text",
    [
        "XIV years old",
        "age XIV",
        "13 and a half years old",
        "15y",
        "13",
        "she's 17!",
        "fifteen",
        "ten and a half",
        "204 months old",
        "born in 2012",
        "Klasse 5",
        "в 5 классе",
    ],
)
def test_an_age_is_read_in_other_spellings(text: str) -> None:
    """Roman numerals, halves, and numbers alone."""
    assert any(age < OF_AGE for age in ages(f"1girl, {text}, smile"))


@pytest.mark.parametrize(
    "text",
    [
        "she is 5 feet tall",
        "under 5 trees",
        "born in 1990",
        "grade 1 sorcerer",
        "frieza (first form)",
        "mit 5 Katzen",
        "до 5 метров",
        "con 5 gatos",
        "有5只猫",
        "5人の女の子",
        "her 21st birthday",
        "seven seas",
        "six months later",
        "over 18",
        "15 century painting",
    ],
)
def test_what_is_counted_or_ranked_is_no_age(text: str) -> None:
    """A number beside a thing, a rank of a story, and who is grown."""
    assert not any(age < OF_AGE for age in ages(f"1girl, {text}, smile"))


def test_a_number_among_very_many_is_not_overlooked() -> None:
    """Nobody says an age two hundred times."""
    assert any(age < OF_AGE for age in ages("1 2 3 " * 100))


@given(st.text(max_size=200))
def test_every_text_has_a_finite_set_of_ages(text: str) -> None:
    """Nothing that anybody types makes the reading fail."""
    assert all(0 <= age < 100_000 for age in ages(text))


@given(st.integers(0, 120))
def test_every_age_is_read_as_it_stands(age: int) -> None:
    """Digits are read whole, not from their last."""
    assert ages(f"{age} years old") == {age}
