"""Pictures and masks that people bring: whatever a file holds, it is plain pixels or a sentence."""

import io
import random
from itertools import islice

import pytest
from PIL import Image, PngImagePlugin

from bot.errors import InvalidRequest
from bot.picture.brought import of_mask, of_picture
from bot.sentences import uploads
from bot.sentences.rendering import render
from tests import hostile


def file(image, form="PNG", **how):
    out = io.BytesIO()
    image.save(out, form, **how)
    return out.getvalue()


def taken(read, data):
    """What it came to: a picture, or what is said."""
    try:
        return read(data)
    except InvalidRequest as refused:
        return render(refused.sentence)


@pytest.mark.parametrize("name", hostile.FILES)
def test_a_hostile_file_is_a_picture_or_a_sentence(name):
    """Never another error, whatever others were attacked with."""
    for read in (of_picture, of_mask):
        assert taken(read, hostile.FILES[name](20_000))


def test_a_broken_file_is_a_picture_or_a_sentence():
    """Cut, doubled and overwritten at any place."""
    chance = random.Random(2)
    for form in ("PNG", "JPEG", "WEBP"):
        for broken in islice(hostile.mutants(file(Image.effect_noise((64, 64), 50), form), chance), 8):
            assert taken(of_picture, broken)


def test_nothing_of_a_file_is_kept_but_its_pixels():
    """No text, no camera, no place."""
    told = PngImagePlugin.PngInfo()
    told.add_text("parameters", "secret words")
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    image = Image.new("RGB", (832, 1216), (9, 8, 7))
    kept = of_picture(file(image, pnginfo=told, exif=exif))
    assert b"secret" not in kept.png
    with Image.open(io.BytesIO(kept.png)) as again:
        assert (again.size, again.mode, again.info) == ((832, 1216), "RGB", {})
        assert again.tobytes() == image.tobytes()


def test_why_a_picture_is_not_taken_is_said():
    """What it is, and what would do."""
    for data, reason in (
        (b"GIF89a", "no_picture"),
        (file(Image.new("L", (40, 40))), "too_small"),
        (file(Image.new("L", (100, 900))), "too_long"),
        (file(Image.new("1", (4000, 4000))), "too_large"),
    ):
        with pytest.raises(InvalidRequest) as refused:
            of_picture(data)
        assert refused.value.sentence == uploads.unusable(reason)
    with pytest.raises(InvalidRequest) as refused:
        of_mask(file(Image.new("L", (832, 1216))))
    assert refused.value.sentence == uploads.unusable("no_mask")
