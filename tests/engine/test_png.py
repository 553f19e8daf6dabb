"""The PNG that is posted, read back by others."""

import io
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from isal import isal_zlib
from PIL import Image
from sd_parsers import ParserManager

from engine import infotext, png
from engine.wire import SamplingParams

RECIPE = {
    "sampling": SamplingParams(width=8, height=8),
    "seed": 7,
    "model_name": "tiny",
    "model_hash": "6327eca98b",
    "version": "0.1.0",
}


@pytest.fixture(scope="module")
def pixels():
    return np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)


def encoded(pixels, prompt, negative_prompt):
    recipe = infotext.write(prompt=prompt, negative_prompt=negative_prompt, **RECIPE)
    return png.encode(pixels, parameters=recipe), recipe


@pytest.mark.parametrize("compressor", ["isal", "zlib"])
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.tuples(st.integers(1, 70), st.integers(1, 70)), st.sampled_from([1, 3, 256]), st.integers(0, 9))
def test_pixels_survive(monkeypatch, compressor, size, colours, seed):
    """Lossless, whichever library compresses, and Pillow checks every chunk's sum."""
    monkeypatch.setattr(png, "isal_zlib", isal_zlib if compressor == "isal" else None)
    pixels = np.random.default_rng(seed).integers(0, colours, (*size, 3), dtype=np.uint8)
    image = Image.open(io.BytesIO(png.encode(pixels, parameters="red hair")))
    assert (image.mode, image.size) == ("RGB", size[::-1])
    assert np.array_equal(np.asarray(image), pixels)
    Image.open(io.BytesIO(png.encode(pixels))).verify()


@pytest.mark.parametrize("prompt", ["1girl", "日本語 ★", "naïve"])
def test_the_recipe_is_the_parameters_chunk(pixels, prompt):
    """Latin-1 or not, Pillow reads back what was written."""
    data, recipe = encoded(pixels, prompt, "lowres")
    assert Image.open(io.BytesIO(data)).text["parameters"] == recipe


def test_the_picture_says_that_a_model_made_it(pixels):
    """IPTC's digital source type, in the chunk where XMP belongs."""
    data, _ = encoded(pixels, "a", "")
    packet = ET.fromstring(Image.open(io.BytesIO(data)).text["XML:com.adobe.xmp"].strip("\ufeff"))  # noqa: S314  (our own packet)
    (description,) = packet.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description")
    assert description.attrib["{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"] == (
        "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    )


def test_a_preview_says_nothing(pixels):
    """It is no picture yet."""
    assert Image.open(io.BytesIO(png.encode(pixels))).info == {}


@settings(max_examples=60, deadline=None)
@given(st.text(), st.text())
def test_an_independent_reader_reads_back_what_was_written(pixels, prompt, negative):
    """sd-parsers finds prompt, negative and seed in their own fields, for any text."""
    data, _ = encoded(pixels, prompt, negative)
    info = ParserManager().parse(Image.open(io.BytesIO(data)))
    (sampler,) = info.samplers
    fields = [[part.value for part in parts] for parts in (sampler.prompts, sampler.negative_prompts)]
    assert fields == [[infotext.clean(text)] if infotext.clean(text) else [] for text in (prompt, negative)]
    assert (sampler.name, sampler.parameters["seed"]) == ("Euler a", "7")
