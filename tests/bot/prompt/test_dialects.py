"""How families of checkpoints are prompted: where words stand, and what is forced in whatever somebody types."""

from functools import partial
from itertools import product

import pytest

from bot.config import Bot, Defaults, Limits
from bot.errors import ConfigError, InvalidRequest
from bot.picture.recipes.offered import offered
from bot.prompt import presets
from bot.prompt.completion import Completion, options_of
from bot.prompt.compose import compose
from bot.prompt.dialects import dialects, own_words, usual
from bot.prompt.models import BASE, KnownModels
from bot.prompt.recipe import Recipe
from bot.prompt.terms import RATINGS
from bot.request import Options, Request
from bot.sentences.rendering import plain
from engine.config import Engine, ModelDefaults, ModelEntry
from engine.wire import OtherModel, Ready

PRESETS = presets.load()
MODELS = KnownModels(
    Engine(
        model="base.safetensors",
        models=(
            *(ModelEntry(name=name, file=f"{name}.safetensors", dialect=name) for name in dialects()),
            ModelEntry(
                name="Own",
                file="own.safetensors",
                dialect="noobai v",
                defaults=ModelDefaults(steps=40, sampler="euler_a"),
            ),
        ),
    )
)


def written(request):
    return compose(request, PRESETS, dialect_of=MODELS.dialect)


def request(dialect, **changes):
    return Request(
        **{"subject": "1girl", "tags": "red hair, night", "year": 2019, "seed": 1, "model": dialect} | changes
    )


@pytest.mark.parametrize(
    ("dialect", "prompt"),
    [
        ("animagine 4", "1girl, safe, red hair, night, year 2019, masterpiece, high score, great score, absurdres"),
        (
            "illustrious",
            (
                "1girl, red hair, night, general, year 2019, masterpiece, best quality, amazing quality, "
                "very aesthetic, absurdres"
            ),
        ),
        ("noobai", "masterpiece, best quality, absurdres, highres, recent, safe, 1girl, red hair, night"),
        ("noobai v", "masterpiece, best quality, absurdres, highres, recent, safe, 1girl, red hair, night"),
        (
            "pony",
            (
                "score_9, score_8_up, score_7_up, score_6_up, score_5_up, score_4_up, source_anime, rating_safe, "
                "1girl, red hair, night"
            ),
        ),
    ],
)
def test_a_request_is_written_as_each_family_learned_it(dialect, prompt):
    """Places, the ladder of quality, ratings and years; what it writes with underscores has them."""
    assert written(request(dialect)).prompt == prompt


@pytest.mark.parametrize("dialect", dialects())
def test_what_guards_is_forced_in_whatever_is_typed(dialect):
    """The family's own word for the rating is in every prompt, and what keeps to it begins every negative prompt."""
    family = dialects()[dialect]
    typed = ("smile", "explicit", "rating_explicit, score_9", "(nsfw:0.1), general", "BREAK, questionable", "safe")
    for rating, words, negative, preset in product(RATINGS, typed, ("", "safe, nude, rating_safe"), ("card", "none")):
        made = written(request(dialect, rating=rating, tags=words, negative=negative, negative_preset=preset))
        assert family.spelled(family.ratings[rating]) in made.prompt.split(", ")
        assert made.negative_prompt.startswith(", ".join(family.required_at(rating)))
        above = RATINGS[RATINGS.index(rating) + 1 :]
        others = {family.spelled(family.ratings[one]) for one in above} - {family.spelled(family.ratings[rating])}
        assert not others & set(made.prompt.split(", ")), (rating, words)


@pytest.mark.parametrize("dialect", dialects())
def test_below_a_rating_its_word_is_steered_away_from(dialect):
    """At safe everything above, at sensitive what is explicit; above safe everybody is grown up."""
    family = dialects()[dialect]
    above = {family.ratings["nsfw"], family.ratings["explicit"]}
    assert above | {"nude", "nipples", "underwear", "cleavage"} <= set(family.required["safe"])
    assert {family.ratings["explicit"], "nude", "nipples", "child", "aged down"} <= set(family.required["sensitive"])
    for rating in ("nsfw", "explicit"):
        assert {"child", "aged down"} <= set(family.required[rating])


@pytest.mark.parametrize("dialect", dialects())
def test_our_own_negative_words_are_told_from_somebodys(dialect):
    for rating in RATINGS:
        required = dialects()[dialect].required_at(rating)
        assert own_words((*required, "blurry")) >= len(required)


def test_what_is_omitted_is_what_the_operator_or_the_family_says():
    """Of the base what the operator set for everything; nothing is outside of the limits."""
    usual_ones, limits = Defaults(steps=28, guidance=5.0), Limits(max_steps=32)
    assert MODELS.usual(BASE, usual_ones, limits) == usual_ones
    noob = MODELS.usual("noobai v", usual_ones, limits)
    assert (noob.steps, noob.guidance, noob.guidance_rescale, noob.sampler) == (30, 4.5, 0.5, "euler")
    own = MODELS.usual("Own", usual_ones, limits)
    assert (own.steps, own.guidance, own.sampler) == (32, 4.5, "euler_a")


def completed(options, models=MODELS):
    return Completion(
        config=Bot(),
        presets=PRESETS,
        groups={},
        draw_seed=lambda: 1,
        compose=partial(compose, presets=PRESETS, dialect_of=models.dialect),
        models=models,
    ).complete(options)


def test_a_model_is_chosen_by_its_name_and_comes_back_from_a_form():
    made = completed(Options(subject="1girl", model="NOOBAI_V"))
    assert (made.model, made.sampling.sampler, made.sampling.num_inference_steps) == ("noobai v", "euler", 30)
    assert completed(options_of(made)) == made
    assert completed(Options(subject="1girl", model="standard")).model == BASE


def test_a_sampler_that_makes_no_sense_with_a_model_is_refused():
    """Karras' schedule with zero terminal SNR spends half of its steps in noise."""
    with pytest.raises(InvalidRequest):
        completed(Options(subject="1girl", model="noobai v", sampler="dpmpp_2m_karras"))


def test_an_unknown_model_offers_near_ones():
    with pytest.raises(InvalidRequest) as refused:
        completed(Options(subject="1girl", model="ponny"))
    assert "did you mean" in plain(refused.value.sentence)
    assert "pony" in plain(refused.value.sentence)


def ready(*names):
    others = tuple(
        OtherModel(name=name, model_name=f"{name} file", model_hash=f"{at:010x}") for at, name in enumerate(names)
    )
    return Ready(model_name="base", model_hash="ab" * 5, device="cpu", size_multiple=8, models=others)


def test_only_what_every_engine_has_can_be_chosen():
    models = KnownModels(Engine(models=MODELS_ENTRIES))
    models.heard([ready("pony", "noobai"), ready("pony")])
    assert [rule.title for rule in models.offered()] == ["standard", "pony"]
    with pytest.raises(InvalidRequest):
        models.choose("noobai")
    with pytest.raises(InvalidRequest):
        models.as_now(request("noobai"))
    with pytest.raises(InvalidRequest):
        models.as_now(request("gone"))
    models.as_now(request("pony"))


MODELS_ENTRIES = tuple(ModelEntry(name=name, file=f"{name}.safetensors", dialect=name) for name in ("pony", "noobai"))


def test_a_recipe_comes_back_to_the_model_that_drew_it():
    """By hash, else by name; its ladder and its rating become options again."""
    models = KnownModels(Engine(models=MODELS_ENTRIES))
    models.heard([ready("pony", "noobai")])
    made = compose(request("pony", year=None, rating="explicit"), PRESETS, dialect_of=models.dialect)
    for named in ({"model_hash": f"{0:010x}"}, {"model": "pony file"}):
        recipe = Recipe(program="Eshi", prompt=made.prompt, negative_prompt=made.negative_prompt, **named)
        options = offered(recipe, Limits(), PRESETS, "base", models=models).options
        assert (options.model, options.quality, options.rating) == ("pony", "standard", "explicit")
        assert options.tags == "red hair, night"
    assert offered(Recipe(prompt="1girl", model="x"), Limits(), PRESETS, "base", models=models).options.model is None


def test_a_dialect_that_there_is_not_is_an_error_at_start_up():
    with pytest.raises(ConfigError, match='"Mine": there is no dialect "elvish"; expected one of animagine 4'):
        KnownModels(Engine(models=(ModelEntry(name="Mine", file="a.safetensors", dialect="elvish"),)))


def test_the_base_is_what_its_entry_says():
    entry = ModelEntry(name="Pony", file="base.safetensors", dialect="pony", rating="safe")
    models = KnownModels(Engine(model="base.safetensors", models=(entry,)))
    assert not models.several
    assert (models.rule(BASE).title, models.dialect(BASE)) == ("Pony", dialects()["pony"])
    assert models.choose("pony") == BASE
    assert usual() is dialects()["animagine 4"]
