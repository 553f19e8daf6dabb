"""The set of samples: who steps next, who joins and leaves, and whose an error is."""

import dataclasses
import io
from concurrent.futures import Executor, Future

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import engine.batch
import engine.rescue
from engine.admission import Always
from engine.batch import Batch
from engine.conditioning import encode
from engine.darkroom import Darkroom
from engine.decode import decode
from engine.denoise import Sample, predict_noise
from engine.rating import Rated
from engine.wire import Cancelled, Failed, Finished, Generate, Picture, Preview, Progress, Started
from engine.worker import Job


class Inline(Executor):
    """A pool that works at once, in the caller's thread."""

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  as a pool does
            future.set_exception(error)
        return future


class Bench:
    """A batch driven step by step, with what it said about every job."""

    def __init__(self, model, cap=4, rate=None, sizes=None):
        self.inbox, self.events, self.now = [], {}, 0.0
        self.batch = Batch(
            model,
            cap=cap,
            pool=Inline(),
            darkroom=Darkroom(Inline(), rate=rate),
            post=self.inbox.append,
            sizes=sizes,
            clock=lambda: self.now,
        )

    def admit(self, request):
        said = self.events[request.job_id] = []
        job = Job(request, said.append)
        self.batch.admit(job)
        return job

    def step(self):
        self.batch.step()
        while self.inbox:
            self.inbox.pop(0)(self.batch)

    def run(self):
        while not self.batch.idle:
            self.step()


def request(job_id="a", **changes):
    values = {
        "prompt": "red hair",
        "negative_prompt": "lowres",
        "width": 64,
        "height": 64,
        "num_inference_steps": 2,
        "guidance_scale": 5.0,
        "sampler": "euler_a",
        "seeds": (1,),
    }
    return Generate(job_id=job_id, **values | changes)


def solo(model, wish, seed):
    """The latents of one picture, drawn with nobody else."""
    conditioning = encode(
        model,
        wish.prompt,
        wish.negative_prompt if wish.guidance_scale > 1 else None,
        width=wish.width,
        height=wish.height,
    )
    sample = Sample(
        model,
        conditioning,
        sampler=wish.sampler,
        num_inference_steps=wish.num_inference_steps,
        guidance_scale=wish.guidance_scale,
        seed=seed,
        width=wish.width,
        height=wish.height,
    )
    while not sample.finished:
        sample.advance(*predict_noise(model, [sample]))
    return sample.latents


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


def test_a_size_that_the_vae_cannot_make_is_refused(model):
    """Before anything is encoded."""
    bench = Bench(dataclasses.replace(model, compression=64))
    bench.admit(request(width=96))
    bench.run()
    (failed,) = bench.events["a"]
    assert failed == Failed(
        job_id="a",
        code="invalid_parameters",
        detail="96×64: with this model, width and height must be multiples of 64",
    )


class _Failing:
    """The UNet call, failing for some batches."""

    def __init__(self, error, fails):
        self.error, self.fails, self.sizes = error, fails, []

    def __call__(self, model, samples):
        self.sizes.append(len(samples))
        if self.fails(samples):
            raise self.error
        return predict_noise(model, samples)


def test_one_job_s_error_ends_that_job_and_no_other(model, monkeypatch, caplog):
    """A failing call is repeated in halves until the guilty one is alone."""
    call = _Failing(ZeroDivisionError("seven"), lambda samples: any(sample.seed == 7 for sample in samples))
    monkeypatch.setattr(engine.batch, "predict_noise", call)
    bench = Bench(model)
    for number, seed in enumerate((1, 7, 2, 3)):
        bench.admit(request(str(number), seeds=(seed,)))
    bench.run()
    last = [bench.events[str(number)][-1] for number in range(4)]
    assert last[1] == Failed(job_id="1", code="internal", detail="ZeroDivisionError: seven")
    assert [type(event) for event in (last[0], *last[2:])] == [Finished] * 3
    assert "ZeroDivisionError" in caplog.text  # the traceback, for the operator
    assert call.sizes[:5] == [4, 2, 1, 1, 2]


@pytest.mark.parametrize("error", [torch.OutOfMemoryError("2 GiB"), RuntimeError("can't allocate memory: 2 bytes")])
def test_too_large_a_batch_becomes_a_smaller_one_for_good(model, monkeypatch, error):
    """Nobody's job fails where there is room for it alone."""
    call = _Failing(error, lambda samples: len(samples) > 2)
    monkeypatch.setattr(engine.batch, "predict_noise", call)
    bench = Bench(model)
    bench.admit(request(seeds=(1, 2, 3, 4)))
    bench.run()
    assert isinstance(bench.events["a"][-1], Finished)
    assert max(call.sizes[1:]) == 2


def test_no_room_even_alone_is_out_of_memory(model, monkeypatch):
    """And the engine goes on."""
    monkeypatch.setattr(engine.batch, "predict_noise", _Failing(torch.OutOfMemoryError("2 GiB"), lambda _: True))
    bench = Bench(model)
    bench.admit(request(seeds=(1, 2)))
    bench.run()
    assert bench.events["a"][-1] == Failed(job_id="a", code="out_of_memory", detail="OutOfMemoryError: 2 GiB")
    monkeypatch.undo()
    bench.admit(request("b"))
    bench.run()
    assert isinstance(bench.events["b"][-1], Finished)


def test_latents_that_became_nan_are_a_numerical_failure(model, monkeypatch):
    """No black picture is sent."""
    monkeypatch.setattr(
        engine.batch, "predict_noise", lambda model, samples: [x * torch.nan for x in predict_noise(model, samples)]
    )
    bench = Bench(model)
    bench.admit(request())
    bench.run()
    assert bench.events["a"][-1].code == "numerical_failure"


def sees(rating, *, child=False):
    """A rater that sees the same on every picture."""
    return lambda _pixels: Rated(rating, minor_like=child, evidence=f"{rating} 1.00")


def kinds(events):
    return [type(event) for event in events if not isinstance(event, Started | Progress)]


def test_where_pictures_are_rated_each_says_what_it_shows(model):
    """Previews too, whatever was asked for."""
    bench = Bench(model, rate=sees("sensitive"))
    bench.admit(request(seeds=(1, 2), num_inference_steps=4, preview_every=2))
    bench.run()
    shown = [event for event in bench.events["a"] if isinstance(event, Preview | Picture)]
    assert [type(event) for event in shown] == [Preview, Preview, Picture, Picture]
    assert {event.rating for event in shown} == {"sensitive"}


def test_where_nothing_rates_nothing_is_said(model):
    """No rating is no claim."""
    bench = Bench(model)
    bench.admit(request(num_inference_steps=4, preview_every=2))
    bench.run()
    assert {event.rating for event in bench.events["a"] if isinstance(event, Preview | Picture)} == {None}


@pytest.mark.parametrize("preview_every", [0, 2])
def test_a_rater_that_fails_ends_the_job_before_a_byte_is_sent(model, preview_every):
    """With a code of its own; the next job has its own chance."""

    def fail(_pixels):
        raise ZeroDivisionError("the network is odd")

    bench = Bench(model, rate=fail)
    bench.admit(request(seeds=(1, 2), num_inference_steps=4, preview_every=preview_every))
    bench.run()
    assert kinds(bench.events["a"]) == [Failed]
    assert bench.events["a"][-1].code == "rating_failed"
    assert "the network is odd" in bench.events["a"][-1].detail


def test_a_picture_that_nobody_may_see_is_not_sent_and_ends_its_job(model, caplog):
    """Nor is a preview of it; the operator reads why, and other jobs go on."""
    bench = Bench(model, rate=sees("sensitive", child=True))
    bench.admit(request(seeds=(1, 2), num_inference_steps=4, preview_every=2))
    bench.run()
    assert kinds(bench.events["a"]) == [Failed]
    assert bench.events["a"][-1].code == "withheld"
    assert "job a: withheld: somebody looks like a child in a picture above safe (sensitive 1.00)" in caplog.text


def test_a_child_at_safe_is_drawn(model):
    """Children may be drawn; they are safe."""
    bench = Bench(model, rate=sees("safe", child=True))
    bench.admit(request())
    bench.run()
    assert kinds(bench.events["a"]) == [Picture, Finished]


def test_a_lost_device_ends_the_worker(model, monkeypatch):
    """Every later call would fail too; a fresh process can help."""
    monkeypatch.setattr(engine.batch, "predict_noise", _Failing(torch.AcceleratorError("gone"), lambda _: True))
    bench = Bench(model)
    bench.admit(request())
    with pytest.raises(torch.AcceleratorError):
        bench.step()


wishes = st.builds(
    request,
    prompt=st.sampled_from(["red hair", "blue eyes, smile", "(night:1.3)"]),
    num_inference_steps=st.integers(1, 4),
    guidance_scale=st.sampled_from([1.0, 5.0]),
    share=st.booleans(),
    sampler=st.sampled_from(["euler_a", "euler", "dpmpp_2m_karras", "dpmpp_2m_sde_karras", "ddim", "unipc"]),
    width=st.sampled_from([64, 96]),
    seeds=st.lists(st.integers(0, 3), min_size=1, max_size=3).map(tuple),
)
schedules = st.lists(st.tuples(wishes, st.integers(0, 4), st.none() | st.integers(0, 6)), min_size=1, max_size=4)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(schedules, st.integers(1, 5), st.integers(1, 4))
def test_a_picture_is_the_same_whoever_shared_its_steps(model, schedule, cap, joining):
    """Over random arrivals, cancels and companies: each picture as drawn alone, each job with one end."""
    drawn, bench = {}, Bench(model, cap=cap, sizes=Always(joining))

    def remember(_model, latents):
        (name, number) = next(
            (drawing.work.job.request.job_id, drawing.number)
            for drawing in bench.batch._drawings
            if drawing.sample.latents is latents
        )
        drawn[name, number] = latents
        return lambda: np.ones((1, 1, 3), dtype=np.uint8)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine.rescue, "begin", remember)
        jobs = {}
        for tick in range(60):
            for number, (wish, arrives, cancelled_after) in enumerate(schedule):
                if tick == arrives:
                    jobs[number] = bench.admit(msgspec.structs.replace(wish, job_id=str(number)))
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
                torch.testing.assert_close(drawn[str(number), place], expected, atol=1e-4, rtol=0)
                if 1 in {cap, joining}:  # its steps were its own, to the last bit
                    assert torch.equal(drawn[str(number), place], expected)
