"""A recipe that any program wrote comes back as it was, from every place where that program writes it."""

import io
import json
import time
from collections import deque

import pytest
from hypothesis import given, settings
from PIL import Image, features
from sd_parsers import ParserManager

from bot.errors import InvalidRequest
from bot.picture.recipes import pasted
from bot.picture.recipes.programs import of_picture
from tests.graphs import graph, swarm
from tests.picture_texts import comment, exif, packet, png, with_exif
from tests.programs import MADE, WRITERS, Made, check, fooocus, invoke
from tests.refusing import refused


@pytest.mark.parametrize("writer", WRITERS)
@settings(max_examples=100)
@given(MADE)
def test_what_a_program_wrote_is_read_back(writer, made):
    """Prompt, negative prompt, steps, guidance, seed, size, sampler, model, and whose recipe it is."""
    check(writer, made)


UNREAD = {"NovelAI, V4": "it takes the older field for the negative prompt, which V4 leaves as it was"}
"""Where sd-parsers says something else, and why ours is right."""
LATELY = deque(maxlen=2)


def their_reading(data):
    """What sd-parsers finds; it knows the last image by its address, so that one has to stay alive."""
    LATELY.append(Image.open(io.BytesIO(data)))
    return ParserManager().parse(LATELY[-1])


@pytest.mark.parametrize("writer", sorted(WRITERS.keys() - UNREAD.keys()))
@settings(max_examples=4)
@given(MADE)
def test_an_independent_reader_agrees_wherever_it_can_read(writer, made):
    """sd-parsers: nothing of what it finds is otherwise; it finds nothing in half of the files."""
    data = WRITERS[writer][1](made)
    theirs, ours = their_reading(data), of_picture(data).recipe
    if theirs is None:
        return
    assert [one.value for one in theirs.prompts] == [ours.prompt]
    assert [one.value for one in theirs.negative_prompts] == [ours.negative_prompt]
    parameters = theirs.samplers[0].parameters
    assert int(parameters["seed"]) == ours.seed
    assert int(parameters.get("steps", ours.steps)) == ours.steps
    assert float(parameters["cfg_scale"]) == ours.guidance


@pytest.mark.parametrize(
    "data",
    [
        with_exif("JPEG", exif(second=[(0x9286, b"ASCII\0\0\0Screenshot")])),
        with_exif(
            "JPEG", exif([(0x010F, b"Canon\0"), (0x0110, b"EOS 5D Mark IV\0"), (0x010E, b"Steps to the beach\0")])
        ),
        with_exif("WEBP", exif(second=[(0x9286, comment("a note: the size of it, model: none, seed of doubt"))])),
        png(Comment="Created with GIMP", Software="GIMP", Description="a picture"),
        png(parameters='{"foo": 1, "prompt": {}}'),
        png(parameters="[1, 2, 3]"),
        png(prompt="{}", workflow='{"nodes": []}'),
        png(prompt='{"1": {"class_type": "LoadImage", "inputs": {"image": "a.png"}}}'),
        png(invokeai_metadata='{"app_version": "5.0"}'),
        png(**{"XML:com.adobe.xmp": packet()}),
        png("RGBA"),
        png(),
    ],
)
def test_what_is_no_recipe_is_none(data):
    """A camera's comment, a note, another program's JSON, a graph that draws nothing."""
    assert of_picture(data) is None


def test_a_chunk_of_webui_s_may_hold_a_prompt_alone():
    """Some write no more, under a keyword that nobody else has."""
    recipe = of_picture(png(parameters="1girl, smile")).recipe
    assert (recipe.prompt, recipe.program) == ("1girl, smile", "")


def test_characters_of_novelai_s_keep_their_words_and_their_places_are_said():
    """Several are chunks of their own; where somebody stands is said by what they are."""
    captions = [
        {"char_caption": "girl, red hair", "centers": [{"x": 0.1, "y": 0.5}]},
        {"char_caption": "boy, hat", "centers": [{"x": 0.9, "y": 0.5}]},
    ]
    prompt = {
        "caption": {"base_caption": "1girl, 1boy", "char_captions": captions},
        "use_coords": True,
        "use_order": True,
    }
    data = png(Comment=json.dumps({"prompt": "x", "uc": "bad", "scale": 5, "seed": 1, "v4_prompt": prompt}))
    recipe = of_picture(data).recipe
    assert recipe.prompt == "1girl, 1boy BREAK girl, red hair BREAK boy, hat"
    assert recipe.places == ("girl, red hair: left", "boy, hat: right")


def test_a_graph_that_goes_in_circles_ends():
    """Nodes may be linked to each other, and to what is not there."""
    nodes = {
        str(number): {
            "class_type": "KSampler" if number == 1 else "Odd",
            "inputs": {
                "steps": [str(number + 1), 0],
                "positive": [str(number + 1), 0],
                "negative": ["1", 0],
                "latent_image": [str(number), 0],
                "model": ["999", 0],
                "sampler_name": "euler",
                "seed": [str(number), 0],
            },
        }
        for number in range(1, 300)
    }
    nodes["299"]["inputs"]["positive"] = ["1", 0]
    began = time.thread_time()
    of_picture(png(prompt=json.dumps(nodes)))
    assert time.thread_time() - began < 1


def test_an_avif_is_read_where_pillow_reads_one():
    """Its boxes are Pillow's business; a broken one is a sentence."""
    if not features.check("avif"):
        pytest.skip("this Pillow reads no AVIF")
    file = io.BytesIO()
    text = "1girl\nSteps: 5, Sampler: Euler a, Seed: 7, Size: 64x64"
    Image.new("RGB", (8, 8)).save(file, "AVIF", exif=b"Exif\0\0" + exif(second=[(0x9286, comment(text))]))
    assert of_picture(file.getvalue()).recipe.seed == 7
    with refused(InvalidRequest, "AVIF"):
        of_picture(file.getvalue()[:40])


@pytest.mark.parametrize("text", ['{"a": 1}', '{"prompt": ' + "[" * 5000, '{"nodes": []}', "[1, 2]", "<?xml version"])
def test_data_of_no_recipe_is_a_sentence_and_never_words(text):
    """Whole or broken off."""
    with refused(InvalidRequest, "I read prompts and recipes"):
        pasted.recipe_of(text)


@pytest.mark.parametrize("text", ["{{masterpiece}}, 1girl", "[1girl:2girls:0.5], x", "<lora:a:1> 1girl", "{a|b} hair"])
def test_a_prompt_may_begin_with_a_bracket(text):
    assert pasted.recipe_of(text).prompt == text
    assert of_picture(png(parameters=text)).recipe.prompt == text


@pytest.mark.parametrize("write", [swarm, fooocus, invoke, lambda made: json.dumps(graph(made))])
def test_a_recipe_may_be_pasted_as_json(write):
    """As a program shows it, or as somebody copied it out of a file."""
    made = Made("1girl, smile", "bad", 20, 5.0, 7, (832, 1216), "euler_a", "mix")
    recipe = pasted.recipe_of(write(made))
    assert (recipe.prompt, recipe.negative_prompt, recipe.steps, recipe.seed) == ("1girl, smile", "bad", 20, 7)
