"""WebUI's text and its relatives: what is written is read back, by us as by an independent reader, in any layout."""

import io
import json
import re
import unicodedata

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin
from sd_parsers import ParserManager

from bot.errors import InvalidRequest
from bot.picture.recipes.webui import MAX_CHARS, parse
from bot.prompt.recipe import Recipe, Resource
from tests.recipes import CIVITAI, WEBUI
from tests.refusing import refused


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
        "Model hash": recipe.model_hash,
        "Model": recipe.model,
        "Variation seed": "" if recipe.variation_seed is None else recipe.variation_seed,
        "Variation seed strength": "" if recipe.variation_strength is None else recipe.variation_strength,
        **recipe.other,
        "Lora hashes": ", ".join(f"{resource.name}: a1b2c3" for resource in recipe.resources),
        "Version": "v1.10.1",
    }
    pairs = {key: value for key, value in pairs.items() if value != ""}
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
    program=st.just("WebUI"),
    dialect=st.just("webui"),
    model=st.sampled_from(["animagine", "a, b: c"]),
    model_hash=st.just("6327eca98b"),
    resources=st.lists(st.sampled_from(["ink", "a b"]), unique=True).map(
        lambda names: tuple(Resource("LoRA", name) for name in names)
    ),
    other=st.just({"RNG": "CPU", "Emphasis": "No norm", "Note": 'a: 1, "b": 2', "Version": "v1.10.1"}),
)
recipes |= st.builds(
    msgspec.structs.replace,
    recipes,
    variation_seed=st.integers(0, 2**32 - 1),
    variation_strength=st.floats(0, 1, exclude_min=True),
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
    assert recipe.resources == (Resource("LoRA", "detail"), Resource("LoRA", "other"))
    assert (recipe.program, recipe.schedule, recipe.model_hash) == ("WebUI", "Karras", "6327eca98b")


def test_civitai_s_bare_json_is_one_value():
    """Its commas and colons are no pairs."""
    recipe = parse(CIVITAI)
    assert set(recipe.other) == {"Clip skip", "Created Date", "Civitai metadata"}
    assert recipe.resources == (Resource("LoRA", "Ink: lines, bold", "2"),)
    assert (recipe.program, recipe.model) == ("Civitai", "Animagine XL 4.0 v4 Opt")


@pytest.mark.parametrize(
    ("text", "recipe"),
    [
        ("", Recipe()),
        ("1girl, smile", Recipe(prompt="1girl, smile")),
        ("time: 3, place: here", Recipe(prompt="time: 3, place: here")),
        ("Negative prompt: x", Recipe(negative_prompt="x")),
        (
            "a\r\nNegative prompt: b\r\nSteps: 1, Seed: 2, Size: 3x4\r\n",
            Recipe(program="WebUI", dialect="webui", prompt="a", negative_prompt="b", steps=1, seed=2, size=(3, 4)),
        ),
        (
            f"a\nSteps: {'9' * 4000}, Seed: -1, Size: big",
            Recipe(program="WebUI", dialect="webui", prompt="a", seed=-1, other={"Size": "big", "Steps": "9" * 300}),
        ),
        (
            "a\nSteps: many, Seed: -1, Size: big",
            Recipe(program="WebUI", dialect="webui", prompt="a", seed=-1, other={"Size": "big", "Steps": "many"}),
        ),
        (
            'a\nSteps: 5, no: "\\u12", one: "b, c", two: 1',
            Recipe(
                program="WebUI",
                dialect="webui",
                prompt="a",
                steps=5,
                other={"no": '"\\u12"', "one": "b, c", "two": "1"},
            ),
        ),
        ('a\nno: "\\u12", one: "b, c", two: 1', Recipe(prompt='a\nno: "\\u12", one: "b, c", two: 1')),
    ],
)
def test_every_text_has_a_meaning(text, recipe):
    """A line that names no key of a recipe is a line of the prompt; what is no number stays a text."""
    assert parse(text) == recipe


@given(st.text(max_size=200))
def test_reading_never_raises(text):
    parse(text)


def test_a_text_too_long_is_a_sentence():
    with refused(InvalidRequest, "recipe is 20,001 characters long; at most 20,000"):
        parse("x" * (MAX_CHARS + 1))
