"""The loop against `StableDiffusionXLPipeline`, alone and in company."""

import pytest
import torch

from engine.conditioning import encode
from engine.denoise import Sample, predict_noise
from engine.samplers import SAMPLERS
from engine.wire import SamplingParams
from tests.engine.rounding import assert_alike

SIZE = {"width": 128, "height": 96}


def sample(
    model,
    *,
    prompt="1girl, red hair",
    sampler="euler_a",
    steps=5,
    guidance=5.0,
    rescale=0.0,
    seed=3,
    size=SIZE,
    **others,
):
    conditioning = encode(model, prompt, "lowres" if guidance > 1 else None, **size)
    sampling = SamplingParams(
        sampler=sampler, num_inference_steps=steps, guidance_scale=guidance, guidance_rescale=rescale, **size
    )
    return Sample(model, conditioning, sampling, seed=seed, **others)


def latents():
    """Of some picture of that size."""
    shape = (1, 4, SIZE["height"] // 8, SIZE["width"] // 8)
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


def drawn(model, one):
    while not one.finished:
        one.advance(*predict_noise(model, [one]))
    return one.latents


@pytest.mark.parametrize("guidance", [1.0, 5.0, 7.3])
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_one_sample_is_the_stock_pipeline_s_bit_for_bit(model, stock, diffusers_own, sampler, guidance):
    """Same seed, sizes, steps, guidance, scheduler: the same latents, not nearly the same."""
    stock.scheduler = diffusers_own(sampler)
    expected = stock(
        "1girl, red hair",
        negative_prompt="lowres",
        num_inference_steps=5,
        guidance_scale=guidance,
        generator=torch.Generator().manual_seed(3),
        output_type="latent",
        **SIZE,
    ).images
    assert torch.equal(drawn(model, sample(model, sampler=sampler, guidance=guidance)), expected)


@pytest.mark.parametrize("share", [0.2, 0.7, 1.0])
def test_guidance_is_rescaled_as_the_stock_pipeline_does_it(model, stock, diffusers_own, share):
    """Bit for bit; and without guidance there is nothing to take back."""
    stock.scheduler = diffusers_own("euler")
    expected = stock(
        "1girl, red hair",
        negative_prompt="lowres",
        num_inference_steps=5,
        guidance_scale=7.0,
        guidance_rescale=share,
        generator=torch.Generator().manual_seed(3),
        output_type="latent",
        **SIZE,
    ).images
    assert torch.equal(drawn(model, sample(model, sampler="euler", guidance=7.0, rescale=share)), expected)
    plain = drawn(model, sample(model, sampler="euler", guidance=1.0))
    assert torch.equal(drawn(model, sample(model, sampler="euler", guidance=1.0, rescale=share)), plain)


@pytest.mark.parametrize("strength", [0.3, 0.55, 1.0])
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_sample_that_begins_with_latents_is_the_stock_img2img_s_bit_for_bit(
    model, stock_img2img, diffusers_own, sampler, strength
):
    """Strength says which step is the first; all noise is of one fresh generator."""
    steps, image_latents = 10, latents()
    stock_img2img.scheduler = diffusers_own(sampler)
    expected = stock_img2img(
        "1girl, red hair",
        negative_prompt="lowres",
        image=image_latents,
        strength=strength,
        num_inference_steps=steps,
        guidance_scale=5.0,
        generator=torch.Generator().manual_seed(3),
        output_type="latent",
    ).images
    begin_index = steps - int(steps * strength)
    one = sample(model, sampler=sampler, steps=steps, begin_index=begin_index, image_latents=image_latents)
    assert one.steps == steps - begin_index
    assert torch.equal(drawn(model, one), expected)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_sample_without_a_step_is_what_it_begins_with(model, sampler):
    """No noise is added that nothing would take out."""
    one = sample(model, sampler=sampler, steps=5, begin_index=5, image_latents=latents())
    assert one.finished
    assert torch.equal(one.latents, latents())


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("steps", [1, 2, 3, 28, 150])
def test_every_sampler_takes_the_steps_that_were_asked_for(model, sampler, steps):
    """One step of the progress is one step of the scheduler, from the fewest to the most."""
    one = sample(model, sampler=sampler, steps=steps)
    assert one.steps == steps
    if steps < 4:
        assert drawn(model, one).isfinite().all()


def test_four_seeds_at_once_are_the_four_drawn_alone(model):
    """But for rounding."""
    together = [sample(model, seed=seed) for seed in range(4)]
    while not together[0].finished:
        for one, noise_pred in zip(together, predict_noise(model, together), strict=True):
            one.advance(noise_pred)
    for seed, one in enumerate(together):
        assert_alike(model, one.latents, drawn(model, sample(model, seed=seed)), guidance_scale=5.0)


def test_samples_that_differ_in_all_but_their_shape_share_a_call(model):
    """Sampler, steps, guidance, prompt and progress are each sample's own."""
    wishes = [
        {"sampler": "euler_a", "steps": 6, "guidance": 5.0, "prompt": "red hair"},
        {"sampler": "dpmpp_2m_sde_karras", "steps": 4, "guidance": 1.0, "prompt": "blue hair"},
        {"sampler": "unipc", "steps": 5, "guidance": 9.5, "prompt": "night"},
        {"sampler": "ddim", "steps": 3, "guidance": 1.0, "prompt": ""},
    ]
    together = [sample(model, seed=seed, **wish) for seed, wish in enumerate(wishes)]
    together[0].advance(*predict_noise(model, together[:1]))  # ahead of the others
    while running := [one for one in together if not one.finished]:
        for one, noise_pred in zip(running, predict_noise(model, running), strict=True):
            one.advance(noise_pred)
    for seed, (one, wish) in enumerate(zip(together, wishes, strict=True)):
        alone = drawn(model, sample(model, seed=seed, **wish))
        assert_alike(model, one.latents, alone, guidance_scale=wish["guidance"])


def test_without_guidance_the_unconditional_half_is_not_computed(model):
    """Two rows for a guided sample, one for another."""
    rows = []
    hook = model.unet.register_forward_pre_hook(lambda _module, args: rows.append(args[0].shape[0]))
    predict_noise(model, [sample(model, guidance=1.0), sample(model, guidance=5.0), sample(model, guidance=1.0)])
    hook.remove()
    assert rows == [4]


def test_predicting_changes_no_sample(model):
    """A call that failed can be repeated."""
    one = sample(model)
    first, second = predict_noise(model, [one]), predict_noise(model, [one])
    assert torch.equal(*first, *second)
    assert one.step == 0


def test_what_is_predicted_ends_as_what_is_drawn(model):
    """The last predicted x0 of a sampler without noise is the picture."""
    one = sample(model, sampler="euler")
    drawn(model, one)
    assert_alike(model, one.predicted, one.latents)
