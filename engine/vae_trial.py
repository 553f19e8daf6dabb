"""Tries compiled blocks of the VAE on this very card: they are used where they decode the same picture, and faster.

The decoder keeps its precision, and so does what is tried: whatever a fused kernel sums in another order is lost where
colours are rounded.
"""

from __future__ import annotations

import logging
import statistics
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch

from engine import memory, rescue
from engine.blocks import run_untimed_resnet, untimed_resnets
from engine.choice import ROUNDS, SAVING, UNTIMED, with_equal_weights
from engine.errors import NumericalFailure, OutOfMemory
from engine.timing import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from engine.denoise import Key
    from engine.model import Model

log = logging.getLogger(__name__)

LEVELS = 1
"""Of 255, that a colour may differ by: as far as rounding carries two values that are nearly the same."""


class VaeTrial(NamedTuple):
    """What a trial has shown."""

    levels: int
    """Of 255: how far two colours are apart at most."""
    took_s: float
    instead_of_s: float
    used: bool


def trial(
    model: Model,
    compute: Callable[[Any, Tensor], Tensor],
    *,
    key: Key = DEFAULT,
    clock: Callable[[], float] = time.perf_counter,
    told: Callable[[VaeTrial], object] = lambda _verdict: None,
) -> Generator[None]:
    """Decode the same latents in both ways, once between two pauses, and let the better one be used from then on.

    Args:
        model: Whose VAE; call it in the thread that draws.
        compute: Computes its ResNet blocks.
        key: The size that is decoded.
        clock: Seconds.
        told: Told the verdict.

    Raises:
        torch.AcceleratorError: The device is lost.
    """
    sides = key.height // model.compression, key.width // model.compression
    latents = torch.randn(1, model.latent_channels, *sides, device=model.device, dtype=model.dtype)

    def decoded(run: Callable[[Any, Tensor], Tensor]) -> tuple[NDArray[np.uint8], float]:
        _use(model, run)
        try:
            start = clock()
            with torch.inference_mode():
                return rescue.decode(model, latents), clock() - start
        finally:
            _use(model, run_untimed_resnet)

    def compared() -> Generator[None, None, int]:
        expected, _ = decoded(run_untimed_resnet)
        yield
        levels = 0
        for _ in range(UNTIMED):
            found, _ = decoded(compute)
            levels = max(levels, int(np.abs(found.astype(np.int16) - expected).max()))
            yield
        return levels

    try:
        # no LoRA changes a VAE, and another checkpoint does
        levels = yield from with_equal_weights(compared, lambda: model.checkpoint.current)
        times: tuple[list[float], list[float]] = [], []
        for _ in range(ROUNDS if levels <= LEVELS else 0):
            for run, took in zip((run_untimed_resnet, compute), times, strict=True):
                took.append(decoded(run)[1])
                yield
    except (RuntimeError, MemoryError, NumericalFailure, OutOfMemory) as error:
        if memory.is_loss_of_device(error):
            raise
        log.warning("the compiled VAE: not tried to the end: %s", memory.one_line(error))
        return
    verdict = _judged(levels, *times)
    if verdict.used:
        _use(model, compute)
    told(verdict)


def _judged(levels: int, before: Sequence[float], after: Sequence[float]) -> VaeTrial:
    """Decide by how far colours are apart, and by how many seconds each way took; without times it was not tried."""
    before_s, took_s = (statistics.median(some) if some else 0.0 for some in (before, after))
    used = levels <= LEVELS and took_s <= (1 - SAVING) * before_s
    log.info(
        "the compiled VAE: a picture is decoded in %.0f ms instead of %.0f, and differs by %d of 255 levels: %s",
        1e3 * took_s,
        1e3 * before_s,
        levels,
        "used" if used else "not used",
    )
    return VaeTrial(levels, took_s, before_s, used)


def _use(model: Model, compute: Callable[[Any, Tensor], Tensor]) -> None:
    for one in untimed_resnets(model.vae):
        one.compute = compute
