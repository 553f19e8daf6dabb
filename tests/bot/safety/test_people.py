"""Real people by name: found in every script, order and spelling of the list, and nobody else with them."""

from __future__ import annotations

import csv

import pytest
from wordfreq import top_n_list

from bot.prompt.vocabulary import starter
from bot.safety.gate import judge
from bot.safety.gate_question import GateQuestion
from bot.safety.text.forms import fold, words_of
from bot.safety.text.lexicon import Lexicon
from bot.safety.text.lists import Kind, shipped
from bot.safety.text.people import LANGUAGES, in_scripts, names
from tests.bot.safety import corpus, usual_words

NAMES = Lexicon(term for term in shipped() if term.apart or term.mark.kind is Kind.HARMLESS)
SEPARATORS = (" ", "・", "·", "_", "-", ".", "\u3000")
WRITTEN = {language: [name.text for name in names() if name.language == language] for language in LANGUAGES}
"""Every order and case."""
LATIN = [name.text for name in names() if not name.language]


def is_person(text):
    return any(mark.kind is Kind.PEOPLE for mark in NAMES.read(text))


def test_the_list_is_as_long_as_it_claims():
    """At least 150 people in other scripts than Latin, some in each."""
    assert len(in_scripts()) >= 150
    assert {name.language for name in in_scripts()} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_is_found_in_its_script(language):
    """In both orders, with anything between its parts; without spaces where the script writes none."""
    missed = []
    for number, name in enumerate(WRITTEN[language]):
        spellings = [name, name.replace(" ", SEPARATORS[number % len(SEPARATORS)])]
        spellings += [] if language == "ru" else [name.replace(" ", "")]
        missed += [text for text in spellings if not is_person(f"1girl, {text}, smile")]
    assert missed == []


@pytest.mark.parametrize(
    "text",
    [
        "宮崎駿の写真",
        "a portrait of 駿・宮崎",
        "宮 崎 駿",
        "習近平",
        "近平_习",
        "刘德华演唱会",
        "김연아는 춤추다",
        "김연아씨",
        "연아 김",
        "портрет Владимира Путина",
        "ПУТИН, ВЛАДИМИР ПУТИН",
        "Ивану Урганту",
    ],
)
def test_names_stand_in_sentences(text):
    """With particles, titles and endings."""
    assert is_person(text)


@pytest.mark.parametrize("text", ["친절한 지민", "대중 김밥", "강인한 사람", "宮崎県", "ленинград", "김연아파트"])
def test_parts_of_names_are_nobody_s(text):
    """Nor is a name found in a longer Korean word."""
    assert not is_person(text)


@pytest.mark.parametrize("name", ["宮崎駿", "习近平", "김연아", "владимир путин", "tom cruise"])
def test_a_real_person_is_refused_above_safe(name):
    """By the rule about people, and not as an unknown word."""
    for rating, rule in (("safe", "allowed"), ("sensitive", "people"), ("nsfw", "people")):
        asked = GateQuestion(rating=rating, prompt=f"1girl, {rating}, {name}", typed=name)
        assert judge(usual_words.SITUATION, asked, corpus.words()).rule == rule


def test_a_real_person_is_found_letter_by_letter():
    """Where each letter alone is known, in both orders; three letters spell nobody."""
    for typed in ("e m m a w a t s o n", "W A T S O N E M M A", "taylor s w i f t, t a y l o r s w i f t"):
        asked = GateQuestion(rating="sensitive", prompt=f"1girl, sensitive, {typed}", typed=typed)
        assert judge(usual_words.SITUATION, asked, corpus.words()).rule == "people"
    asked = GateQuestion(rating="sensitive", prompt="1girl, sensitive, a b c", typed="a b c")
    assert judge(usual_words.SITUATION, asked, corpus.words()).allowed


def test_no_character_is_a_real_person():
    """Neither a name nor an alias of the shipped characters and series."""
    known = starter.read()
    texts = {text for one in (*known.characters, *known.series) for text in (one.name, *one.aliases)}
    assert [text for text in texts if is_person(text)] == []


@pytest.mark.skipif(not corpus.TAG_LIST.exists(), reason="the public tag list is not beside the repository")
def test_a_public_character_is_a_real_person_only_by_that_very_name():
    """Neither somebody with a part more, nor an alias in another script of somebody who is not listed."""
    with corpus.TAG_LIST.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if row[1] in {"3", "4"}]
    listed = {name.text for name in names()}
    parts = {part for name in listed for part in name.split()}
    texts = {(row[0].replace("_", " "), text) for row in rows for text in (row[0], *row[3].split(","))}
    near = [(name, text) for name, text in texts if not text.isascii() or not parts.isdisjoint(words_of(text))]
    wrong = [name for name, text in near if is_person(text) and listed.isdisjoint(_names_in(name))]
    assert wrong == []


def _names_in(tag):
    name, _, qualifier = tag.partition(" (")
    return name, qualifier.removesuffix(")")


@pytest.mark.parametrize("language", ["ja", "zh", "ko"])
def test_no_usual_word_is_a_real_person(language):
    """But for the names themselves, some of which are that usual; in Russian a name is of two words."""
    themselves = {text.replace(" ", "") for text in (*map(fold, WRITTEN[language]), *LATIN)}
    usual = top_n_list(language, usual_words.WORDS)
    assert [word for word in usual if is_person(word) and fold(word) not in themselves] == []
