"""The set of samples: who steps next, who joins and who leaves."""

import dataclasses
import io

import msgspec
import numpy as np
import torch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.admission import Always
from engine.decode import decode
from engine.kinds import plan_of
from engine.samplers import SAMPLERS
from engine.wire import Cancelled, Failed, Finished, Picture, Preview, Progress, Started
from tests.engine.batches import Bench, request, solo
from tests.engine.rounding import assert_alike


def test_a_job_is_told_from_start_to_finish(model):
    """Started, progress over all its pictures, each picture, finished."""
    bench = Bench(model)
    bench.admit(request(seeds=(5, 9)))
    bench.step()
    bench.now = 2.5
    bench.run()
    started, one, two, first, second, finished = bench.events["a"]
    assert started == Started(job_id="a")
    assert (one, two) == tuple(Progress(job_id="a", steps_done=done, steps_total=4) for done in (2, 4))
    assert [(p.number, p.seed) for p in (first, second)] == [(0, 5), (1, 9)]
    assert finished == Finished(job_id="a", engine_s=2.5)


def test_a_picture_is_what_its_seed_gives_alone_with_its_recipe_inside(model):
    """The bytes that are posted, from the latents on."""
    bench = Bench(model)
    bench.admit(request(seeds=(5,)))
    bench.run()
    (picture,) = (event for event in bench.events["a"] if isinstance(event, Picture))
    image = Image.open(io.BytesIO(picture.png))
    assert np.array_equal(np.asarray(image), decode(model, solo(model, request(), 5)))
    assert image.text["parameters"].startswith("red hair\nNegative prompt: lowres\nSteps: 2, Sampler: Euler a,")
    assert "Seed: 5, Size: 64x64, Model: tiny-sdxl, RNG: CPU" in image.text["parameters"]


def test_previews_come_every_few_steps_and_never_for_a_finished_picture(model):
    """Small PNGs of what it is going to be."""
    bench = Bench(model)
    bench.admit(request(num_inference_steps=4, preview_every=2))
    bench.run()
    previews = [event for event in bench.events["a"] if isinstance(event, Preview)]
    assert [(event.number, event.step) for event in previews] == [(0, 2)]
    assert Image.open(io.BytesIO(previews[0].image)).size == (8, 8)


def test_jobs_are_drawn_in_the_order_in_which_they_came(model):
    """All pictures of the first before any of the second, unless there is a place for both."""
    bench = Bench(model, cap=2)
    for job_id, seeds in (("first", (1, 2, 3)), ("second", (4,)), ("third", (5,))):
        bench.admit(request(job_id, seeds=seeds))
    bench.step()
    assert not bench.events["second"]
    bench.step()
    bench.step()
    assert isinstance(bench.events["second"][-1], Progress)
    assert not bench.events["third"]


def test_who_shares_does_not_wait_for_a_whole_job(model):
    """The job with the fewest pictures in the batch gets the next free place."""
    bench = Bench(model, cap=2)
    bench.admit(request("big", seeds=(1, 2, 3, 4, 5)))
    bench.step()
    bench.admit(request("small", share=True))
    for _ in range(3):
        bench.step()
    assert isinstance(bench.events["small"][-1], Finished)
    assert not isinstance(bench.events["big"][-1], Finished)


def test_shapes_take_turns(model):
    """Another shape cannot share the call, and is not starved by those that can."""
    bench = Bench(model)
    bench.admit(request("wide", width=128, num_inference_steps=3))
    bench.admit(request("square", num_inference_steps=3, share=True))
    for _ in range(4):
        bench.step()
    assert [bench.events[name][-1].steps_done for name in ("wide", "square")] == [2, 2]


def test_a_cancelled_job_leaves_before_the_next_step(model):
    """Nothing more is said of it, and the others go on."""
    bench = Bench(model)
    job = bench.admit(request("gone", num_inference_steps=5))
    bench.admit(request("stays", num_inference_steps=5))
    bench.step()
    bench.batch.cancel(job)
    bench.run()
    assert bench.events["gone"][-1] == Cancelled(job_id="gone")
    assert len(bench.events["gone"]) == 3
    assert isinstance(bench.events["stays"][-1], Finished)
    bench.batch.cancel(job)
    assert len(bench.events["gone"]) == 3


def test_a_picture_that_is_being_compressed_is_not_sent_after_a_cancel(model):
    """Cancelled is the last word."""
    bench = Bench(model)
    job = bench.admit(request(num_inference_steps=1))
    bench.batch.step()
    bench.inbox.pop()(bench.batch)  # its pixels
    bench.batch.cancel(job)
    bench.inbox.pop()(bench.batch)
    assert bench.events["a"][-1] == Cancelled(job_id="a")


def test_when_the_engine_ends_every_job_is_told(model):
    """With a code that says: ask again."""
    bench = Bench(model, cap=1)
    bench.admit(request("running", num_inference_steps=5))
    bench.admit(request("waiting"))
    bench.step()
    bench.batch.abandon()
    assert [bench.events[name][-1].code for name in ("running", "waiting")] == ["shutting_down", "shutting_down"]
    assert bench.batch.idle


wishes = st.builds(
    request,
    prompt=st.sampled_from(["red hair", "blue eyes, smile", "(night:1.3)"]),
    num_inference_steps=st.integers(1, 4),
    guidance_scale=st.sampled_from([1.0, 5.0]),
    share=st.booleans(),
    sampler=st.sampled_from([*SAMPLERS]),
    width=st.sampled_from([64, 96]),
    seeds=st.lists(st.integers(0, 3), min_size=1, max_size=3).map(tuple),
)

guided = request(sampler="dpmpp_2m_karras", width=96, seeds=(0, 3))
"""Alone and together these two differ by more than 1e-4."""

schedules = st.lists(st.tuples(wishes, st.integers(0, 4), st.none() | st.integers(0, 6)), min_size=1, max_size=4)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example([(guided, 0, None)], 2, 2)
@given(schedules, st.integers(1, 5), st.integers(1, 4))
def test_a_picture_is_the_same_whoever_shared_its_steps(model, schedule, cap, joining):
    """Over random arrivals, cancels and companies: each picture as drawn alone, each job with one end."""
    drawn, bench, jobs = {}, Bench(model, cap=cap, sizes=Always(joining)), {}

    def admit(wish):
        plan = plan_of(wish)

        def remembering(final, *tools):
            drawn[final.job_id, final.number] = final.latents
            return plan.end(final, *tools)

        return bench.admit(wish, dataclasses.replace(plan, end=remembering))

    for tick in range(60):
        for number, (wish, arrives, cancelled_after) in enumerate(schedule):
            if tick == arrives:
                jobs[number] = admit(msgspec.structs.replace(wish, job_id=str(number)))
            if cancelled_after is not None and tick == arrives + cancelled_after:
                bench.batch.cancel(jobs[number])
        bench.step()
    for number, (wish, _, cancelled_after) in enumerate(schedule):
        ends = [event for event in bench.events[str(number)] if isinstance(event, Finished | Cancelled | Failed)]
        assert ends == bench.events[str(number)][-1:]
        assert not isinstance(ends[0], Failed)
        if cancelled_after is None:
            assert isinstance(ends[0], Finished)
        for place, seed in enumerate(wish.seeds):
            if (str(number), place) in drawn:
                expected = solo(model, wish, seed)
                assert_alike(model, drawn[str(number), place], expected, guidance_scale=wish.sampling.guidance_scale)
                if 1 in {cap, joining}:  # its steps were its own, to the last bit
                    assert torch.equal(drawn[str(number), place], expected)
