"""A part of a picture is drawn anew, and the rest of it stays."""

import io

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.admission import Always
from engine.infotext import further
from engine.kinds import plan_of
from engine.samplers import OFFERED
from engine.wire import Box, Cancelled, Failed, Finished, Pixels, Repaint, Start
from tests.engine.batches import Bench, finals, request, watched
from tests.engine.rounding import assert_alike


def some_picture(*, width=64, height=64):
    values = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return values, Pixels(width=width, height=height, values=values.tobytes())


def some_mask(*, width=64, height=64):
    """A patch that ends in the middle of latents, and one pixel alone."""
    mask = np.zeros((height, width), np.uint8)
    mask[19:52, 5:46] = 255
    mask[61, 61] = 255
    return mask


def repainted(wish, strength, mask=None, **how):
    sides = {"width": wish.sampling.width, "height": wish.sampling.height}
    _, pixels = some_picture(**sides)
    mask = some_mask(**sides) if mask is None else mask
    start = Start(image=pixels, strength=strength)
    return msgspec.structs.replace(wish, start=start, repaint=Repaint(mask=mask.tobytes(), **how))


def drawn(model, wish):
    """The pixels of its first picture."""
    bench = Bench(model)
    bench.admit(wish)
    bench.run()
    return np.asarray(Image.open(io.BytesIO(bench.events[wish.job_id][-2].png)))


@pytest.mark.parametrize("sampler", OFFERED)
@pytest.mark.parametrize("strength", [0.55, 0.9999, 1.0])
def test_without_remedies_it_is_the_stock_pipeline_bit_for_bit(model, stock_inpaint, diffusers_own, sampler, strength):
    """With each sampler: one draw of chance is used for nothing, and at strength 1 it begins as noise."""
    wish = repainted(request(sampler=sampler, num_inference_steps=5, seeds=(3,)), strength, plain=True)
    values, _ = some_picture()
    stock_inpaint.scheduler = diffusers_own(sampler)
    expected = stock_inpaint(
        wish.prompt,
        negative_prompt=wish.negative_prompt,
        image=Image.fromarray(values),
        mask_image=Image.fromarray(some_mask()),
        width=64,
        height=64,
        strength=strength,
        num_inference_steps=5,
        guidance_scale=wish.sampling.guidance_scale,
        generator=torch.Generator().manual_seed(3),
        output_type="latent",
    ).images
    assert torch.equal(finals(model, wish)[0], expected)


@pytest.mark.parametrize("joint", [0.0, 0.5])
def test_outside_of_the_mask_every_pixel_is_the_picture_s(model, joint):
    """To the last bit; inside of it hardly any."""
    values, _ = some_picture()
    mask = some_mask()
    picture = drawn(model, repainted(request(num_inference_steps=4), 0.9, joint=joint))
    assert np.array_equal(picture[mask == 0], values[mask == 0])
    assert (picture[mask > 0] != values[mask > 0]).any(axis=1).mean() > 0.9


def test_a_mask_of_everything_is_img2img_from_pixels(model):
    """But for the chance that is used for nothing, with a sampler that uses none later."""
    wish = repainted(request(num_inference_steps=5, sampler="euler"), 0.6, mask=np.full((64, 64), 255, np.uint8))
    plain = msgspec.structs.replace(wish, repaint=None)
    assert_alike(model, finals(model, wish)[0], finals(model, plain)[0], guidance_scale=5.0)


def test_what_is_softly_marked_is_drawn_late(model):
    """Until then it is what it was: with half of the steps over half of the mask nothing came of the first ones."""
    soft = np.full((64, 64), 255, np.uint8)
    soft[:, :32] = 40
    wish = repainted(request(num_inference_steps=6, sampler="euler"), 0.99, mask=soft)
    latents = finals(model, wish)[0]
    begins = finals(
        model, msgspec.structs.replace(wish, start=msgspec.structs.replace(wish.start, strength=0.0), repaint=None)
    )[0]
    distance = (latents - begins).abs().mean(dim=(0, 1, 2))
    assert distance[:3].max() < distance[5:].min()


def test_a_light_pass_over_the_joint_touches_only_what_is_near_to_it(model):
    """The steps of both are told, and what is far inside stays as the first pass left it."""
    mask = np.zeros((64, 128), np.uint8)
    mask[:, 40:] = 255
    wish = request(num_inference_steps=4, width=128, sampler="euler")
    once, twice = (finals(model, repainted(wish, 0.99, mask=mask, joint=joint))[0] for joint in (0.0, 0.5))
    assert plan_of(repainted(wish, 0.99, mask=mask, joint=0.5)).steps_total == 3 + 2
    changed = (once != twice).any(dim=(0, 1, 2))
    assert changed.tolist() == [5 <= column < 8 for column in range(16)]


def test_what_was_only_filled_in_is_not_shown(model):
    """Without a feather all of what is new is there at once."""
    mask = np.zeros((64, 64), np.uint8)
    mask[:, 32:] = 255
    wish = repainted(request(num_inference_steps=4), 0.9, mask=mask)
    softly, at_once = (
        drawn(model, msgspec.structs.replace(wish, repaint=Repaint(mask=mask.tobytes(), feather=feather)))
        for feather in (8, 0)
    )
    assert np.array_equal(softly[:, 41:], at_once[:, 41:])
    assert (softly[:, 32:39] != at_once[:, 32:39]).any(axis=(0, 2)).all()


def test_details_are_drawn_at_full_size_and_laid_back(model):
    """One pass each, of the size of a picture; around them every pixel stays; there are no latents of the whole."""
    values, pixels = some_picture(width=128, height=128)
    boxes = (Box(left=40, top=40, width=16, height=24), Box(left=0, top=100, width=20, height=28))
    start = Start(image=pixels, strength=0.5)
    usual = request(num_inference_steps=4, width=128, height=128, send_latents=True)
    wish = msgspec.structs.replace(usual, start=start, details=boxes)
    assert [(one.sampling.width, one.sampling.height, one.steps) for one in plan_of(wish).passes] == [
        (128, 128, 2),
        (128, 128, 2),
    ]
    bench = Bench(model)
    bench.admit(wish)
    bench.run()
    sent = bench.events["a"][-2]
    picture = np.asarray(Image.open(io.BytesIO(sent.png)))
    around = np.ones((128, 128), bool)
    for box in boxes:
        around[max(0, box.top - 32) : box.top + box.height + 32, max(0, box.left - 32) : box.left + box.width + 32] = (
            False
        )
        inside = (slice(box.top, box.top + box.height), slice(box.left, box.left + box.width))
        assert (picture[inside] != values[inside]).any(axis=-1).mean() > 0.9
    assert np.array_equal(picture[around], values[around])
    assert sent.latents is None
    assert further(wish, number=0)["Details"] == "40 40 16 24; 0 100 20 28"


def test_a_detail_is_the_same_in_company(model):
    """Its passes share steps with whoever has their size."""
    _, pixels = some_picture(width=128, height=128)
    usual = request(num_inference_steps=3, width=128, height=128)
    boxes = (Box(left=40, top=40, width=16, height=24), Box(left=0, top=100, width=20, height=28))
    wish = msgspec.structs.replace(usual, start=Start(image=pixels, strength=0.7), details=boxes)
    other = msgspec.structs.replace(usual, job_id="b", seeds=(8, 9), share=True)
    alone, together = finals(model, wish, cap=1), finals(model, wish, other, cap=3, sizes=Always(3))
    assert_alike(model, together[0], alone[0], guidance_scale=5.0)


def test_the_recipe_says_what_was_done():
    """In WebUI's words."""
    assert further(repainted(request(), 0.75), number=0) == {
        "Started from": "pixels",
        "Denoising strength": 0.75,
        "Mask blur": 4,
        "Inpaint area": "Whole picture",
        "Soft inpainting enabled": True,
    }


wishes = st.builds(
    request,
    prompt=st.sampled_from(["red hair", "blue eyes, smile"]),
    num_inference_steps=st.integers(2, 4),
    guidance_scale=st.sampled_from([1.0, 5.0]),
    share=st.booleans(),
    sampler=st.sampled_from(OFFERED),
    width=st.sampled_from([64, 96]),
    seeds=st.lists(st.integers(0, 3), min_size=1, max_size=2, unique=True).map(tuple),
)
wishes |= st.builds(
    repainted,
    wishes,
    st.sampled_from([0.5, 0.75, 1.0]),
    plain=st.booleans(),
    joint=st.sampled_from([0.0, 0.5]),
)
wishes |= st.builds(
    lambda wish, strength: msgspec.structs.replace(repainted(wish, strength), repaint=None),
    wishes,
    st.sampled_from([0.5, 1.0]),
)
schedules = st.lists(st.tuples(wishes, st.integers(0, 4), st.none() | st.integers(0, 8)), min_size=1, max_size=4)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(schedules, st.integers(1, 5), st.integers(1, 4))
def test_a_picture_is_the_same_whoever_shared_its_steps(model, schedule, cap, joining):
    """From noise, from pixels and of a part, over random arrivals, cancels and companies."""
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
