"""Times UNet calls at each batch size, one call at a time, whenever there is nothing to draw."""

from __future__ import annotations

import logging
import math
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import torch

from engine import memory
from engine.denoise import Key
from engine.grammar import CHUNK_TOKENS
from engine.trying import error_with_room
from engine.unet_call import UnetInputs

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from engine.calibration import Calibration
    from engine.model import Model

log = logging.getLogger(__name__)

DEFAULT = Key(height=1216, width=832, chunks=1)
"""What a GPU is timed with before it serves: the size of which the model card says that it suits most pictures."""

CALLS = 3
"""For every size; the first of them finds its kernels, and the quickest of the others counts."""

EVERY = 100
"""Steps after which one call is timed though somebody is waiting: a busy server is never idle, and would go by what was
true before the blocks were compiled."""

FULL_S = 0.25
"""A CPU that takes this long for one picture is full with it: it is not timed further, which would take minutes."""


class Timing:
    """Belongs to the worker's thread."""

    def __init__(self, model: Model, calibration: Calibration, clock: Callable[[], float] = time.perf_counter) -> None:
        self.calibration = calibration
        self._model = model
        self._clock = clock
        self._seconds: dict[int, list[float]] = {}
        """Of the shape that is being timed, every call at every size."""
        self._prompts: dict[int, Tensor] = {}
        """Of the same, embeddings for every size: as at a real step, they are the same at every call."""
        self._steps = 0

    @property
    def idle(self) -> bool:
        """Whether nothing is left to time."""
        return self.calibration.wanted is None

    def start(self, report: Callable[[str], None]) -> None:
        """Time a GPU before it serves; on the CPU nobody knows yet which shape will be asked for.

        Args:
            report: Told the stage, in words for an operator.
        """
        if self._model.device.type == "cpu":
            return
        report("timing how many pictures to draw at once")
        self.calibration.joining(DEFAULT)
        while not self.idle:
            self.measure()

    def stepped(self) -> None:
        """Count a step that was drawn."""
        self._steps += 1
        if self._steps % EVERY == 0:
            self.measure()

    def measure(self) -> None:
        """Make one call for the shape that is wanted first."""
        key = self.calibration.wanted
        if not isinstance(key, Key):
            return
        batches = self.calibration.batches
        size = next(size for size in batches if len(self._seconds.get(size, ())) < CALLS)
        error = error_with_room(self._model, partial(self._call, key, size))
        if error is not None:  # mostly no room; whoever draws it will see what else
            log.warning("%d×%d: %d at once cannot be drawn: %s", key.width, key.height, size, memory.one_line(error))
            error.__traceback__ = None  # it holds the tensors of the failed call
            self._conclude(key, good_for_s=memory.AGAIN_S)
            return
        took_s = self._seconds[size][-1]
        if self._model.device.type == "cpu" and size == 1 and took_s > FULL_S:
            self._seconds = {more: [took_s * more] for more in batches}
            self._conclude(key)
        elif len(self._seconds.get(batches[-1], ())) == CALLS:
            self._conclude(key)

    def _conclude(self, key: Key, *, good_for_s: float = math.inf) -> None:
        seconds = {size: min(took[1:] or took) for size, took in self._seconds.items()} or {1: 1.0}
        self._seconds = {}
        self._prompts = {}
        self._model.cached_blocks.forget()
        memory.release(self._model.device)
        self.calibration.learn(key, seconds, good_for_s=good_for_s)
        log.info(
            "%d×%d: a step of %s takes %s ms; pictures join up to %d at once",
            key.width,
            key.height,
            ", ".join(map(str, seconds)),
            ", ".join(f"{1000 * took_s:.0f}" for took_s in seconds.values()),
            self.calibration.joining(key),
        )

    def _call(self, key: Key, size: int) -> None:
        rows = 2 * size  # with guidance, as nearly every picture is drawn
        if size not in self._prompts:
            self._prompts[size] = some_prompt(self._model, key, rows)
        finish(self._model.device)
        start = self._clock()
        call_unet(self._model, key, rows, self._prompts[size])
        finish(self._model.device)
        self._seconds.setdefault(size, []).append(self._clock() - start)


def finish(device: torch.device) -> None:
    """Wait until the device has done everything."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


@torch.inference_mode()
def some_prompt(model: Model, key: Key, rows: int) -> Tensor:
    """Draw what stands for embedded prompts, (rows, 77 × chunks, 2048)."""
    width: int = model.unet.config.cross_attention_dim  # pyright: ignore[reportAttributeAccessIssue]  (a frozen dict)
    return torch.randn(rows, key.chunks * (CHUNK_TOKENS + 2), width, device=model.device, dtype=model.dtype)


@torch.inference_mode()
def call_unet(model: Model, key: Key, rows: int, prompt: Tensor | None = None) -> None:
    """Call the UNet as for so many rows of this shape, with values drawn on the device.

    Args:
        model: Whose.
        key: The shape.
        rows: Two a guided picture.
        prompt: Of `some_prompt`; the same one a second time is a prompt that is known. None: a new one.
    """
    inputs = some_inputs(model, key, rows, some_prompt(model, key, rows) if prompt is None else prompt)
    model.cached_blocks.call(model.unet, inputs)


@torch.inference_mode()
def some_inputs(model: Model, key: Key, rows: int, prompt: Tensor) -> UnetInputs:
    """Draw what the UNet is called with, for so many rows of a shape, on the device."""
    config: Any = model.unet.config
    values = {"device": model.device, "dtype": model.dtype}
    height, width = key.height // model.compression, key.width // model.compression
    pooled_width = config.projection_class_embeddings_input_dim - 6 * config.addition_time_embed_dim
    return UnetInputs(
        torch.randn(rows, model.latent_channels, height, width, **values),
        torch.full((rows,), 500.0, device=model.device),
        prompt,
        torch.randn(rows, pooled_width, **values),
        torch.full((rows, 6), float(key.width), **values),
    )
