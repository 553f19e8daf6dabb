"""A batch driven step by step on the CPU, and the same picture drawn with nobody else."""

from concurrent.futures import Executor, Future

from engine.batch import Batch
from engine.conditioning import encode
from engine.denoise import Sample, predict_noise
from engine.finisher import Finisher
from engine.wire import Generate
from engine.worker import ReceivedJob


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
            finisher=Finisher(Inline(), rate=rate),
            post=self.inbox.append,
            sizes=sizes,
            clock=lambda: self.now,
        )

    def admit(self, request):
        said = self.events[request.job_id] = []
        job = ReceivedJob(request, said.append)
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
