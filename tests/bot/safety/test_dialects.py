"""The gate judges every family of checkpoints alike, by whatever words it asks for ratings and is kept to them."""

from functools import cache, partial
from itertools import product

import pytest

from bot import config
from bot.errors import InvalidRequest
from bot.prompt import presets
from bot.prompt.completion import Completion
from bot.prompt.compose import compose
from bot.prompt.dialects import dialects
from bot.prompt.models import KnownModels, ModelRule
from bot.request import Options
from bot.safety.gate import Place, Situation, judge, may_choose
from bot.safety.gate_question import GateQuestion, gate_question
from bot.safety.policy import OperatorPolicy, ServerPolicy
from bot.safety.ratings import ORDER
from bot.safety.wording import TextFilter
from engine.config import Engine, ModelEntry
from tests.bot.safety import corpus

PRESETS = presets.load()
MODELS = KnownModels(
    Engine(
        models=tuple(
            ModelEntry(name=name, file=f"{name}.safetensors", dialect=name, rating="explicit") for name in dialects()
        )
    )
)
OTHERS = [name for name in dialects() if name != "animagine 4"]
TYPED = (
    *({"tags": words} for words in ("smile", "nude", "underwear", "child, smile", "rating_safe", "general")),
    *({"tags": f"smile, {rating}"} for rating in (*ORDER, "questionable", "rating:explicit", "rating_questionable")),
    *({"tags": "smile", "negative": words} for words in ("clothes", "adult", "blurry", "safe", "rating_safe", "old")),
    {"character": "hatsune miku"},
    {"tags": "smile", "quality": "light", "year": 2022},
)


@cache
def words():
    return TextFilter(None)


def verdict(options, rating, model, *, tagger, limit):
    how = {"presets": PRESETS, "dialect_of": MODELS.dialect}
    try:
        request = Completion(
            config=config.Bot(),
            presets=PRESETS,
            groups={},
            draw_seed=lambda: 1,
            compose=partial(compose, **how),
            models=MODELS,
        ).complete(Options(subject="1girl", rating=rating, model=model, **options))
    except InvalidRequest:
        return "request"
    asked = gate_question(request, compose(request, **how), PRESETS, models=MODELS)
    situation = Situation(
        place=Place.AGE_RESTRICTED,
        operator=OperatorPolicy(highest=limit, tagger=tagger),
        server=ServerPolicy(age_restricted_limit=limit),
    )
    return judge(situation, asked, words()).rule


@pytest.mark.parametrize("model", OTHERS)
def test_every_family_gets_the_verdicts_of_the_first(model):
    """Rating × limit of the place × what is typed × rated or not: the same rule decides."""
    for rating, limit, tagger, options in product(ORDER, ("safe", "explicit"), (False, True), TYPED):
        asked = {"tagger": tagger, "limit": limit}
        expected = verdict(options, rating, "animagine 4", **asked)
        assert verdict(options, rating, model, **asked) == expected, (rating, limit, tagger, options)


@pytest.mark.parametrize("model", OTHERS)
def test_no_disguise_gets_through_by_another_family(model):
    """One in five hundred of the corpus of disguises, through every door."""
    everything = corpus.attempts()
    leaks = [
        everything[at]
        for at in corpus.sample(everything, 0.002)
        if corpus.verdict(everything[at], MODELS, model).allowed
    ]
    assert leaks == []


def situation(**server):
    return Situation(
        place=Place.AGE_RESTRICTED,
        operator=OperatorPolicy(highest="explicit", tagger=True),
        server=ServerPolicy(age_restricted_limit="explicit", **server),
    )


@pytest.mark.parametrize(
    ("server", "rating", "allowed"),
    [
        ({}, "sensitive", True),
        ({}, "nsfw", False),
        ({"models": ("Mine",)}, "safe", True),
        ({"models": ("Other",)}, "safe", False),
    ],
)
def test_a_model_is_for_what_operator_and_admins_said(server, rating, allowed):
    """Up to its rating, and where it is offered."""
    rule = ModelRule(name="mine", title="Mine", rating="sensitive", dialect="pony")
    assert may_choose(situation(**server), rule, rating) == allowed
    asked = GateQuestion(rating=rating, prompt="1girl, smile", model=rule)
    assert judge(situation(**server), asked, words()).rule == ("allowed" if allowed else "model")


def test_of_a_model_that_is_gone_nothing_above_safe_is_allowed():
    assert MODELS.rule("gone").rating == "safe"
