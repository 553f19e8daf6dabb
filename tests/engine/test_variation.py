"""Variations of one picture: WebUI's formula, written down a second time, and the same inside a batch."""

import math

import msgspec
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.denoise import Sample, draw_noise, predict_noise
from engine.infotext import further
from engine.kinds import plan_of
from engine.samplers import SAMPLERS
from engine.variation import between
from engine.wire import Finished, Variation
from tests.engine.batches import Bench, conditioning_of, finals, request, solo
from tests.engine.rounding import assert_alike


def by_hand(seed, subseed, strength, *, width, height, channels=4):
    """The same with numbers instead of tensors: one angle for each channel and column."""

    def draw(of):
        return torch.randn(1, channels, height, width, generator=torch.Generator().manual_seed(of)).tolist()[0]

    own, other = draw(seed), draw(subseed)
    mixed = [[[0.0] * width for _ in range(height)] for _ in range(channels)]
    for channel in range(channels):
        for column in range(width):
            a = [own[channel][row][column] for row in range(height)]
            b = [other[channel][row][column] for row in range(height)]
            lengths = math.hypot(*a) * math.hypot(*b)
            omega = math.acos(sum(x * y for x, y in zip(a, b, strict=True)) / lengths)
            for row, (x, y) in enumerate(zip(a, b, strict=True)):
                shares = math.sin((1 - strength) * omega), math.sin(strength * omega)
                mixed[channel][row][column] = (shares[0] * x + shares[1] * y) / math.sin(omega)
    return torch.tensor([mixed])


def varied(wish, strength, *subseeds):
    return msgspec.structs.replace(wish, variation=Variation(seeds=subseeds, strength=strength))


def noise_of(model, wish, number):
    """What a picture's only pass begins with."""
    plan = plan_of(wish)
    (drawing,) = plan.passes
    return drawing.draw(model, drawing.sampling, plan.picture(number), 0)


@pytest.mark.parametrize("strength", [0.05, 0.15, 0.5, 0.999, 1.0])
def test_it_is_webui_s_formula_so_that_its_recipes_replay(model, strength):
    """Between the noises of seed and variation seed, along each column; every other chance is the seed's own."""
    wish = varied(request(seeds=(5, 5), width=96), strength, 8, 9)
    own = draw_noise(model, wish.sampling, 5)
    for number, subseed in enumerate((8, 9)):
        noise = noise_of(model, wish, number)
        expected = by_hand(5, subseed, strength, width=12, height=8)
        torch.testing.assert_close(noise.first, expected, atol=1e-4, rtol=0)  # an arc cosine in float32
        assert torch.equal(noise.steps, own.steps)


def test_at_strength_0_it_is_the_original_bit_for_bit(model):
    """Nothing is reckoned at all; and the formula itself would give the same."""
    wish = request(seeds=(5,))
    own = draw_noise(model, wish.sampling, 5)
    assert torch.equal(noise_of(model, varied(wish, 0.0, 8), 0).first, own.first)
    assert torch.equal(between(own.first, torch.randn(own.first.shape), 0.0), own.first)
    drawn = finals(model, varied(wish, 0.0, 8))
    assert torch.equal(drawn[0], solo(model, wish, 5))
    assert further(varied(wish, 0.0, 8), number=0) == {}


def test_a_seed_varied_by_itself_is_no_division_by_nothing(model):
    """WebUI mixes plainly where the two are nearly one."""
    wish = varied(request(seeds=(5,)), 0.3, 5)
    torch.testing.assert_close(noise_of(model, wish, 0).first, draw_noise(model, wish.sampling, 5).first)


@given(st.floats(0, 1), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_whatever_is_mixed_is_still_noise(strength, seed, subseed):
    """Of about the same size, and finite."""
    first, second = (torch.randn(1, 4, 16, 16, generator=torch.Generator().manual_seed(of)) for of in (seed, subseed))
    mixed = between(first, second, strength)
    assert mixed.isfinite().all()
    assert 0.8 < mixed.std() < 1.2


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_variations_are_the_same_in_company(model, sampler):
    """Four of them in one job, beside a stranger's: each as if it were drawn by itself."""
    wish = varied(request(seeds=(5,) * 4, sampler=sampler, num_inference_steps=3), 0.2, 1, 2, 3, 4)
    drawn = finals(model, wish, request("b", seeds=(7,), num_inference_steps=2), cap=5)
    for number, latents in drawn.items():
        sample = Sample(model, conditioning_of(model, wish), wish.sampling, seed=5, noise=noise_of(model, wish, number))
        while not sample.finished:
            sample.advance(*predict_noise(model, [sample]))
        assert_alike(model, latents, sample.latents, guidance_scale=wish.sampling.guidance_scale)
    assert len({latents.sum().item() for latents in drawn.values()}) == 4


def test_the_recipe_says_it_in_webui_s_words(model):
    """Each picture by the seed that it was turned to."""
    wish = varied(request(seeds=(5, 5)), 0.15, 8, 9)
    assert further(wish, number=1) == {"Variation seed": 9, "Variation seed strength": 0.15}
    bench = Bench(model)
    bench.admit(wish)
    bench.run()
    assert isinstance(bench.events["a"][-1], Finished)
    assert b"Variation seed: 9, Variation seed strength: 0.15, Version: Eshi" in bench.events["a"][-2].png
