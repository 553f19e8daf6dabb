"""What the words of a request are refused for, by rule and rating; through the gate, as every door asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.safety.gate import Place, Situation, judge
from bot.safety.gate_question import GateQuestion
from bot.safety.policy import OperatorPolicy, ServerPolicy
from bot.safety.ratings import ORDER
from bot.sentences.rendering import render
from tests.bot.safety.small_vocabulary import SmallVocabulary

if TYPE_CHECKING:
    from bot.config import Rating
    from bot.safety.wording import TextFilter

RESTRICTED = Situation(
    place=Place.AGE_RESTRICTED,
    operator=OperatorPolicy(highest="explicit", tagger=True, adults=frozenset({"saber"})),
    server=ServerPolicy(age_restricted_limit="explicit"),
)


def rule(words: TextFilter, rating: Rating, prompt: str = "", negative: str = "", **more: object) -> str:
    more.setdefault("typed_negative", negative)
    return judge(RESTRICTED, GateQuestion(rating=rating, prompt=prompt, negative=negative, **more), words).rule  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    ("rating", "prompt", "negative", "expected"),
    [
        ("safe", "1girl, solo", "lowres", "allowed"),
        ("safe", "child, playground", "", "allowed"),
        ("safe", "12 years old", "", "allowed"),
        ("safe", "nude", "", "tags"),
        ("sensitive", "(n\\u\\de:0.2)", "", "tags"),
        ("nsfw", "nude", "", "allowed"),
        ("nsfw", "sex", "", "tags"),
        ("explicit", "sex, nude, cleavage", "", "allowed"),
        ("safe", "felatio", "", "tags"),
        ("safe", "loli", "", "never"),
        ("explicit", "1girl", "loli", "never"),
        ("sensitive", "child", "", "minors"),
        ("sensitive", "1girl", "child", "minors"),
        ("sensitive", "13 years old", "", "minors"),
        ("sensitive", "19 years old", "", "allowed"),
        ("sensitive", "1girl", "adult", "age"),
        ("sensitive", "1girl", "30 years old", "age"),
        ("safe", "1girl", "old", "allowed"),
        ("safe", "1girl", "clothes", "negative"),
        ("sensitive", "1girl", "safe, lowres", "negative"),
        ("nsfw", "1girl", "dress", "allowed"),
        ("safe", "1girl", "shirt, pants", "negative"),
        ("sensitive", "1girl", "white T-shirt", "negative"),
        ("sensitive", "1girl", "スカート", "negative"),
        ("safe", "1girl", "hat, gloves, glasses", "allowed"),
        ("safe", "1girl", "wet shirt, torn clothes", "allowed"),
        ("safe", "1girl", "underwear, bikini", "allowed"),
        ("sensitive", "1girl", "underwear", "negative"),
        ("sensitive", "1girl", "(bikini:0.5)", "negative"),
        ("nsfw", "1girl", "zrelost", "vocabulary"),
        ("nsfw", "1girl", "bad hands, blurry, worst quality, smile", "allowed"),
        ("safe", "rumia", "", "allowed"),
        ("sensitive", "rumia", "", "character"),
        ("sensitive", "darkness_youkai", "", "character"),
        ("sensitive", "rumia at the lake", "", "character"),
        ("sensitive", "ｒｕｍｉａ", "", "character"),
        ("sensitive", "somebody famous", "", "people"),
        ("sensitive", "real life", "", "people"),
        ("safe", "real life", "", "allowed"),
        ("nsfw", "1girl, school uniform", "", "youth"),
        ("sensitive", "1girl, school uniform", "", "allowed"),
        ("nsfw", "1girl, flat chest, petite", "", "youth"),
        ("nsfw", "1girl, long hair, smile, masterpiece", "lowres", "allowed"),
        ("nsfw", "1girl, something unheard of", "", "vocabulary"),
        ("nsfw", "rider", "", "adults"),
        ("nsfw", "saber, fate", "", "allowed"),
        ("nsfw", "altria", "", "allowed"),
    ],
)
def test_words_are_refused_by_rule_and_rating(
    words: TextFilter, rating: Rating, prompt: str, negative: str, expected: str
) -> None:
    """The rules about words, one line each."""
    assert rule(words, rating, prompt, negative) == expected


def test_a_named_character_must_be_a_reviewed_adult(words: TextFilter) -> None:
    """Whatever the option says, known or not."""
    assert rule(words, "nsfw", "1girl, saber", characters=("saber",)) == "allowed"
    assert rule(words, "nsfw", "1girl, nobody knows her", characters=("nobody knows her",)) == "adults"
    assert rule(words, "sensitive", "1girl, nobody knows her", characters=("nobody knows her",)) == "allowed"


def test_words_that_ask_for_a_rating_are_gated_as_one(words: TextFilter) -> None:
    """In the tags they count as the option does, even where composing will drop them."""
    open_channel = Situation(place=Place.OPEN, operator=RESTRICTED.operator)
    for word in ("nsfw", "explicit", "rating:explicit", "(r-18:1.2)", "n.s.f.w", "sensitive", "１８禁"):
        verdict = judge(open_channel, GateQuestion(rating="safe", typed=f"1girl, {word}"), words)
        assert (verdict.allowed, verdict.rule) == (False, "place" if "sens" not in word else "server"), word
    assert rule(words, "safe", typed="1girl, nsfw") == "allowed"
    assert rule(words, "safe", typed="1girl, nsfw, unheard of", prompt="1girl, unheard of") == "vocabulary"


def test_presets_are_not_asked_to_be_known(words: TextFilter) -> None:
    """The words of a style are the operator's."""
    assert rule(words, "nsfw", "1girl, soft edges", own="soft edges") == "allowed"
    assert rule(words, "nsfw", "1girl, soft edges") == "vocabulary"


@pytest.mark.parametrize("prompt", ["spiders", "two clowns", "spi der", "s p i d e r", "cl-own"])
def test_denied_tags_are_found_in_other_numbers_and_in_parts(words: TextFilter, prompt: str) -> None:
    """In the prompt and in the negative: what an admin took away is not drawn, and not steered away from."""
    denying = Situation(place=Place.OPEN, operator=OperatorPolicy(), server=ServerPolicy(denied=("spider", "clown")))
    for asked in (GateQuestion(rating="safe", prompt=prompt), GateQuestion(rating="safe", negative=prompt)):
        assert judge(denying, asked, words).rule == "denied"


def test_what_is_too_long_is_not_parsed(words: TextFilter) -> None:
    """Bounded before anything is read."""
    assert rule(words, "safe", "(" * 7_000) == "length"


def test_words_of_others_are_no_strike(words: TextFilter) -> None:
    """What a preset put into the prompt was typed by nobody who asks."""
    asked = GateQuestion(rating="safe", prompt="1girl, nude", typed="1girl", own="nude")
    verdict = judge(RESTRICTED, asked, words)
    assert (verdict.rule, verdict.strike) == ("tags", False)


@pytest.mark.parametrize(
    ("rating", "typed", "named"),
    [
        ("sensitive", "1girl, margot robbie", "margot"),
        ("sensitive", "1girl, kawaii", "kawaii"),
        ("sensitive", "una chica en la playa", "chica"),
        ("sensitive", "1girl, p r i y a r a o", "r"),
        ("safe", "child, zorgblat", "zorgblat"),
        ("safe", "12 years old, zorgblat", "zorgblat"),
        ("safe", "rumia, zorgblat", "zorgblat"),
        ("nsfw", "1girl, a walk in the park", "a walk in the park"),
    ],
)
def test_one_unknown_word_refuses_where_nothing_else_guards(
    words: TextFilter, rating: Rating, typed: str, named: str
) -> None:
    """Above safe, and where a child is named; the sentence says which word, and it is no strike."""
    verdict = judge(RESTRICTED, GateQuestion(rating=rating, prompt=typed, typed=typed), words)
    assert (verdict.rule, verdict.strike) == ("vocabulary", False)
    assert named in verdict.sentence.values["words"]


@pytest.mark.parametrize(
    ("rating", "typed"),
    [
        ("safe", "una chica en la playa, zorgblat"),
        ("safe", "child, playground, running"),
        ("sensitive", "1girl, a girl reading a book under an old tree at 5 pm, t-shirt"),
        ("sensitive", "a girl in mary janes, jack-o'-lantern, bikini"),
        ("sensitive", "1girl, ahoge, serafuku, swimsuit"),
    ],
)
def test_known_words_are_drawn(words: TextFilter, rating: Rating, typed: str) -> None:
    """Plain English, reviewed tags, and anything at safe where pictures are rated and no child is named."""
    assert judge(RESTRICTED, GateQuestion(rating=rating, prompt=typed, typed=typed), words).allowed


def test_a_word_of_a_longer_tag_is_not_known_alone(words: TextFilter) -> None:
    """Mary janes are shoes; Mary is somebody."""
    asked = GateQuestion(rating="sensitive", prompt="1girl, janes", typed="1girl, janes")
    assert judge(RESTRICTED, asked, words).rule == "vocabulary"


@pytest.mark.parametrize(
    ("tag", "offered"),
    [
        ("smile", (True, True, True, True)),
        ("saber", (True, True, True, True)),
        ("rumia", (True, False, False, False)),
        ("somebody famous", (False, False, False, False)),
        ("fellatio", (False, False, False, True)),
    ],
)
def test_suggestions_never_offer_what_would_be_refused(words: TextFilter, tag: str, offered: tuple[bool, ...]) -> None:
    """What belongs to a higher rating, children above safe, and real people anywhere."""
    entry = SmallVocabulary().entry(tag)
    assert entry is not None
    assert tuple(words.offers(entry, rating) for rating in ORDER) == offered


def test_no_sentence_repeats_what_was_typed(words: TextFilter) -> None:
    """A refusal is no oracle for the lists."""
    for prompt in ("shota", "nipples", "toddler", "school uniform"):
        for rating in ORDER:
            assert prompt not in render(judge(RESTRICTED, GateQuestion(rating=rating, prompt=prompt), words).sentence)


def test_without_a_tagger_a_prompt_with_an_unknown_word_is_not_drawn(words: TextFilter) -> None:
    """Whoever composes leaves it out, so what is there came past that; what was typed may hold it."""
    unrated = Situation(place=Place.OPEN, operator=OperatorPolicy())
    typed = "zorgblat, smile"
    passed = judge(unrated, GateQuestion(rating="safe", prompt=f"1girl, safe, {typed}", typed=typed), words)
    assert (passed.rule, passed.strike) == ("vocabulary", False)
    assert passed.sentence.values["words"] == ("zorgblat",)
    left_out = GateQuestion(rating="safe", prompt="1girl, safe, smile", typed=typed, typed_negative="zorgblat")
    assert judge(unrated, left_out, words).allowed


def test_the_words_of_a_style_are_the_operator_s_without_a_tagger_too(words: TextFilter) -> None:
    """Where the style has a place for tags, its words touch them."""
    unrated = Situation(place=Place.OPEN, operator=OperatorPolicy())
    asked = GateQuestion(
        rating="safe", prompt="1girl, safe, zorgfilm of smile, zorggrain", own="zorgfilm of, zorggrain"
    )
    assert judge(unrated, asked, words).allowed


def test_what_may_never_be_drawn_here_is_known_before_anybody_asks(words: TextFilter) -> None:
    """A favourite is refused when it is kept, by the highest rating that the operator draws."""
    assert [words.never_asked("nude, smile", highest) for highest in ORDER] == [True, True, False, False]
    assert all(words.never_asked("loli", highest) for highest in ORDER)
    assert not words.never_asked("smile", "safe")
