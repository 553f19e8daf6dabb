"""Plans of other kinds than today's, through the real batch: two passes, a picture to begin with, no step at all."""

import dataclasses
from types import SimpleNamespace

import msgspec
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.nn import functional

from engine.admission import Always
from engine.conditioning import encode
from engine.denoise import Sample, draw_noise, predict_noise
from engine.kinds import plan_of
from engine.samplers import SAMPLERS
from engine.wire import Cancelled, Failed, Finished, Picture, Preview, Progress, Started
from tests.engine.batches import Bench, request, solo
from tests.engine.rounding import assert_alike
from tests.engine.test_rescue import NO_ROOM, failing

STRENGTH = 0.55


class Enlarging:
    """A plan as the model's official Space enlarges by a half: its latents, larger, are noised and drawn over again.

    It remembers by seed what the first pass ended with, and by number what the second one did.
    """

    def __init__(self, wish):
        self.befores, self.finals, self._noises = {}, {}, {}
        self.whole = plan_of(wish)
        (first,) = self.whole.passes
        steps, sides = wish.sampling.num_inference_steps, (wish.sampling.width, wish.sampling.height)
        width, height = (side * 3 // 2 for side in sides)
        second = dataclasses.replace(
            first,
            sampling=msgspec.structs.replace(wish.sampling, width=width, height=height),
            draw=self._draw,
            begin_index=steps - int(steps * STRENGTH),
            source=self._source,
        )
        self.plan = dataclasses.replace(self.whole, passes=(first, second), end=self._end)

    def _draw(self, model, sampling, picture, begin_index):
        noise = draw_noise(model, sampling, picture.seed, begin_index)
        self._noises[picture.seed] = noise
        return noise

    def _source(self, _model, noise, before):
        (seed,) = (seed for seed, drawn in self._noises.items() if drawn is noise)
        self.befores[seed] = before
        return enlarged(before)

    def _end(self, final, *tools):
        self.finals[final.number] = final.latents
        return self.whole.end(final, *tools)


def enlarged(latents):
    return functional.interpolate(latents, scale_factor=1.5, mode="nearest-exact")


def alone(model, one, seed, image_latents):
    """What a pass ends with that is drawn with nobody else."""
    sampling = one.sampling
    negative_prompt = one.negative_prompt if sampling.guided else None
    conditioning = encode(model, one.prompt, negative_prompt, width=sampling.width, height=sampling.height)
    sample = Sample(model, conditioning, sampling, seed=seed, begin_index=one.begin_index, image_latents=image_latents)
    while not sample.finished:
        sample.advance(*predict_noise(model, [sample]))
    return sample.latents


def hand_back(final, _model, _pool, _finisher):
    """An end without a picture: what is sent are the latents."""
    return SimpleNamespace(number=final.number, seed=final.seed, latents=final.latents)
    yield


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_second_pass_is_the_stock_img2img_of_the_first_one_s_latents(
    model, stock, stock_img2img, diffusers_own, sampler
):
    """Bit for bit, with a fresh generator of the picture's seed; the batch was told nothing but the plan."""
    wish = request(sampler=sampler, num_inference_steps=8, seeds=(5,))
    usual = {
        "prompt": wish.prompt,
        "negative_prompt": wish.negative_prompt,
        "num_inference_steps": 8,
        "guidance_scale": wish.sampling.guidance_scale,
        "output_type": "latent",
    }
    stock.scheduler = diffusers_own(sampler)
    first = stock(**usual, width=64, height=64, generator=torch.Generator().manual_seed(5)).images
    stock_img2img.scheduler = diffusers_own(sampler)
    second = stock_img2img(
        **usual, image=enlarged(first), strength=STRENGTH, generator=torch.Generator().manual_seed(5)
    ).images
    bench, enlarging = Bench(model), Enlarging(wish)
    bench.admit(wish, enlarging.plan)
    bench.run()
    assert torch.equal(enlarging.befores[5], first)
    assert torch.equal(enlarging.finals[0], second)
    progress = [(event.steps_done, event.steps_total) for event in bench.events["a"] if isinstance(event, Progress)]
    assert progress == [(done, 8 + 4) for done in range(1, 13)]
    assert [type(event) for event in bench.events["a"][-2:]] == [Picture, Finished]


def test_a_picture_may_begin_with_one_that_somebody_brought(model, stock_img2img, diffusers_own):
    """Encoding it takes of the same chance: its own noise is drawn first. Only the plan knows that."""
    shown = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    wish = request(num_inference_steps=5, seeds=(3,))
    stock_img2img.scheduler = diffusers_own("euler_a")
    expected = stock_img2img(
        wish.prompt,
        negative_prompt=wish.negative_prompt,
        image=shown,
        strength=0.6,
        num_inference_steps=5,
        guidance_scale=wish.sampling.guidance_scale,
        generator=torch.Generator().manual_seed(3),
        output_type="latent",
    ).images

    def draw(_model, sampling, picture, begin_index):
        generator = torch.Generator().manual_seed(picture.seed)
        encoding, first, *steps = (
            torch.randn(1, 4, 8, 8, generator=generator) for _ in range(2 + sampling.num_inference_steps - begin_index)
        )
        return SimpleNamespace(encoding=encoding, first=first, steps=torch.stack(steps))

    def encoded(model, noise, before):
        assert before is None
        seen = model.vae.encode(shown * 2 - 1).latent_dist
        return model.vae.config.scaling_factor * (seen.mean + seen.std * noise.encoding)

    plan = plan_of(wish)
    (drawing,) = plan.passes
    bench = Bench(model)
    passes = (dataclasses.replace(drawing, draw=draw, begin_index=2, source=encoded),)
    bench.admit(wish, dataclasses.replace(plan, passes=passes, end=hand_back))
    bench.run()
    assert torch.equal(bench.events["a"][-2].latents, expected)


def test_a_plan_without_a_step_needs_no_step(model):
    """An encode, or an upscale: what the source gives goes on to the next pass, or to the end, as it is."""
    found = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    wish = request(num_inference_steps=2, seeds=(1, 2))
    plan = plan_of(wish)
    nothing = dataclasses.replace(plan.passes[0], begin_index=2, source=lambda _model, _noise, _before: found)
    doubled = dataclasses.replace(nothing, source=lambda _model, _noise, before: before * 2)
    bench = Bench(model, cap=1)
    bench.admit(wish, dataclasses.replace(plan, passes=(nothing, doubled), end=hand_back))
    bench.run()
    started, first, second, finished = bench.events["a"]
    assert (started, finished) == (Started(job_id="a"), Finished(job_id="a", engine_s=0.0))
    assert [(one.number, one.seed) for one in (first, second)] == [(0, 1), (1, 2)]
    assert all(torch.equal(one.latents, found * 2) for one in (first, second))
    assert bench.batch.idle


def test_a_picture_keeps_its_place_from_one_pass_to_the_next(model):
    """Who waits does not come between them, whether or not it shares."""
    bench = Bench(model, cap=1)
    wish = request("first", num_inference_steps=2)
    bench.admit(wish, Enlarging(wish).plan)
    bench.admit(request("second", share=True))
    for _ in range(3):
        bench.step()
        assert not bench.events["second"]
    bench.run()
    assert [type(bench.events[name][-1]) for name in ("first", "second")] == [Finished, Finished]


def test_previews_count_the_steps_of_all_passes(model):
    """Whoever looks is told how far the picture is, and not its pass."""
    bench = Bench(model)
    wish = request(num_inference_steps=4, preview_every=1)
    bench.admit(wish, Enlarging(wish).plan)
    bench.run()
    previews = [event.step for event in bench.events["a"] if isinstance(event, Preview)]
    assert previews == [1, 2, 3, 5]  # with the last step of a pass there is something better to come


def test_a_size_of_a_later_pass_is_refused_before_the_first_one_begins(model):
    """Nobody waits for half of what cannot be drawn."""
    bench = Bench(dataclasses.replace(model, compression=64))
    wish = request()
    bench.admit(wish, Enlarging(wish).plan)
    bench.run()
    (failed,) = bench.events["a"]
    assert failed.code == "invalid_parameters"
    assert failed.detail.startswith("96×96: ")


def test_without_room_for_a_later_pass_the_size_that_fits_is_that_pass_s(model):
    """In its proportions, by what was tried."""
    bench, wish = Bench(model), request(width=128, height=192, num_inference_steps=2)
    bench.admit(wish, Enlarging(wish).plan)
    bench.admit(request("small"))
    with failing(model.unet.conv_in, NO_ROOM, lambda x: x.shape[-1] * x.shape[-2] > 24 * 36 * 0.7):
        bench.run()
    assert bench.events["a"][-1].code == "out_of_memory"
    assert bench.events["a"][-1].fits == (144, 216)
    assert isinstance(bench.events["small"][-1], Finished)


@pytest.mark.parametrize("error", [ZeroDivisionError("seven"), torch.OutOfMemoryError("2 GiB")])
def test_a_source_that_fails_ends_its_own_job(model, error, caplog):
    """Wherever it stands in the plan; what had no room is tried once more, and was too large for its own pass."""
    wish = request(seeds=(1, 2))
    plan = plan_of(wish)
    tried = []

    def fails(_model, _noise, before):
        tried.append(before)
        raise error

    larger = msgspec.structs.replace(wish.sampling, width=96, height=96)
    second = dataclasses.replace(plan.passes[0], sampling=larger, source=fails)
    bench = Bench(model)
    bench.admit(wish, dataclasses.replace(plan, passes=(plan.passes[0], second)))
    bench.admit(request("b"))
    bench.run()
    failed = bench.events["a"][-1]
    ends = {ZeroDivisionError: ("internal", None, 1), torch.OutOfMemoryError: ("out_of_memory", (88, 88), 2)}
    assert (failed.code, failed.fits, len(tried)) == ends[type(error)]
    assert isinstance(bench.events["b"][-1], Finished)
    assert sum("job a" in record.message for record in caplog.records) == 1


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

schedules = st.lists(
    st.tuples(wishes, st.booleans(), st.integers(0, 4), st.none() | st.integers(0, 8)), min_size=1, max_size=4
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(schedules, st.integers(1, 5), st.integers(1, 4))
def test_every_pass_is_the_same_whoever_shared_its_steps(model, schedule, cap, joining):
    """Plans of one pass and of two, over random arrivals, cancels and companies: each job with one end."""
    bench, jobs, plans = Bench(model, cap=cap, sizes=Always(joining)), {}, {}
    for tick in range(80):
        for number, (wish, larger, arrives, cancelled_after) in enumerate(schedule):
            if tick == arrives:
                named = msgspec.structs.replace(wish, job_id=str(number))
                plans[number] = Enlarging(named) if larger else None
                jobs[number] = bench.admit(named, plans[number] and plans[number].plan)
            if cancelled_after is not None and tick == arrives + cancelled_after:
                bench.batch.cancel(jobs[number])
        bench.step()
    assert bench.batch.idle
    for number, (wish, _, _, cancelled_after) in enumerate(schedule):
        told = bench.events[str(number)]
        assert [event for event in told if isinstance(event, Finished | Cancelled | Failed)] == told[-1:]
        assert isinstance(told[-1], Finished if cancelled_after is None else Finished | Cancelled)
        if plans[number] is not None:
            compare(model, wish, plans[number], told, exactly=1 in {cap, joining})


def compare(model, wish, enlarging, told, *, exactly):
    """Each pass with what it began with, and as much progress as there is to make."""

    def assert_same(drawn, expected):
        assert_alike(model, drawn, expected, guidance_scale=wish.sampling.guidance_scale)
        if exactly:  # its steps were its own, to the last bit
            assert torch.equal(drawn, expected)

    for place, seed in enumerate(wish.seeds):
        if seed in enlarging.befores:
            assert_same(enlarging.befores[seed], solo(model, wish, seed))
        if place in enlarging.finals:
            begins_with = enlarged(enlarging.befores[seed])
            assert_same(enlarging.finals[place], alone(model, enlarging.plan.passes[1], seed, begins_with))
    progress = [event for event in told if isinstance(event, Progress)]
    assert {event.steps_total for event in progress} <= {enlarging.plan.steps_total}
    if isinstance(told[-1], Finished):
        assert progress[-1].steps_done == enlarging.plan.steps_total
        assert {*enlarging.finals} == {*range(len(wish.seeds))}
