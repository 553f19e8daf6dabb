"""What a picture says of how it was made comes out as it went in, in every form and for every reader."""

import io
import struct
import time
import zlib
from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin
from sd_parsers import ParserManager

from bot.errors import InvalidRequest
from bot.picture import exif
from bot.picture.read import MAX_TEXT_BYTES, parameters
from bot.picture.recipes.webui import parse
from bot.picture.write import Opened
from engine import infotext, png
from engine.wire import SamplingParams
from tests.refusing import refused

PIXELS = np.full((8, 8, 3), 128, np.uint8)
FORMS = ("lossless webp", "webp", "jpeg")
MARK = b"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
FIELD_NAMES = st.lists(
    st.sampled_from(["Negative prompt:", "Steps:", "steps: 1, ", "\n", "\r", " ", "a", "★", "\ud800"])
)
TEXTS = st.text(max_size=300) | FIELD_NAMES.map("".join)


def written(prompt, negative_prompt=""):
    """The text as the engine writes it."""
    return infotext.write(
        prompt=prompt,
        negative_prompt=negative_prompt,
        sampling=SamplingParams(),
        seed=7,
        model_name="animagine-xl-4.0-opt",
        model_hash="6327eca98b",
        version="0.1.0",
    )


def in_every_form(text):
    """One picture with this text, as PNG and in each other form."""
    original = png.encode(PIXELS, parameters=text)
    return [original, *[Opened.of(original).write(form) for form in FORMS]]


LATELY = deque(maxlen=2)


def their_reading(data):
    """What sd-parsers finds; it knows the last image by its address, so that one has to stay alive."""
    LATELY.append(Image.open(io.BytesIO(data)))
    return ParserManager().parse(LATELY[-1])


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS)
def test_whatever_was_typed_is_read_back_unchanged(prompt, negative_prompt):
    """By our reader and by one that is not ours, from PNG, WebP and JPEG; and written again it is the same."""
    text = written(prompt, negative_prompt)
    wanted = infotext.clean(prompt), infotext.clean(negative_prompt)
    assert written(*wanted) == text
    for data in in_every_form(text):
        assert parameters(data) == text
        ours = parse(parameters(data))
        assert (ours.prompt, ours.negative_prompt) == wanted
        theirs = their_reading(data)
        assert (theirs.full_prompt, theirs.full_negative_prompt) == wanted


@pytest.mark.parametrize("form", FORMS)
def test_the_mark_of_a_machine_made_picture_goes_along(form):
    """As XMP, as the engine wrote it."""
    data = Opened.of(png.encode(PIXELS, parameters=written("1girl"))).write(form)
    with Image.open(io.BytesIO(data)) as image:
        assert MARK in image.info["xmp"]
        assert image.size == (8, 8)


def test_a_lossless_picture_keeps_every_pixel():
    """That is what it is for."""
    pixels = np.arange(8 * 8 * 3, dtype=np.uint8).reshape(8, 8, 3)
    data = Opened.of(png.encode(pixels, parameters="1girl")).write("lossless webp")
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(data)).convert("RGB")), pixels)


def test_two_prompts_of_the_greatest_length_fit_into_jpeg():
    """Its EXIF ends at 64 KiB."""
    text = written("𝔞" * 5000, "𝔟" * 5000)
    assert parameters(Opened.of(png.encode(PIXELS, parameters=text)).write("jpeg")) == text


def block(order, comment, *, kind=7):
    """A TIFF block as others write it."""
    sign = {"<": b"II", ">": b"MM"}[order]
    return (
        struct.pack(f"{order}2sHI", sign, 42, 8)
        + struct.pack(f"{order}HHHIII", 1, 0x8769, 4, 1, 26, 0)
        + struct.pack(f"{order}HHHIII", 1, 0x9286, kind, len(comment), 44, 0)
        + comment
    )


RECIPE = "1girl, 猫\nSteps: 28, Sampler: Euler a, Seed: 1"


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(
    "comment",
    [
        b"UNICODE\0" + RECIPE.encode("utf-16-be"),
        b"UNICODE\0" + RECIPE.encode("utf-16-le"),
        b"UNICODE\0" + RECIPE.encode("utf-16-be") + b"\0\0",
        b"ASCII\0\0\0" + RECIPE.encode(),
        b"\0\0\0\0\0\0\0\0" + RECIPE.encode(),
        RECIPE.encode(),
    ],
    ids=["big-endian", "little-endian", "ended by zeros", "ASCII", "unsaid", "no prefix"],
)
def test_comments_are_read_however_they_were_written(order, comment):
    """Writers disagree about byte order, prefix and type; the recipe says which was meant."""
    for kind in (1, 2, 7):
        assert exif.comment_in(block(order, comment, kind=kind), 1000) == RECIPE


def chunked(**options):
    """A PNG with a text chunk of a certain kind."""
    chunks = PngImagePlugin.PngInfo()
    getattr(chunks, options.pop("add"))("parameters", options.pop("text", "1girl\nSteps: 1"), **options)
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG", pnginfo=chunks)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "options",
    [{"add": "add_text"}, {"add": "add_text", "zip": True}, {"add": "add_itxt"}, {"add": "add_itxt", "zip": True}],
)
def test_every_kind_of_png_text_is_read(options):
    """Plain or packed, Latin-1 or UTF-8."""
    assert parameters(chunked(**options)) == "1girl\nSteps: 1"


def test_a_png_may_say_it_in_exif():
    """Some converters keep it there."""
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG", exif=exif.build(RECIPE))
    assert parameters(buffer.getvalue()) == RECIPE


def test_a_packed_text_that_unpacks_without_end_is_refused():
    """It costs no more memory than what is read."""
    for add in ("add_text", "add_itxt"):
        with refused(InvalidRequest, "too long"):
            parameters(chunked(add=add, text="a" * 50 * MAX_TEXT_BYTES, zip=True))


def test_a_picture_of_a_thousand_million_pixels_costs_nothing():
    """Its size is not even looked at."""
    header = struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 8, 2, 0, 0, 0)
    text = b"parameters\x001girl"
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", header), (b"tEXt", text))
    )
    assert parameters(data) == "1girl"


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(12) * 2_000_000,
        b"\xff\xd8" + b"\xff" * 24_000_000,
        b"\xff\xd8" + b"\xff\xe1\0\2" * 6_000_000,
        b"RIFF\0\0\0\0WEBP" + bytes(8) * 3_000_000,
    ],
    ids=["chunks", "fillers", "segments", "RIFF"],
)
def test_a_file_of_nothing_but_beginnings_is_given_up(data):
    """Millions of empty parts are no picture, and nobody waits for their end."""
    started = time.process_time()
    assert parameters(data) is None
    assert time.process_time() - started < 1


def test_no_picture_is_a_sentence():
    """It says what can be read."""
    for data in (b"", b"GIF89a", b"<svg/>", b"%PDF-1.7"):
        with refused(InvalidRequest, "PNG, WebP and JPEG"):
            parameters(data)


@settings(deadline=None)
@given(st.data())
def test_a_broken_file_is_no_error(data):
    """Cut or changed anywhere, it says something, or nothing, or a sentence."""
    whole = bytearray(data.draw(st.sampled_from(in_every_form(written("1girl, 猫")))))
    for _ in range(data.draw(st.integers(0, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = parameters(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    except InvalidRequest:
        return
    assert found is None or isinstance(found, str)


def test_the_comment_has_the_type_of_the_standard():
    """UNDEFINED: readers that take it at its word fail on anything else."""
    assert exif.build(RECIPE) == b"Exif\0\0" + block(">", b"UNICODE\0" + RECIPE.encode("utf-16-be"), kind=7)
