"""What the gate says of LoRAs: for which ratings, where and for whom; and which words may be declared for one."""

import pytest

from bot.config import Ratings
from bot.errors import ConfigError
from bot.prompt.loras import LoraRule
from bot.safety.gate import Asker, Place, Situation, judge
from bot.safety.gate_question import GateQuestion
from bot.safety.operator_words import check_lora_words
from bot.safety.policy import OperatorPolicy, ServerPolicy
from bot.sentences.rendering import plain


@pytest.fixture(scope="module")
def words():
    from bot.safety.wording import TextFilter

    return TextFilter(None)


def situation(*, guild_id=1, roles=(1,), tagger=True):
    return Situation(
        place=Place.AGE_RESTRICTED,
        operator=OperatorPolicy.of(Ratings(highest="explicit"), tagger=tagger),
        server=ServerPolicy(age_restricted_limit="explicit"),
        guild_id=guild_id,
        person=Asker(roles=None if roles is None else frozenset(roles)),
    )


def verdict(words, lora, *, rating="safe", prompt="1girl, smile", **where):
    return judge(situation(**where), GateQuestion(rating=rating, prompt=prompt, loras=(lora,)), words)


@pytest.mark.parametrize(
    ("rule", "rating", "allowed"),
    [
        ({}, "safe", True),
        ({}, "sensitive", False),
        ({"rating": "sensitive"}, "sensitive", True),
        ({"rating": "sensitive"}, "nsfw", False),
        ({"servers": (1, 2)}, "safe", True),
        ({"servers": (2,)}, "safe", False),
        ({"roles": (1,)}, "safe", True),
        ({"roles": (2,)}, "safe", False),
    ],
)
def test_a_lora_is_for_what_the_operator_said(words, rule, rating, allowed):
    """Where nothing is said, for safe pictures everywhere."""
    found = verdict(words, LoraRule(name="a", title="Ink", **rule), rating=rating)
    assert (found.allowed, found.rule) == ((True, "allowed") if allowed else (False, "lora"))


def test_a_rating_among_the_words_counts_too(words):
    """Whoever writes explicit asks for it, whatever the option says."""
    found = verdict(words, LoraRule(name="a"), prompt="1girl, explicit")
    assert not found.allowed


def test_whose_roles_are_not_known_has_none_of_them(words):
    lora = LoraRule(name="a", title="Ink", roles=(1,))
    assert not verdict(words, lora, roles=None).allowed
    assert not verdict(words, lora, guild_id=None, roles=()).allowed
    assert "certain roles" in plain(verdict(words, lora, roles=None).sentence)


def test_its_words_are_known_while_it_is_chosen(words):
    """Where nothing looks at pictures, a safe request has only words that somebody vouches for."""
    lora = LoraRule(name="a", words=("zqxv style, inkzq",))
    for prompt in ("1girl, zqxv style", "1girl, (inkzq:1.2)"):
        assert verdict(words, lora, prompt=prompt, tagger=False).allowed
        assert not verdict(words, LoraRule(name="b"), prompt=prompt, tagger=False).allowed


def test_what_guards_people_is_refused_all_the_same(words):
    """Declared or not: the lists are read before."""
    lora = LoraRule(name="a", rating="explicit", words=("loli",))
    assert not verdict(words, lora, rating="nsfw", prompt="1girl, loli").allowed


@pytest.mark.parametrize("text", ["loli", "explicit", "12 years old", "nude", "schoolgirl, 1girl, child"])
def test_such_words_cannot_be_declared(words, text):
    with pytest.raises(ConfigError, match='LoRA "a"'):
        check_lora_words([LoraRule(name="a", words=("lineart", text))], words)


def test_others_can(words):
    check_lora_words([LoraRule(name="a", words=("lineart", "zqxv style")), LoraRule(name="b")], words)
    check_lora_words([LoraRule(name="c", rating="explicit", words=("nude",))], words)
