"""Enlarging as the model's official Space does it: the latents, larger, are noised and drawn over again."""

import msgspec
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.nn import functional

from engine import packed
from engine.admission import Always
from engine.denoise import Sample, draw_noise, predict_noise
from engine.infotext import further
from engine.kinds import plan_of
from engine.samplers import SAMPLERS
from engine.wire import Cancelled, Enlargement, Failed, Finished, Progress, Start
from tests.engine.batches import Bench, conditioning_of, finals, request, solo, watched
from tests.engine.rounding import assert_alike


def enlarged_by(wish, factor, strength=0.55):
    return msgspec.structs.replace(wish, enlargement=Enlargement(factor=factor, strength=strength))


def by_hand(model, wish, before, seed):
    """The second pass with nobody else: of latents that are there, with a fresh generator of the seed."""
    larger = functional.interpolate(before, scale_factor=wish.enlargement.factor, mode="nearest-exact")
    height, width = (8 * side for side in larger.shape[2:])
    steps = wish.sampling.num_inference_steps
    big = msgspec.structs.replace(wish, sampling=msgspec.structs.replace(wish.sampling, width=width, height=height))
    sample = Sample(
        model,
        conditioning_of(model, big),
        big.sampling,
        seed=seed,
        begin_index=steps - int(steps * wish.enlargement.strength),
        image_latents=larger,
    )
    while not sample.finished:
        sample.advance(*predict_noise(model, [sample]))
    return sample.latents


@pytest.mark.parametrize("how", [*((sampler, 1.5) for sampler in SAMPLERS), ("euler_a", 2.0)], ids=str)
def test_it_is_the_stock_img2img_of_the_larger_latents_bit_for_bit(model, stock, stock_img2img, diffusers_own, how):
    """With a fresh generator of the picture's seed, all of it from one command."""
    sampler, factor = how
    wish = enlarged_by(request(sampler=sampler, num_inference_steps=6, seeds=(5,), width=96), factor)
    usual = {
        "prompt": wish.prompt,
        "negative_prompt": wish.negative_prompt,
        "num_inference_steps": 6,
        "guidance_scale": wish.sampling.guidance_scale,
        "output_type": "latent",
    }
    stock.scheduler = diffusers_own(sampler)
    first = stock(**usual, width=96, height=64, generator=torch.Generator().manual_seed(5)).images
    stock_img2img.scheduler = diffusers_own(sampler)
    second = stock_img2img(
        **usual,
        image=functional.interpolate(first, scale_factor=factor, mode="nearest-exact"),
        strength=0.55,
        generator=torch.Generator().manual_seed(5),
    ).images
    assert torch.equal(finals(model, wish)[0], second)


def test_a_button_needs_the_latents_and_no_second_drawing(model):
    """From what was kept with the picture it is the same, but for the half precision that it is kept in."""
    wish = enlarged_by(request(num_inference_steps=5, seeds=(5,), send_latents=True), 1.5)
    plain = msgspec.structs.replace(wish, enlargement=None)
    bench = Bench(model)
    bench.admit(plain)
    bench.run()
    kept = bench.events["a"][-2].latents
    again = msgspec.structs.replace(wish, start=Start(image=kept, strength=0.0))
    assert plan_of(again).steps_total == 2
    assert torch.equal(
        finals(model, again)[0], by_hand(model, wish, packed.unpack(model, kept, width=64, height=64), 5)
    )
    assert torch.equal(finals(model, wish)[0], by_hand(model, wish, solo(model, plain, 5), 5))


def test_the_picture_is_larger_and_its_recipe_says_how(model):
    """In WebUI's words, for one that was drawn first and for one that was kept."""
    wish = enlarged_by(request(num_inference_steps=4, width=96), 1.5)
    bench = Bench(model)
    bench.admit(wish)
    bench.run()
    progress = [(event.steps_done, event.steps_total) for event in bench.events["a"] if isinstance(event, Progress)]
    assert progress == [(done, 4 + 2) for done in range(1, 7)]
    picture = bench.events["a"][-2]
    assert picture.png[16:24] == (144).to_bytes(4, "big") + (96).to_bytes(4, "big")
    assert b"Size: 96x64" in picture.png
    assert further(wish, number=0) == {
        "Denoising strength": 0.55,
        "Hires upscale": 1.5,
        "Hires steps": 2,
        "Hires upscaler": "Latent (nearest-exact)",
    }


wishes = st.builds(
    request,
    prompt=st.sampled_from(["red hair", "blue eyes, smile"]),
    num_inference_steps=st.integers(2, 4),
    guidance_scale=st.sampled_from([1.0, 5.0]),
    share=st.booleans(),
    sampler=st.sampled_from([*SAMPLERS]),
    width=st.sampled_from([64, 96]),
    seeds=st.lists(st.integers(0, 3), min_size=1, max_size=2, unique=True).map(tuple),
)
wishes |= st.builds(enlarged_by, wishes, st.just(1.5), st.sampled_from([0.55, 1.0]))
schedules = st.lists(st.tuples(wishes, st.integers(0, 4), st.none() | st.integers(0, 8)), min_size=1, max_size=4)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(schedules, st.integers(1, 5), st.integers(1, 4))
def test_a_picture_is_the_same_whoever_shared_its_steps(model, schedule, cap, joining):
    """Over random arrivals, cancels and companies: each job with one end, each picture as if it were alone."""
    bench, jobs, found = Bench(model, cap=cap, sizes=Always(joining)), {}, {}
    for tick in range(80):
        for number, (wish, arrives, cancelled_after) in enumerate(schedule):
            if tick == arrives:
                named, found[number] = msgspec.structs.replace(wish, job_id=str(number)), {}
                jobs[number] = bench.admit(named, watched(named, found[number]))
            if cancelled_after is not None and tick == arrives + cancelled_after:
                bench.batch.cancel(jobs[number])
        bench.step()
    assert bench.batch.idle
    for number, (wish, _, cancelled_after) in enumerate(schedule):
        told = bench.events[str(number)]
        assert [event for event in told if isinstance(event, Finished | Cancelled | Failed)] == told[-1:]
        assert isinstance(told[-1], Finished if cancelled_after is None else Finished | Cancelled)
        alone = finals(model, wish, cap=1) if found[number] else {}
        for place, latents in found[number].items():
            assert_alike(model, latents, alone[place], guidance_scale=wish.sampling.guidance_scale)
        if isinstance(told[-1], Finished):
            assert {*found[number]} == {*range(len(wish.seeds))}


def test_its_noise_is_that_of_its_own_size(model):
    """Drawn ahead with that of the first pass, from the same seed."""
    plan = plan_of(enlarged_by(request(num_inference_steps=4, seeds=(7,)), 1.5))
    second = plan.passes[1]
    drawn = second.draw(model, second.sampling, plan.picture(0), second.begin_index)
    assert torch.equal(drawn.first, draw_noise(model, second.sampling, 7).first)
    assert drawn.first.shape == (1, 4, 12, 12)
    assert len(drawn.steps) == 2
