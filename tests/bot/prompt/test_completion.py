"""The request: defaults are the model card's, every limit is checked, every no is one sentence."""

import math
import re
from functools import partial

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import Bot, Defaults, Limits
from bot.errors import ConfigError, InvalidRequest
from bot.prompt import presets
from bot.prompt.completion import Completion, check_defaults, check_offered, options_of
from bot.prompt.compose import compose
from bot.request import SHAPES, Change, Input, Options, Request, again, anew, picture_seeds
from bot.sentences.rendering import plain
from engine.wire import SamplingParams, Variation
from tests.refusing import refused

OURS = presets.load()
GROUPS = {"hair": ("red hair", "blue hair")}


def ask(config=None, **options):
    return Completion(
        config=config or Bot(), presets=OURS, groups=GROUPS, draw_seed=lambda: 7, compose=partial(compose, presets=OURS)
    ).complete(Options(**options))


def test_what_is_left_out_is_the_model_card_s_default():
    """Steps 28, guidance 5, 832 × 1216, Euler a, the card's quality and negative, safe, one picture, a drawn seed."""
    assert ask(subject="1girl") == Request(
        subject="1girl",
        rating="safe",
        quality="standard",
        negative_preset="card",
        count=1,
        seed=7,
        sampling=SamplingParams(sampler="euler_a", num_inference_steps=28, guidance_scale=5.0, width=832, height=1216),
    )


def test_the_nine_shapes_are_the_model_card_s():
    """About a megapixel each, and each name says its ratio."""
    assert len(SHAPES) == 9
    for name, (width, height) in SHAPES.items():
        orientation, ratio = name.split()
        wide, high = map(int, ratio.split(":"))
        assert width / height == pytest.approx(wide / high, rel=0.03)
        assert orientation == ("square" if width == height else "landscape" if width > height else "portrait")
        assert width % 64 == height % 64 == 0


def test_an_operator_s_defaults_are_used():
    assert Defaults(negative="none").negative_preset == "none", "its name in 0.1.0"
    config = Bot(
        defaults=Defaults(steps=20, shape="square 1:1", quality="none", negative_preset="none", sampler="ddim")
    )
    request = ask(config, tags="a")
    assert (request.quality, request.negative_preset) == ("none", "none")
    sampling = request.sampling
    assert (sampling.num_inference_steps, sampling.width, sampling.sampler) == (20, 1024, "ddim")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "Say what to draw"),
        ({"tags": " , ()", "series": ";", "negative": "x"}, "Say what to draw"),
        ({"tags": "BREAK"}, "Say what to draw"),
        ({"seed": -1}, "seed may be from 0 to 4,294,967,295; -1 is outside"),
        ({"seed": 2**32}, "seed may be from 0 to 4,294,967,295"),
        ({"count": 0}, "number of pictures may be from 1 to 4"),
        ({"count": 5}, "number of pictures may be from 1 to 4"),
        ({"steps": 51}, "number of steps may be from 1 to 50"),
        ({"guidance": 0.5}, "guidance may be from 1.0 to 12.0"),
        ({"guidance": math.nan}, "guidance may be from 1.0 to 12.0"),
        ({"year": 2004}, "year may be from 2005 to 2025; 2004 is outside"),
        ({"shape": "portrait 2:4"}, "no shape “portrait 2:4”: did you mean"),
        ({"rating": "lewd"}, "no rating “lewd”: choose one of “safe”, “sensitive”, “nsfw”, “explicit”"),
        ({"sampler": "heun"}, "no sampler “heun”: choose one of “euler_a”"),
        ({"quality": "standart"}, "no quality preset “standart”: did you mean “standard”"),
        ({"negative_preset": "cart"}, "no negative preset “cart”: did you mean “card”"),
        ({"style": "pastell"}, "no style “pastell”: did you mean “pastel”"),
        ({"subject": "2girl"}, "no subject “2girl”: did you mean “2girls”"),
        ({"subject": "1girl; dragon"}, "no subject “dragon”: choose one of"),
        ({"tags": "x" * 6000}, "There are 6,000 characters in the tags; at most 2,000 are allowed"),
        ({"negative": "x" * 2001}, "There are 2,001 characters in the negative prompt"),
        ({"tags": "x" * 1500, "more_tags": "y" * 600}, "The whole prompt has 2,1.. characters; at most 2,000"),
        ({"tags": "a\x00b"}, r"a control character \(U\+0000\) in the tags"),
        ({"character": "a\x1b[31m"}, r"a control character \(U\+001B\) in the character"),
        ({"tags": "a\tb"}, r"a control character \(U\+0009\)"),
        ({"style": "a\nb"}, "a line break in the style"),
        ({"shape": "a\u2028b"}, "a line break in the shape"),
        ({"tags": "a\u200bb"}, r"an invisible character \(U\+200B\)"),
        ({"tags": "a\u202eb"}, r"an invisible character \(U\+202E\)"),
        ({"tags": "a\ud800"}, r"an invisible character \(U\+D800\)"),
        ({"style": "pas\x07tel"}, "in the style"),
        ({"tags": "(x:2.5)"}, "weight of “x” is 2.5; it may be from 0 to 2"),
        ({"tags": "a, (x:-1)"}, "weight of “x” is -1"),
        ({"tags": "((((((((x"}, "weight of “x” is 2.144"),
        ({"negative": "(x:3)"}, "weight of “x” is 3"),
        ({"tags": "{(x:3)|(x:4)}"}, "weight of “x” is"),
        ({"tags": "{a|b"}, "A { has no }"),
        ({"negative": "__hare__"}, "no group “__hare__”: did you mean"),
    ],
)
def test_bad_input_is_one_sentence_that_names_what_and_how_far(options, said):
    """The person reads what to change; nothing is drawn."""
    with refused(InvalidRequest, said.replace("{", r"\{").replace("}", r"\}")) as caught:
        ask(**({} if not options or "tags" in options or "series" in options else {"tags": "a"}) | options)
    assert plain(caught.value.sentence)[-1] in ".?"
    assert "\n" not in plain(caught.value.sentence)


def test_names_are_found_whatever_their_case():
    """A choice typed by hand need not be exact; it is stored as the list has it."""
    request = ask(
        subject="1Girl;6+_girls,", rating=" NSFW ", shape="Square 1:1", style="Pastel", quality="Best Quality"
    )
    assert (request.subject, request.rating, request.style) == ("1girl; 6+girls", "nsfw", "pastel")
    assert (request.sampling.width, request.quality) == (1024, "best quality")


@pytest.mark.parametrize(
    ("options", "rating"),
    [
        ({"tags": "a"}, "safe"),
        ({"tags": "a, nsfw"}, "nsfw"),
        ({"tags": "(a, [explicit])", "more_tags": "sensitive"}, "explicit"),
        ({"tags": "(a", "more_tags": "nsfw"}, "nsfw"),
        ({"tags": "{nsfw}"}, "nsfw"),
        ({"tags": "nsfw", "rating": "safe"}, "safe"),
        ({"tags": "a", "negative": "nsfw"}, "safe"),
    ],
)
def test_an_omitted_rating_is_the_highest_that_the_tags_name(options, rating):
    """So the gate judges what was typed, and nothing is quietly lowered."""
    assert ask(**options).rating == rating


def test_two_lines_of_tags_are_one_and_no_bracket_reaches_across():
    assert ask(tags="a, (b", more_tags="c").tags == "a, (b), c"
    assert ask(more_tags="c").tags == "c"


def test_the_same_words_and_seed_are_the_same_request():
    """Dynamic prompts follow the seed; another seed draws anew, a reroll keeps what was drawn."""
    drawn = {ask(tags="{a|b|c|d}, __hair__", seed=seed).tags for seed in range(20)}
    assert len(drawn) > 2
    first = ask(tags="{a|b|c|d}, __hair__", seed=3)
    assert first == ask(tags="{a|b|c|d}, __hair__", seed=3)
    assert "{" not in first.tags
    assert "_" not in first.tags
    assert again(first, lambda: 99) == msgspec.structs.replace(first, seed=99)


def test_every_picture_of_a_request_has_its_seed():
    """Picture i is drawn from (seed + i) mod 2³²."""
    assert picture_seeds(ask(tags="a", seed=2**32 - 2, count=4)) == (4294967294, 4294967295, 0, 1)


def test_a_variation_counts_up_and_is_one_of_a_seed_that_is_there():
    """As WebUI's batches do; where its own seed is to be a new one, it has to be drawn, too."""
    varied = ask(tags="a", seed=5, count=3, variation_seed=2**32 - 1, variation_strength=0.2)
    assert varied.variation == Variation(seeds=(2**32 - 1, 0, 1), strength=0.2)
    assert picture_seeds(varied) == (5, 5, 5)
    assert ask(tags="a", variation_seed=3, variation_strength=0.2).variation is None
    anew_ = anew(options_of(varied))
    assert (anew_.seed, anew_.variation_seed, anew_.variation_strength) == (5, None, 0.2)
    assert ask(tags="a", seed=5, variation_strength=0.2).variation == Variation(seeds=(7,), strength=0.2)
    assert anew(options_of(ask(tags="a", seed=5))).seed is None


def test_a_part_of_a_picture_is_no_variation():
    """The engine does one of both; over a whole picture it does."""
    recipe = {"tags": "a", "seed": 5, "variation_seed": 9, "variation_strength": 0.2, "image": BROUGHT}
    for change in (Change(area="hair"), Change(mask="ab"), Change(direction="right")):
        assert ask(**recipe, change=change).variation is None
    assert ask(**recipe).variation == Variation(seeds=(9,), strength=0.2)


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"max_count": 1}, "The number of pictures may be from 1 to 1; 2 is outside."),
        ({"max_steps": 20}, "The number of steps may be from 1 to 20; 28 is outside."),
        ({"max_guidance": 4.0}, "The guidance may be from 1.0 to 4.0; 5.0 is outside."),
    ],
)
def test_an_old_request_is_held_against_what_is_offered_now(limits, said):
    """What draws it again does not type it again."""
    made = ask(tags="a", count=2)
    check_offered(made, Limits())
    with refused(InvalidRequest, re.escape(said)):
        check_offered(made, Limits(**limits))


def test_a_default_that_makes_no_request_is_found_at_start_up():
    check_defaults(Bot(), OURS, partial(compose, presets=OURS))
    for config, said in (
        (Bot(defaults=Defaults(quality="best")), "quality preset “best”"),
        (Bot(defaults=Defaults(shape="wide")), "no shape “wide”"),
        (Bot(limits=Limits(max_steps=20)), "steps may be from 1 to 20; 28 is outside"),
    ):
        with pytest.raises(ConfigError, match=rf"\$\.bot\.defaults: .*{said}"):
            check_defaults(config, OURS, partial(compose, presets=OURS))


@settings(deadline=None)
@given(
    st.builds(
        Options,
        subject=st.sampled_from([None, "1girl; 1boy"]),
        tags=st.none() | st.text(max_size=40),
        more_tags=st.none() | st.text(st.sampled_from(list("ab{}|()[]:1._\\, ")), max_size=40),
        negative=st.none() | st.text(st.sampled_from(list("ab(),")), max_size=20),
        shape=st.none() | st.sampled_from(list(SHAPES)),
        seed=st.none() | st.integers(),
        count=st.none() | st.integers(0, 6),
        variation_seed=st.none() | st.integers(0, 2**32 - 1),
        variation_strength=st.none() | st.floats(0, 1),
    )
)
def test_any_options_are_a_request_or_a_sentence(options):
    """Nothing that a person types raises anything else; what comes out is stored and read back as it is."""
    try:
        request = Completion(
            config=Bot(), presets=OURS, groups=GROUPS, draw_seed=lambda: 7, compose=partial(compose, presets=OURS)
        ).complete(options)
    except InvalidRequest:
        return
    assert msgspec.json.decode(msgspec.json.encode(request), type=Request) == request
    assert options_of(request).seed == request.seed
    kept = options_of(request)
    assert (kept.variation_strength is None) == (request.variation is None)


BROUGHT = Input(sha256="ab", width=832, height=1216)


def test_what_begins_with_somebody_s_picture_has_its_size():
    """That of its canvas where it goes on beyond an edge; options lead back to it."""
    for change, size, strength in (
        (None, (832, 1216), 0.6),
        (Change(area="hair"), (832, 1216), 0.85),
        (Change(direction="right"), (1248, 1216), 0.9),
        (Change(direction="out"), (832, 1216), 0.9),
    ):
        request = ask(subject="1girl", image=BROUGHT, change=change)
        assert (request.sampling.width, request.sampling.height, request.strength) == (*size, strength)
        assert ask(**msgspec.structs.asdict(options_of(request))).sampling == request.sampling


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"strength": 0.05, "steps": 10}, "less than one of 10 steps"),
        ({"strength": 1.5}, "goes from 0.01"),
        ({"strength": 0.5, "image": None}, "no picture to begin with"),
        ({"image": Input(sha256="ab", width=2056, height=512), "change": Change(direction="right")}, "too large"),
    ],
)
def test_what_cannot_be_begun_with_is_a_sentence(options, said):
    """A strength of no whole step too: nothing would be drawn."""
    with refused(InvalidRequest, said):
        ask(**{"subject": "1girl", "image": BROUGHT} | options)
