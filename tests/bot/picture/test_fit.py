"""Pictures are made to fit into what Discord takes, in the best form that does, encoded as seldom as can be."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.errors import PictureTooLarge
from bot.picture.fit import Fitted, fit, shares
from bot.picture.read import parameters
from bot.picture.write import Opened
from engine import png


@given(
    sizes=st.lists(st.integers(1, 100), max_size=10),
    per_file=st.integers(10, 120),
    total=st.integers(10, 250),
)
def test_what_a_request_carries_is_divided(sizes, per_file, total):
    """Nobody's limit is passed, a file that fits beside the others is left whole, and no room is given away."""
    limits = shares(sizes, per_file=per_file, total=total)
    assert sum(limits) <= total
    assert all(limit <= min(size, per_file) for limit, size in zip(limits, sizes, strict=True))
    cut = [limit for limit, size in zip(limits, sizes, strict=True) if limit < size]
    assert len(set(cut)) <= 1
    if cut:
        assert max(limits) == cut[0]
        assert cut[0] == per_file or total - sum(limits) < len(sizes)


RECIPE = "1girl, smile\nSteps: 28"


def picture(grain, size=(512, 384)):
    """A soft picture with so much grain, as the engine writes it."""
    rng = np.random.default_rng(7)
    soft = Image.fromarray(rng.integers(0, 255, (12, 16, 3), dtype="uint8")).resize(size, Image.Resampling.BICUBIC)
    pixels = np.asarray(soft, dtype=float) + rng.normal(0, grain, (size[1], size[0], 3))
    return png.encode(pixels.clip(0, 255).astype("uint8"), parameters=RECIPE)


async def test_a_picture_that_fits_is_not_touched():
    original = picture(2)
    assert await fit(original, len(original)) == Fitted(original)


async def test_lossless_webp_is_the_second_choice():
    """Every pixel is the same, and the recipe is in it."""
    original = picture(1)
    fitted = await fit(original, len(original) - 1)
    assert (fitted.form, len(fitted.data) < len(original)) == ("lossless webp", True)
    assert Image.open(io.BytesIO(fitted.data)).convert("RGB").tobytes() == Image.open(io.BytesIO(original)).tobytes()
    assert parameters(fitted.data) == RECIPE


@pytest.mark.parametrize("part", [0.4, 0.1, 0.05])
@pytest.mark.parametrize("grain", [1, 6, 25])
async def test_quality_falls_no_further_than_it_must(grain, part, monkeypatch):
    """It fits, the recipe is in it, the best quality is found, and the whole picture is encoded once or twice."""
    original = picture(grain)
    whole = []
    write = Opened.write

    def counted(opened, form, quality=92):
        if opened.image.width > 200:
            whole.append(quality)
        return write(opened, form, quality)

    monkeypatch.setattr(Opened, "write", counted)
    fitted = await fit(original, int(len(original) * part))
    assert len(fitted.data) <= len(original) * part
    assert parameters(fitted.data) == RECIPE
    assert len(whole) <= 2
    if fitted.quality < 95:
        assert len(write(Opened.of(original), "webp", min(fitted.quality + 20, 100))) > len(original) * part


async def test_what_fits_in_no_form_is_said():
    with pytest.raises(PictureTooLarge):
        await fit(picture(25), 100)


async def test_a_picture_smaller_than_a_tile_is_its_own_sample():
    original = picture(25, size=(40, 24))
    assert len((await fit(original, len(original) // 2)).data) <= len(original) // 2
