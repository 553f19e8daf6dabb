"""Recipes: what is written is read back, by us as by an independent reader, and what has no place here is said."""

import io
import json
import re
import unicodedata

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin
from sd_parsers import ParserManager

from bot.errors import InvalidRequest
from bot.picture.recipes.webui import MAX_CHARS, parse
from bot.prompt.compose import compose
from bot.prompt.recipe import Recipe
from bot.prompt.remix import to_options
from bot.prompt.terms import RATINGS, key
from bot.request import Options, Request
from bot.sentences.rendering import render
from tests.refusing import refused

WEBUI = r"""1girl, hatsune miku, vocaloid, sensitive, (smile:1.2),
outdoors, year 2023, masterpiece, best quality <lora:detail:0.8>
Negative prompt: lowres, bad anatomy, bad hands, worst quality, low quality, watermark,
blurry
Steps: 28, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 5.5, Seed: 1234567, Size: 1216x832, Model hash: 6327eca98b, Model: animagine-xl-4.0-opt, Denoising strength: 0.5, Clip skip: 2, Hires upscale: 1.5, Lora hashes: "detail: 1a2b3c, other: 4d5e6f", Version: v1.10.1"""  # noqa: E501 -- one line, as WebUI writes it

CIVITAI = """1girl, solo, looking at viewer
Negative prompt: lowres
Steps: 30, CFG scale: 4, Sampler: Euler a, Seed: 99, Clip skip: 2, Size: 832x1216, Created Date: 2025-02-14T10:11:12.1234567Z, Civitai resources: [{"type":"checkpoint","modelVersionId":1,"modelName":"Animagine XL 4.0","modelVersionName":"v4 Opt"},{"type":"lora","weight":0.8,"modelVersionId":2,"modelName":"Ink: lines, bold","modelVersionName":"v1"}], Civitai metadata: {}"""  # noqa: E501 -- likewise


def written(recipe):
    """The layout of WebUI's ``create_infotext``, values quoted by its rule."""

    def quote(value):
        return json.dumps(value, ensure_ascii=False) if re.search(r"[,:\n]", value) else value

    pairs = {
        "Steps": recipe.steps,
        "Sampler": recipe.sampler,
        "CFG scale": recipe.guidance,
        "Seed": recipe.seed,
        "Size": f"{recipe.size[0]}x{recipe.size[1]}",
        "Model": recipe.model,
    } | recipe.other
    negative = [f"Negative prompt: {recipe.negative_prompt}"] if recipe.negative_prompt else []
    return "\n".join([recipe.prompt, *negative, ", ".join(f"{key}: {quote(str(v))}" for key, v in pairs.items())])


def cleaned(text):
    """One line without control characters and without a word that opens a field."""
    line = "".join(" " if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} else c for c in text)
    return re.sub(r"\b(negative prompt|steps)(?=:)", r"\1 ", line, flags=re.IGNORECASE).strip()


prompts = st.text(max_size=60).map(cleaned) | st.text(st.sampled_from(list('ab:,"\\() ')), max_size=40).map(cleaned)
recipes = st.builds(
    Recipe,
    prompt=prompts,
    negative_prompt=prompts,
    steps=st.integers(1, 150),
    sampler=st.sampled_from(["Euler a", "DPM++ 2M"]),
    guidance=st.sampled_from([1.0, 5.0, 7.5]),
    seed=st.integers(0, 2**32 - 1),
    size=st.tuples(st.integers(64, 2048), st.integers(64, 2048)),
    model=st.sampled_from(["animagine", "a, b: c"]),
    other=st.just({"RNG": "CPU", "Emphasis": "No norm", "Lora hashes": 'a: 1, "b": 2', "Version": "Eshi 1.0"}),
)


@settings(max_examples=150)
@given(recipes)
def test_what_is_written_is_read_back_unchanged(recipe):
    """For any cleaned text in any field."""
    assert parse(written(recipe)) == recipe


@settings(max_examples=60)
@given(recipes.filter(lambda recipe: recipe.prompt and recipe.negative_prompt))
def test_an_independent_reader_agrees(recipe):
    """sd-parsers reads the same prompt, negative and seed from a PNG."""
    info = PngImagePlugin.PngInfo()
    info.add_itxt("parameters", written(recipe))
    file = io.BytesIO()
    Image.new("RGB", (1, 1)).save(file, "PNG", pnginfo=info)
    theirs = ParserManager().parse(file)
    ours = parse(written(recipe))
    assert ours.prompt == theirs.prompts[0].value
    assert ours.negative_prompt == theirs.negative_prompts[0].value
    assert ours.seed == int(theirs.samplers[0].parameters["seed"])


def test_webui_s_text_is_read_as_webui_reads_it():
    recipe = parse(WEBUI)
    assert recipe.prompt.startswith("1girl, hatsune miku")
    assert recipe.prompt.endswith("<lora:detail:0.8>")
    assert "\n" in recipe.prompt
    assert recipe.negative_prompt.endswith("watermark,\nblurry")
    assert (recipe.steps, recipe.sampler, recipe.guidance, recipe.seed) == (28, "DPM++ 2M", 5.5, 1234567)
    assert (recipe.size, recipe.model) == ((1216, 832), "animagine-xl-4.0-opt")
    assert recipe.other["Lora hashes"] == "detail: 1a2b3c, other: 4d5e6f"


def test_civitai_s_bare_json_is_one_value():
    """Its commas and colons are no pairs."""
    other = parse(CIVITAI).other
    assert set(other) == {"Clip skip", "Created Date", "Civitai resources", "Civitai metadata"}
    assert json.loads(other["Civitai resources"])[1]["modelName"] == "Ink: lines, bold"


@pytest.mark.parametrize(
    ("text", "recipe"),
    [
        ("", Recipe()),
        ("1girl, smile", Recipe(prompt="1girl, smile")),
        ("time: 3, place: here", Recipe(prompt="time: 3, place: here")),
        ("Negative prompt: x", Recipe(negative_prompt="x")),
        (
            "a\r\nNegative prompt: b\r\nSteps: 1, Seed: 2, Size: 3x4\r\n",
            Recipe(prompt="a", negative_prompt="b", steps=1, seed=2, size=(3, 4)),
        ),
        (
            f"a\nSteps: {'9' * 4000}, Seed: -1, Size: big",
            Recipe(prompt="a", seed=-1, other={"Steps": "9" * 4000, "Size": "big"}),
        ),
        ("a\nSteps: many, Seed: -1, Size: big", Recipe(prompt="a", seed=-1, other={"Steps": "many", "Size": "big"})),
        (
            'a\nno: "\\u12", one: "b, c", two: 1',
            Recipe(prompt="a", other={"no": '"\\u12"', "one": "b, c", "two": "1"}),
        ),
    ],
)
def test_every_text_has_a_meaning(text, recipe):
    """Fewer than three pairs are a line of the prompt; what is no number stays a text."""
    assert parse(text) == recipe


@given(st.text(max_size=200))
def test_reading_never_raises(text):
    parse(text)


def test_a_text_too_long_is_a_sentence(ours):
    with refused(InvalidRequest, "recipe is 20,001 characters long; at most 20,000"):
        parse("x" * (MAX_CHARS + 1))
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
    assert tuple(map(render, mapped.unmapped)) == (
        "“<lora:detail:0.8>” was left out: LoRAs are not named in prompts here.",
        "It was drawn with another model, “animagine-xl-4.0-opt”.",
        "“Denoising strength: 0.5” is not supported here.",
        "“Hires upscale: 1.5” is not supported here.",
        "“Lora hashes: detail: 1a2b3c, other: 4d5e6f” is not supported here.",
    )


@pytest.mark.parametrize("text", ['[{"x":' + "[" * 9000, "[1]", "{}", '[{"type":"checkpoint"}]'])
def test_resources_that_are_none_are_nothing(ours, text):
    """The file is somebody else's; its JSON may be anything, however deep."""
    assert to_options(Recipe(other={"Civitai resources": text}), ours, "").unmapped == ()


def test_civitai_s_resources_are_said(ours):
    mapped = to_options(parse(CIVITAI), ours, "")
    assert mapped.options.sampler == "euler_a"
    assert tuple(map(render, mapped.unmapped)) == ("The lora “Ink: lines, bold” is not used here.",)


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        (Recipe(sampler="LMS"), "The sampler “LMS” is not available here."),
        (Recipe(sampler="Euler", other={"Schedule type": "Karras"}), "The sampler “Euler” is not available here."),
        (Recipe(size=(1000, 1000)), "The size 1000×1000 is none of the shapes here."),
        (Recipe(seed=-1), "The seed -1 is outside of the seeds here, 0 to 4,294,967,295."),
        (Recipe(prompt="[cat:dog:0.5]"), "“[cat:dog:0.5]” is read as plain words"),
        (Recipe(prompt="[cat|dog] AND x"), "“[cat|dog]” is read as plain words"),
        (Recipe(other={"Variation seed": "3"}), "“Variation seed: 3” is not supported here."),
    ],
)
def test_what_cannot_be_mapped_is_said(ours, recipe, said):
    mapped = to_options(recipe, ours, "")
    assert render(mapped.unmapped[0]).startswith(said)
    assert (mapped.options.shape, mapped.options.seed, mapped.options.sampler) == (None, None, None)


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
    recipe = Recipe(sampler=name, other={"Schedule type": schedule})
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
        prompt=composed.prompt, negative_prompt=composed.negative_prompt, other={"Version": "Eshi 0.1.0", "RNG": "CPU"}
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
