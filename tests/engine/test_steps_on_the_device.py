"""What a step asks of the device and brings to it, counted on one that is not there."""

import dataclasses

import msgspec
import pytest
import torch

from engine.conditioning import encode
from engine.denoise import Sample, predict_noise
from engine.samplers import SAMPLERS
from engine.wire import SamplingParams
from tests.engine.elsewhere import Counting, Elsewhere, move
from tests.engine.rounding import assert_alike

SIZE = {"width": 64, "height": 96}


@pytest.fixture(scope="module")
def far(model):
    return move(model)


def conditioning(model, *, guided):
    """As the text encoders give it, already on the device."""
    here = encode(model, "red hair", "lowres" if guided else None, **SIZE)
    names = [field.name for field in dataclasses.fields(here)]
    return dataclasses.replace(here, **{name: Elsewhere(getattr(here, name)) for name in names})


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_step_waits_for_nothing_and_copies_nothing(model, far, sampler):
    """All of it is on the device before the first step; the values are those of a model that is here."""
    guided = SamplingParams(sampler=sampler, num_inference_steps=4, **SIZE)
    unguided = msgspec.structs.replace(guided, guidance_scale=1.0)
    with Counting() as counting:
        together = [Sample(far, conditioning(model, guided=one.guided), one, seed=1) for one in (guided, unguided)]
        assert counting.copies.total() > 0
        counting.copies.clear()
        while not together[0].finished:
            for sample, noise_pred in zip(together, predict_noise(far, together), strict=True):
                sample.advance(noise_pred)
    assert not counting.waits.total()
    assert not counting.copies.total()
    alone = Sample(model, encode(model, "red hair", "lowres", **SIZE), guided, seed=1)
    while not alone.finished:
        alone.advance(*predict_noise(model, [alone]))
    assert_alike(model, together[0].latents.near, alone.latents, guidance_scale=5.0)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_nor_does_one_that_began_with_latents(model, far, sampler):
    """The noise is added before the first step; what that moves to the device is no step's business."""
    sampling = SamplingParams(sampler=sampler, num_inference_steps=4, **SIZE)
    latents = torch.randn(1, 4, SIZE["height"] // 8, SIZE["width"] // 8, generator=torch.Generator().manual_seed(0))
    begin = {"seed": 1, "begin_index": 1}
    with Counting() as counting:
        there = Sample(far, conditioning(model, guided=True), sampling, image_latents=Elsewhere(latents), **begin)
        counting.copies.clear()
        counting.waits.clear()
        while not there.finished:
            there.advance(*predict_noise(far, [there]))
    assert not counting.waits.total()
    assert not counting.copies.total()
    alone = Sample(model, encode(model, "red hair", "lowres", **SIZE), sampling, image_latents=latents, **begin)
    while not alone.finished:
        alone.advance(*predict_noise(model, [alone]))
    assert_alike(model, there.latents.near, alone.latents, guidance_scale=5.0)


def test_the_count_sees_what_a_gpu_would_wait_for():
    """A value that the host asks for, a copy in either direction, and a mixture that no GPU takes."""
    there = Elsewhere(torch.arange(4.0))
    with Counting() as counting:
        assert there.sum().item() == 6
        assert bool((there[1] == 1).all())
        there.cpu()
        torch.ones(4).to(there.device)
        there * torch.tensor(2.0)  # a number that comes with the call
        with pytest.raises(RuntimeError, match="same device"):
            there * torch.ones(4)
    assert counting.waits.total() == 3
    assert counting.copies.total() == 1
