"""Pictures that begin with latents or pixels which came with the command: as the stock img2img draws them."""

import dataclasses

import msgspec
import numpy as np
import pytest
import torch
from PIL import Image

from engine import packed
from engine.cost import steps_taken
from engine.encode import GAIN, SHIFT, encode, encode_image
from engine.errors import NumericalFailure, OutOfMemory
from engine.infotext import further
from engine.memory import Limit
from engine.samplers import SAMPLERS
from engine.wire import Failed, Finished, Pixels, Start, Started
from tests.engine import failures
from tests.engine.batches import Bench, finals, request
from tests.engine.rounding import assert_alike
from tests.engine.test_rescue import failing, spoiled


def begun_with(wish, image, strength):
    return msgspec.structs.replace(wish, start=Start(image=image, strength=strength))


def some_latents(model, *, width=64, height=64):
    latents = torch.randn(1, 4, height // 8, width // 8, generator=torch.Generator().manual_seed(0))
    kept = packed.begin(latents)()
    return kept, packed.unpack(model, kept, width=width, height=height)


def some_pixels(*, width=64, height=64):
    values = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Pixels(width=width, height=height, values=values.tobytes()), Image.fromarray(values)


def stock_says(stock_img2img, scheduler, wish, image, seed):
    stock_img2img.scheduler = scheduler
    return stock_img2img(
        wish.prompt,
        negative_prompt=wish.negative_prompt,
        image=image,
        strength=wish.start.strength,
        num_inference_steps=wish.sampling.num_inference_steps,
        guidance_scale=wish.sampling.guidance_scale,
        generator=torch.Generator().manual_seed(seed),
        output_type="latent",
    ).images


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_from_latents_it_is_the_stock_img2img_bit_for_bit(model, stock_img2img, diffusers_own, sampler):
    """Vary strong: other noise over the same latents."""
    kept, latents = some_latents(model)
    wish = begun_with(request(sampler=sampler, num_inference_steps=5, seeds=(3,)), kept, 0.65)
    expected = stock_says(stock_img2img, diffusers_own(sampler), wish, latents, 3)
    assert torch.equal(finals(model, wish)[0], expected)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_from_pixels_it_is_the_stock_img2img_bit_for_bit(model, stock_img2img, diffusers_own, sampler):
    """Encoding takes the first of the picture's chance, its noise the next."""
    pixels, image = some_pixels(width=96)
    wish = begun_with(request(sampler=sampler, num_inference_steps=5, seeds=(3,), width=96), pixels, 0.65)
    expected = stock_says(stock_img2img, diffusers_own(sampler), wish, image, 3)
    assert torch.equal(finals(model, wish)[0], expected)


def test_each_is_the_same_in_company(model):
    """One job from latents, one from pixels, one from noise, in one batch with each other."""
    kept, _ = some_latents(model)
    pixels, _ = some_pixels()
    usual = request(num_inference_steps=4, seeds=(3, 4))
    for wish in (begun_with(usual, kept, 0.7), begun_with(usual, pixels, 0.5)):
        alone = finals(model, wish, cap=1)
        others = [msgspec.structs.replace(usual, job_id="b"), begun_with(request("c", seeds=(9,)), kept, 1.0)]
        for number, latents in finals(model, wish, *others, cap=5).items():
            assert_alike(model, latents, alone[number], guidance_scale=5.0)


def test_what_it_begins_with_is_told(model):
    """With the first event, and in the recipe."""
    kept, _ = some_latents(model)
    pixels, _ = some_pixels()
    for wish, begins in (
        (request(), "noise"),
        (begun_with(request(), kept, 0.5), "latents"),
        (begun_with(request(), pixels, 0.5), "pixels"),
    ):
        bench = Bench(model)
        bench.admit(wish)
        bench.run()
        assert bench.events["a"][0] == Started(job_id="a", begins=begins)
        assert further(wish, number=0).get("Started from", "noise") == begins
    assert further(wish, number=0) == {"Started from": "pixels", "Denoising strength": 0.5}


def test_at_strength_0_nothing_is_drawn(model):
    """What came goes on as it is."""
    kept, latents = some_latents(model)
    assert torch.equal(finals(model, begun_with(request(), kept, 0.0))[0], latents)


def test_latents_of_another_size_end_their_own_job(model):
    """In words, and the next one is drawn."""
    kept, _ = some_latents(model, width=96)
    bench = Bench(model)
    bench.admit(begun_with(request(), kept, 0.5))
    bench.admit(request("b"))
    bench.run()
    assert bench.events["a"][-1] == Failed(
        job_id="a", code="invalid_parameters", detail="latents of 4×8×12: this model's for 64×64 are 4×8×8"
    )
    assert isinstance(bench.events["b"][-1], Finished)


@pytest.mark.parametrize(("strength", "taken"), [(0.55, 15), (0.2, 5), (0.75, 21), (1.0, 28), (0.03, 0)])
def test_steps_are_counted_as_diffusers_counts_them(strength, taken):
    """Cut off, never rounded."""
    assert steps_taken(28, strength) == taken


@pytest.mark.parametrize("failure", [failures.allocator, failures.cudnn_plans], ids=lambda failure: failure.__name__)
def test_without_room_it_is_encoded_in_tiles(model, failure):
    """Tried once more whole, then in the largest tiles that have room; for a while the next begins with those."""
    model = dataclasses.replace(model, encodes_at_once=Limit(lambda: 0.0))
    pixels, _ = some_pixels(width=640, height=512)
    expected = encode(model, pixels, None)
    with failing(model.vae.encoder, failure(), lambda x: x.shape[-1] > 512) as sizes:
        tiled = encode(model, pixels, None)
        assert torch.equal(encode(model, pixels, None), tiled)
    assert sizes[:2] == [(512, 640)] * 2
    assert max(sizes[2:]) == (512, 512)
    assert tiled.shape == expected.shape
    model.encodes_at_once.forget()
    assert torch.equal(encode(model, pixels, None), expected)


def test_without_room_for_the_smallest_tile_it_is_not_encoded(model):
    model = dataclasses.replace(model, encodes_at_once=Limit(lambda: 0.0))
    pixels, _ = some_pixels(width=640, height=512)
    with failing(model.vae.encoder, failures.allocator(), lambda _: True), pytest.raises(OutOfMemory, match="GiB"):
        encode(model, pixels, None)


def test_what_overflows_in_the_encoder_is_encoded_again_in_float32(model):
    """And refused where that does not help."""
    pixels, _ = some_pixels()
    expected = encode(model, pixels, None)
    first = iter([True])
    with spoiled(model.vae.encoder, lambda output: output * torch.nan if next(first, False) else output):
        assert torch.equal(encode(model, pixels, None), expected)
    with spoiled(model.vae.encoder, lambda output: output * torch.nan), pytest.raises(NumericalFailure):
        encode(model, pixels, None)


@torch.inference_mode()
def test_a_picture_is_made_lighter_first_where_the_operator_wants_that(model):
    """And only there."""
    image = torch.rand((1, 3, 64, 64), generator=torch.Generator().manual_seed(0))
    keeping = dataclasses.replace(model, keeps_brightness=True)
    lighter = (GAIN * (2 * image - 1) + SHIFT + 1) / 2
    assert torch.allclose(encode_image(keeping, image, None), encode_image(model, lighter, None), atol=1e-4)
    assert not torch.allclose(encode_image(model, image, None), encode_image(model, lighter, None), atol=1e-4)
