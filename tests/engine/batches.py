"""A batch driven step by step on the CPU, and the same picture drawn with nobody else."""

import dataclasses
from concurrent.futures import Executor, Future

from msgspec.structs import replace

from engine.admission import Always
from engine.batch import Batch, Times
from engine.call_sizes import DEFAULT_TILING, CallSizes
from engine.conditioning import encode
from engine.denoise import Sample, predict_noise
from engine.finisher import Finisher
from engine.kinds import plan_of
from engine.received_job import ReceivedJob
from engine.wanted_weights import WantedWeights
from engine.wire import Generate, SamplingParams


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

    def __init__(self, model, cap=4, rate=None, sizes=None, *, tiling=DEFAULT_TILING, loras=None, checkpoints=None):
        self.inbox, self.events, self.now = [], {}, 0.0

        def clock():
            return self.now

        self.batch = Batch(
            model,
            cap=cap,
            pool=Inline(),
            finisher=Finisher(Inline(), rate=rate),
            post=self.inbox.append,
            sizes=CallSizes(sizes or Always(cap), tiling=tiling, clock=clock),
            weights=WantedWeights(loras, checkpoints),
            times=Times(clock),
        )

    def admit(self, request, plan=None):
        """Take a job, with the plan that its request has or with another one."""
        said = self.events[request.job_id] = []
        job = ReceivedJob(request, said.append)
        self.batch.admit(job, plan or plan_of(request, self.batch.compression))
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
        "seeds": (1,),
    }
    usual = SamplingParams(num_inference_steps=2, width=64, height=64)
    return generate(job_id, values, usual, changes)


def generate(job_id, values, usual, changes):
    """A command with these values, the changes sorted into the command's and the sampling's."""
    sampling = {name: changes.pop(name) for name in SamplingParams.__struct_fields__ if name in changes}
    return Generate(job_id=job_id, sampling=replace(usual, **sampling), **values | changes)


def solo(model, wish, seed):
    """The latents of one picture, drawn with nobody else."""
    sample = Sample(model, conditioning_of(model, wish), wish.sampling, seed=seed)
    while not sample.finished:
        sample.advance(*predict_noise(model, [sample]))
    return sample.latents


def conditioning_of(model, wish):
    """What a command's first pass is conditioned on."""
    negative_prompt = wish.negative_prompt if wish.sampling.guided else None
    sampling = wish.sampling
    return encode(model, wish.prompt, negative_prompt, width=sampling.width, height=sampling.height)


def watched(wish, found, *, compression=8):
    """The plan of a command that also puts each picture's final latents where they can be looked at, by number."""
    plan = plan_of(wish, compression)

    def end(final, *tools):
        found[final.number] = final.latents
        return plan.end(final, *tools)

    return dataclasses.replace(plan, end=end)


def finals(model, wish, *others, cap=4, **how):
    """The final latents of a command's pictures, by number, drawn in one batch with other commands."""
    found = {}
    bench = Bench(model, cap=cap, **how)
    bench.admit(wish, watched(wish, found, compression=model.compression))
    for other in others:
        bench.admit(other)
    bench.run()
    return found
