"""What a picture costs outside UNet, VAE and text encoders: the time of the thread that owns the GPU.

The networks answer at once with what was prepared, so what is left is the engine: admission, steps of the scheduler,
messages, and the pixels' rounding. Rating, PNG and noise are other threads' work.
"""

from __future__ import annotations

import dataclasses
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import torch

from engine.batch import Batch
from engine.blocks import CachedBlocks
from engine.finisher import Finisher
from engine.kinds import plan_of
from engine.received_job import ReceivedJob
from engine.wire import Failed, Finished, Generate, SamplingParams

if TYPE_CHECKING:
    from engine.model import Model

PICTURES = 12


class _Unet:
    def __call__(self, sample: Any, *_: Any, **__: Any) -> tuple[Any]:
        return (sample,)


class _Vae:
    """Has every picture ready, as large as it was asked for."""

    dtype = torch.float32

    def __init__(self, config: Any) -> None:
        self.config = config
        self._pictures: dict[Any, Any] = {}

    def decode(self, latents: Any, **_: Any) -> tuple[Any]:
        size = tuple(8 * side for side in latents.shape[-2:])
        if size not in self._pictures:
            self._pictures[size] = torch.randn(1, 3, *size)
        return (self._pictures[size],)


def without_networks(model: Model) -> Model:
    unet, vae = _Unet(), _Vae(SimpleNamespace(scaling_factor=0.13025))
    return dataclasses.replace(model, unet=unet, vae=vae, cached_blocks=CachedBlocks(torch.nn.Module()))  # type: ignore[arg-type]  (as much of them as is used)


def worker_ms(model: Model, width: int, height: int) -> float:
    """Draw pictures one after the other and give the median of the worker's own time for one, in milliseconds."""
    bare, inbox = without_networks(model), SimpleQueue[Any]()
    with torch.inference_mode(), ThreadPoolExecutor(2) as pool:
        batch = Batch(bare, cap=1, pool=pool, finisher=Finisher(pool), post=inbox.put)
        return statistics.median(_one(batch, inbox, number, width, height) for number in range(PICTURES))


def _one(batch: Batch, inbox: SimpleQueue[Any], number: int, width: int, height: int) -> float:
    events: list[Any] = []
    request = Generate(
        job_id=str(number),
        prompt="1girl, red hair",
        negative_prompt="lowres",
        sampling=SamplingParams(num_inference_steps=28, guidance_scale=5.0, width=width, height=height),
        seeds=(number,),
    )
    start = time.thread_time()
    batch.admit(ReceivedJob(request, events.append), plan_of(request))
    while not batch.idle:
        batch.step()
    while not isinstance(events[-1], Finished | Failed):
        inbox.get()(batch)
    took_ms = (time.thread_time() - start) * 1e3
    if failed := [event.detail for event in events if isinstance(event, Failed)]:
        raise RuntimeError(failed[0])
    return took_ms
