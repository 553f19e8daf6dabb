"""Models that divide by more than a side's step: whatever is asked for is drawn, and comes in the size asked for."""

import dataclasses
import io

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image

from engine.demo import untrained
from engine.extending import DIRECTIONS, extend
from engine.kinds import plan_of
from engine.padding import padded
from engine.regions import FACTORS, FULL_AREA, enlarged_part
from engine.starts import larger
from engine.wire import Box, Enlargement, Finished, Pixels, Repaint, Start
from tests.engine.batches import Bench, finals, request

sides = st.integers(8, 20).map(lambda times: 8 * times)


@pytest.fixture(scope="module")
def coarse(model):
    """The tiny model with a VAE that divides by 16."""
    design = untrained.VAE | {
        "block_out_channels": (8, 8, 16, 16, 16),
        "down_block_types": ("DownEncoderBlock2D",) * 5,
        "up_block_types": ("UpDecoderBlock2D",) * 5,
    }
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(0)
        vae = AutoencoderKL.from_config(design).eval().requires_grad_(requires_grad=False)
    return dataclasses.replace(model, vae=vae, compression=16)


def some_pixels(width, height):
    values = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return values, Pixels(width=width, height=height, values=values.tobytes())


def drawn(model, wish):
    """What is sent of its first picture, and its pixels."""
    bench = Bench(model)
    bench.admit(wish)
    bench.run()
    *_, picture, end = bench.events[wish.job_id]
    assert isinstance(end, Finished), end
    return picture, np.asarray(Image.open(io.BytesIO(picture.png)))


def begun(wish, image, strength=0.6, **more):
    sampling = replace(wish.sampling, width=image.width, height=image.height)
    return replace(wish, sampling=sampling, start=Start(image=image, strength=strength), **more)


@pytest.mark.parametrize("size", [(64, 64), (72, 64), (64, 72), (72, 88)], ids=str)
def test_a_picture_is_as_large_as_it_was_asked_for(coarse, size):
    """Also one that begins with somebody's, or is enlarged: 72×88 becomes 104×128, and 104 is drawn as 112."""
    width, height = size
    wish = request(width=width, height=height, num_inference_steps=3)
    _, image = some_pixels(width, height)
    assert drawn(coarse, wish)[1].shape == (height, width, 3)
    assert drawn(coarse, begun(wish, image))[1].shape == (height, width, 3)
    large = drawn(coarse, replace(wish, enlargement=Enlargement(factor=1.5, strength=0.6)))[1]
    assert large.shape == (height * 3 // 2 // 8 * 8, width * 3 // 2 // 8 * 8, 3)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_beyond_an_edge_a_picture_goes_on_and_stays_itself(coarse, direction):
    """72×88 grows by 32 or 40, and neither sum is a multiple of 16."""
    values, _ = some_pixels(72, 88)
    canvas = extend(72, 88, values.tobytes(), direction)
    wish = begun(request(num_inference_steps=3), canvas_pixels(canvas), repaint=Repaint(mask=canvas.mask, joint=0.5))
    picture = drawn(coarse, wish)[1]
    kept = np.frombuffer(canvas.mask, np.uint8).reshape(canvas.height, canvas.width) == 0
    before = np.frombuffer(canvas.values, np.uint8).reshape(canvas.height, canvas.width, 3)
    assert picture.shape == before.shape
    assert np.array_equal(picture[kept], before[kept])
    assert (picture[~kept] != before[~kept]).any(axis=1).mean() > 0.9


def canvas_pixels(canvas):
    return Pixels(width=canvas.width, height=canvas.height, values=canvas.values)


def test_a_detail_is_laid_back_where_it_was(coarse):
    """In a picture of any size: around it every pixel stays."""
    values, image = some_pixels(136, 120)
    box = Box(left=96, top=72, width=40, height=48)
    picture = drawn(coarse, begun(request(num_inference_steps=4), image, 0.5, details=(box,)))[1]
    assert picture.shape == values.shape
    assert np.array_equal(picture[:, :64], values[:, :64])
    assert (picture[72:, 96:] != values[72:, 96:]).any(axis=-1).mean() > 0.9


boxes = st.builds(
    lambda left, top, width, height: Box(left=left, top=top, width=width, height=height),
    st.integers(0, 700), st.integers(0, 700), st.integers(16, 224), st.integers(16, 224),
)  # fmt: skip
picture_sides = st.integers(116, 130).map(lambda times: 8 * times)


@given(boxes, picture_sides, picture_sides, st.sampled_from([16, 32, 64]))
def test_a_detail_is_enlarged_so_that_its_latents_lie_where_the_picture_s_do(box, width, height, compression):
    """So many times that it is no larger than a whole picture; and four latents around it are shown, as of SDXL's."""
    part = enlarged_part(box, width, height, compression)
    factor = part.shown[0] // (part.right - part.left)
    assert factor in FACTORS
    assert part.shown == (factor * (part.right - part.left), factor * (part.bottom - part.top))
    assert not any(side * factor % compression for side in (part.left, part.top))
    assert not any(side % compression for side in (part.width, part.height))
    assert all(0 <= full - side < compression for full, side in zip(part[4:6], part.shown, strict=True))
    padding = 4 * compression // factor
    assert part.left <= max(0, box.left - padding)
    assert part.bottom >= min(height, box.top + box.height + padding)
    assert factor == 1 or part.width * part.height <= FULL_AREA


def test_sdxl_s_details_fill_the_working_size():
    """Whatever part of it that is: an eighth of its latents are a pixel."""
    box = Box(left=400, top=400, width=64, height=64)
    assert enlarged_part(box, 1024, 1024) == (368, 368, 496, 496, 1024, 1024, (1024, 1024))
    assert enlarged_part(box, 832, 1216) == (368, 368, 496, 496, 1024, 1024, (1024, 1024))


def test_latents_that_were_kept_draw_the_same_picture_again(coarse):
    """They hold the whole of what was drawn, as an enlarged one's do."""
    wish = request(width=72, height=88, num_inference_steps=3, send_latents=True)
    for one in (wish, replace(wish, enlargement=Enlargement(factor=1.5, strength=0.6))):
        first, pixels = drawn(coarse, one)
        height, width, _ = pixels.shape
        assert (first.latents.height, first.latents.width) == (-(-height // 16), -(-width // 16))
        sampling = replace(wish.sampling, width=width, height=height)
        again = replace(wish, sampling=sampling, start=Start(image=first.latents, strength=0.0))
        assert np.abs(drawn(coarse, again)[1].astype(int) - pixels).mean() < 2


def test_an_enlarged_picture_shows_no_less_than_before(coarse):
    """Each latent stands where its pixels do after the picture grew by a half, and not where a larger one's would."""
    small, large = (request(width=width, height=height).sampling for width, height in ((72, 88), (104, 128)))
    before = torch.arange(30.0).reshape(1, 1, 6, 5)
    rows, columns = (
        [min(int((place + 0.5) * of / to), last) for place in range(count)]
        for count, of, to, last in ((8, 88, 128, 5), (7, 72, 104, 4))
    )
    assert torch.equal(larger(small, large, coarse, None, before), before[:, :, rows][..., columns])


def test_an_upscaler_is_given_the_picture_and_nothing_beyond_it(coarse):
    """Its sides are the ones that were asked for; only what is encoded again goes on beyond them."""
    seen = []

    class Upscaler:
        name = "twice"

        def enlarge(self, pixels, *, width, height):
            seen.append((pixels.shape, width, height))
            return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(0))

    wish = replace(
        request(width=72, height=88, num_inference_steps=3), enlargement=Enlargement(factor=1.5, strength=0.6)
    )
    assert drawn(dataclasses.replace(coarse, upscaler=Upscaler()), wish)[1].shape == (128, 104, 3)
    assert seen == [((88, 72, 3), 104, 128)]


def test_pictures_of_other_sizes_that_are_drawn_alike_share_their_steps(coarse):
    """Each as if it were alone."""
    one = request("one", width=72, height=64, num_inference_steps=3)
    other = request("other", width=80, height=64, num_inference_steps=3, seeds=(2,))
    assert torch.allclose(finals(coarse, one, other)[0], finals(coarse, one)[0], atol=1e-3)


@given(sides, sides, st.sampled_from([8, 16, 32, 64]), st.integers(0, 9))
def test_what_is_asked_for_stays_the_upper_left_of_what_is_drawn(width, height, compression, seed):
    """To the last byte, of pixels and mask; beyond it their edge goes on, and without a need nothing changes."""
    random = np.random.default_rng(seed)
    values = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
    mask = random.integers(0, 256, (height, width), dtype=np.uint8)
    image = Pixels(width=width, height=height, values=values.tobytes())
    wish = begun(request(), image, repaint=Repaint(mask=mask.tobytes()))
    more = padded(wish, compression)
    wide, high = more.sampling.width, more.sampling.height
    assert (wide % compression, high % compression) == (0, 0)
    assert (0 <= wide - width < compression, 0 <= high - height < compression) == (True, True)
    for given_, drawn_, channels in ((values, more.start.image.values, 3), (mask, more.repaint.mask, 1)):
        array = np.frombuffer(drawn_, np.uint8).reshape(high, wide, channels)
        whole = given_.reshape(height, width, channels)
        columns, rows = (np.minimum(np.arange(count), last) for count, last in ((wide, width - 1), (high, height - 1)))
        assert np.array_equal(array, whole[rows][:, columns])
    if (width % compression, height % compression) == (0, 0):
        assert more is wish


def test_for_sdxl_a_plan_is_what_it_was(model):
    """It divides by what every side is a multiple of."""
    wish = request(width=72, height=88)
    assert padded(wish, model.compression) is wish
    assert plan_of(wish, model.compression).passes[0].sampling is wish.sampling
