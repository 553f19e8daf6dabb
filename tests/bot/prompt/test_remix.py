"""A recipe as options of our form: each part in its field, and what has no place here said."""

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.errors import InvalidRequest
from bot.picture.recipes.webui import parse
from bot.prompt.compose import compose
from bot.prompt.recipe import Recipe
from bot.prompt.remix import to_options
from bot.prompt.terms import RATINGS, key
from bot.request import Options, Request, picture_seeds
from bot.sentences.rendering import plain
from engine import infotext
from engine.wire import Generate, Variation
from tests.recipes import CIVITAI, WEBUI
from tests.refusing import refused


def test_a_text_too_long_is_a_sentence(ours):
    with refused(InvalidRequest, "prompt is 5,001 characters long; at most 5,000"):
        to_options(Recipe(prompt="x" * 5001), ours, "")


def test_webui_s_picture_fills_the_form_and_the_rest_is_said(ours):
    """Each part goes to its field; LoRAs, upscaling and another model have none."""
    mapped = to_options(parse(WEBUI), ours, "cagliostrolab/animagine-xl-4.0")
    assert mapped.options == Options(
        subject="1girl",
        character="hatsune miku; vocaloid",
        rating="sensitive",
        tags="(smile:1.2), outdoors, masterpiece, best quality",
        shape="landscape 3:2",
        seed=1234567,
        negative="blurry",
        quality="none",
        negative_preset="light",
        year=2023,
        steps=28,
        guidance=5.5,
        sampler="dpmpp_2m_karras",
    )
    assert tuple(map(plain, mapped.unmapped)) == (
        "“<lora:detail:0.8>” was left out: there is no such LoRA here.",
        "It was drawn with another model, “animagine-xl-4.0-opt”.",
        "The LoRA “other” is not used here.",
        "Hires fix (“Denoising strength: 0.5” and “Hires upscale: 1.5”) is not done here.",
    )


def test_a_lora_that_is_there_stays_among_the_words(ours):
    """So it is drawn with again; whoever sends the form sees it, and may change its weight."""
    mapped = to_options(parse(WEBUI), ours, "", is_lora=lambda name: name == "detail")
    assert mapped.options.tags == "(smile:1.2), outdoors, masterpiece, best quality, <lora:detail:0.8>"
    assert not any("detail" in plain(sentence) for sentence in mapped.unmapped)


@pytest.mark.parametrize("text", ['[{"x":' + "[" * 9000, "[1]", "{}", '[{"type":"checkpoint"}]'])
def test_resources_that_are_none_are_nothing(ours, text):
    """The file is somebody else's; its JSON may be anything, however deep."""
    recipe = parse(f"a\nSteps: 5, Seed: 1, Civitai resources: {text}")
    assert not any("is not used here" in plain(sentence) for sentence in to_options(recipe, ours, "").unmapped)


def test_civitai_s_resources_are_said(ours):
    mapped = to_options(parse(CIVITAI), ours, "")
    assert mapped.options.sampler == "euler_a"
    assert tuple(map(plain, mapped.unmapped)) == ("The LoRA “Ink: lines, bold” is not used here.",)


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        (Recipe(sampler="LMS"), "The sampler “LMS” is not available here: Euler a is drawn instead."),
        (Recipe(size=(1000, 1000)), "The size 1000×1000 is none of the shapes here."),
        (Recipe(seed=-1), "The seed -1 is outside of the seeds here, 0 to 4,294,967,295."),
        (Recipe(prompt="[cat:dog:0.5]"), "“[cat:dog:0.5]” changes while a picture is drawn, which is not done here"),
        (Recipe(prompt="[cat|dog] AND x"), "“[cat|dog]” changes while a picture is drawn, which is not done here"),
        (Recipe(other={"Seed resize from": "8x8"}), "“Seed resize from: 8x8” is not supported here, so the same seed"),
    ],
)
def test_what_cannot_be_mapped_is_said(ours, recipe, said):
    mapped = to_options(recipe, ours, "")
    assert plain(mapped.unmapped[0]).startswith(said)
    assert (mapped.options.shape, mapped.options.seed, mapped.options.sampler) == (None, None, None)


@pytest.mark.parametrize("written", ["Variation seed: 3", "Variation seed: -1, Variation seed strength: 0.5"])
def test_a_variation_that_cannot_be_drawn_is_said(ours, written):
    """Each of its numbers is needed, and within bounds."""
    mapped = to_options(parse(f"a\nSteps: 5, Seed: 1, {written}"), ours, "")
    assert (mapped.options.variation_seed, mapped.options.variation_strength) == (None, None)
    assert plain(mapped.unmapped[0]).startswith(f"“{written.partition(',')[0]}” is not supported here")


def test_webui_s_variations_and_ours_are_asked_for_as_they_were_drawn(ours, ask):
    """Each picture says which of them it is; nothing is said of it, because it is the same formula."""
    first = Request(subject="1girl", seed=7, count=4, variation=Variation(seeds=(9, 10, 11, 12), strength=0.15))
    command = Generate(
        job_id="a",
        prompt="1girl",
        negative_prompt="",
        sampling=first.sampling,
        seeds=picture_seeds(first),
        variation=first.variation,
    )
    for number in range(4):
        text = infotext.write(
            prompt="1girl",
            negative_prompt="",
            sampling=first.sampling,
            seed=7,
            model_name="",
            model_hash="",
            version="0.1.0",
            more=infotext.further(command, number=number),
        )
        for one in (text, text.replace("Version: Eshi 0.1.0", "Version: v1.10.1")):
            options, unmapped = to_options(parse(one), ours, "")
            asked = ask(options)
            assert (asked.seed, asked.count, unmapped) == (7, 1, ())
            assert asked.variation == Variation(seeds=(9 + number,), strength=0.15)


@pytest.mark.parametrize(
    ("name", "schedule", "sampler"),
    [
        ("Euler a", "Automatic", "euler_a"),
        ("euler_ancestral", "", "euler_a"),
        ("DPM++ 2M Karras", "", "dpmpp_2m_karras"),
        ("DPM++ 2M", "Automatic", "dpmpp_2m_karras"),
        ("DPM++ 2M SDE", "Karras", "dpmpp_2m_sde_karras"),
        ("DDIM", "Automatic", "ddim"),
        ("UniPC", "", "unipc"),
    ],
)
def test_samplers_are_known_by_their_foreign_names(ours, name, schedule, sampler):
    recipe = Recipe(sampler=name, schedule=schedule)
    assert to_options(recipe, ours, "").options.sampler == sampler


words = st.lists(
    st.sampled_from(
        ["smile", "(hat:1.2)", "a (b)", "^_^", "BREAK", "{x}", "__y__", "love!", "masterpiece", "lowres", "solo"]
    ),
    max_size=6,
).map(", ".join)


@given(
    st.builds(
        Request,
        subject=st.sampled_from(["", "1girl", "1girl; 1boy"]),
        character=st.sampled_from(["", "a (b)", "c; d"]),
        series=st.sampled_from(["", "e", "f, g"]),
        rating=st.sampled_from(RATINGS),
        tags=words,
        negative=words,
        quality=st.sampled_from(["standard", "none", "light", "low score"]),
        negative_preset=st.sampled_from(["card", "light", "none"]),
        style=st.sampled_from(["", "pastel"]),
        year=st.sampled_from([None, 2015]),
        seed=st.just(5),
    )
)
def test_a_picture_of_ours_remixed_is_the_same_prompt(ours, ask, request_):
    """Composed, written, read, filled into the form, sent unchanged, composed."""
    composed = compose(request_, ours)
    recipe = Recipe(
        program="Eshi",
        prompt=composed.prompt,
        negative_prompt=composed.negative_prompt,
        other={"Version": "Eshi 0.1.0", "RNG": "CPU"},
    )
    options, unmapped = to_options(recipe, ours, "")
    assert not unmapped
    assume(any((request_.subject, request_.character, request_.series, key(request_.tags))))
    again = compose(ask(options), ours)
    assert again.prompt.replace("\\_", "_") == composed.prompt
    assert again.negative_prompt.replace("\\_", "_") == composed.negative_prompt


@pytest.mark.parametrize("drawn_at", RATINGS)
@pytest.mark.parametrize("remixed_at", RATINGS)
def test_what_a_rating_required_is_left_behind(ours, ask, drawn_at, remixed_at):
    """A remix carries what its own rating requires, once, and nothing of the other's as the member's words."""
    composed = compose(Request(rating=drawn_at, tags="smile", negative="hat", seed=5), ours)
    options, _ = to_options(Recipe(prompt=composed.prompt, negative_prompt=composed.negative_prompt), ours, "")
    assert (options.negative, options.negative_preset) == ("hat", "card")
    again = compose(ask(msgspec.structs.replace(options, rating=remixed_at)), ours).negative_prompt
    assert again == compose(Request(rating=remixed_at, tags="smile", negative="hat", seed=5), ours).negative_prompt
