"""The engine and `StableDiffusionXLPipeline` over the same modules, drawing the same pictures in turn."""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import torch
from diffusers import EulerAncestralDiscreteScheduler, StableDiffusionXLPipeline, UNet2DConditionModel

from engine.alignment import align
from engine.batch import Batch
from engine.calibration import Calibration
from engine.call_sizes import CallSizes
from engine.finisher import Finisher
from engine.kinds import plan_of
from engine.received_job import ReceivedJob
from engine.timing import Timing
from engine.wire import Failed, Finished, Generate, SamplingParams

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from engine.model import Model

PROMPT = "1girl, solo, long hair, blue eyes, smile, masterpiece, best quality"
NEGATIVE = "lowres, bad anatomy, bad hands, text, error, worst quality, low quality, signature, watermark"
STEPS, GUIDANCE = 28, 5.0


class Ours:
    """The engine's batch with its threads, from a request to PNGs; it times itself after the first of a shape."""

    def __init__(self, model: Model, pool: ThreadPoolExecutor, *, limit: int) -> None:
        self._inbox: SimpleQueue[Any] = SimpleQueue()
        self._timing = Timing(model, Calibration(limit))
        self.batch = Batch(
            model,
            cap=limit,
            pool=pool,
            finisher=Finisher(pool),
            post=self._inbox.put,
            sizes=CallSizes(self._timing.calibration),
        )

    def draw(self, *requests: Generate) -> list[Any]:
        """Draw jobs that come at once; their events."""
        events: list[Any] = []
        for request in requests:
            self.batch.admit(ReceivedJob(request, events.append), plan_of(request))
        with torch.inference_mode():  # as the worker has it
            while sum(isinstance(event, Finished | Failed) for event in events) < len(requests):
                if self.batch.idle:
                    self._inbox.get()(self.batch)
                else:
                    self.batch.step()
            while not self._timing.idle:
                self._timing.measure()
        if failed := [event.detail for event in events if isinstance(event, Failed)]:
            raise RuntimeError(failed[0])
        return events


@contextmanager
def ours(model: Model, *, limit: int = 4) -> Generator[Ours]:
    """Set the engine up to draw at most so many at once; with one, there is nothing to time."""
    with ThreadPoolExecutor(2) as pool:
        yield Ours(model, pool, limit=limit)


def request(number: int = 0, *, width: int = 64, height: int = 64, steps: int = STEPS, **changes: Any) -> Generate:
    values: dict[str, Any] = {
        "prompt": PROMPT,
        "negative_prompt": NEGATIVE,
        "sampling": SamplingParams(num_inference_steps=steps, guidance_scale=GUIDANCE, width=width, height=height),
        "seeds": (number,),
    }
    return Generate(job_id=str(number), **values | changes)


def stock(model: Model, folder: Path) -> StableDiffusionXLPipeline:
    """Give diffusers' pipeline, with a UNet of its own from this folder: ours has lean blocks."""
    unet = UNet2DConditionModel.from_pretrained(folder / "unet", local_files_only=True)
    align(unet)
    pipeline = StableDiffusionXLPipeline(
        vae=model.vae,
        text_encoder=model.text_encoder,
        text_encoder_2=model.text_encoder_2,
        tokenizer=model.tokenizer,
        tokenizer_2=model.tokenizer_2,
        unet=unet.eval(),
        scheduler=EulerAncestralDiscreteScheduler.from_config(dict(model.scheduler_config)),
        add_watermarker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def stock_draw(pipeline: Any, wish: Generate) -> Any:
    return pipeline(
        wish.prompt,
        negative_prompt=wish.negative_prompt,
        num_inference_steps=wish.sampling.num_inference_steps,
        guidance_scale=wish.sampling.guidance_scale,
        generator=torch.Generator().manual_seed(wish.seeds[0]),
        width=wish.sampling.width,
        height=wish.sampling.height,
    ).images[0]


def ratio(ours: Callable[[], object], theirs: Callable[[], object], pairs: int) -> float:
    """Give the median of the ratios of neighbouring runs, whose order changes; one of each before is not counted."""
    ours()
    theirs()
    ratios: list[float] = []
    for number in range(pairs):
        took = {run: seconds(run) for run in ((ours, theirs) if number % 2 else (theirs, ours))}
        ratios.append(took[ours] / took[theirs])
    return statistics.median(ratios)


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start
