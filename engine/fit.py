"""Finds a size that this device has room for, after a picture had none."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from engine import memory, rescue
from engine.denoise import Sample, predict_noise
from engine.errors import NumericalFailure, OutOfMemory

if TYPE_CHECKING:
    from engine.conditioning import Conditioning
    from engine.model import Model
    from engine.wire import SamplingParams

SHARES = (0.94, 0.85, 0.75, 0.6, 0.5, 0.35, 0.25)
"""Of the pixels that had no room; the first is what the card's smallest size, 1536×640, has of 1024×1024."""

MIN_SIDE, SIDE_STEP = 64, 8
"""The wire's smallest side, and what all of them are multiples of."""


def largest_fit(model: Model, conditioning: Conditioning, sampling: SamplingParams) -> tuple[int, int] | None:
    """Take one step and decode it at smaller and smaller sizes until one has room.

    It is tried rather than reckoned: how much a step needs depends on card, kernels and whatever else uses the card.
    Call it when nothing of the failed job is on the device any more.

    Returns:
        Width and height in about the same proportions; None if not even the smallest had room.
    """
    multiple = math.lcm(model.compression, SIDE_STEP)
    for share in SHARES:
        width, height = (
            int(side * math.sqrt(share)) // multiple * multiple for side in (sampling.width, sampling.height)
        )
        if min(width, height) < MIN_SIDE:
            return None
        if _has_room(model, conditioning, msgspec.structs.replace(sampling, width=width, height=height)):
            return width, height
        memory.release(model.device)
    return None


def _has_room(model: Model, conditioning: Conditioning, sampling: SamplingParams) -> bool:
    try:
        # The conditioning holds the failed size, as a number to the UNet, which is nothing to the memory.
        sample = Sample(model, conditioning, sampling, seed=0)
        sample.advance(*predict_noise(model, [sample]))
        rescue.decode(model, sample.latents)
    except NumericalFailure:
        return True  # half a picture may be anything, and it was decoded
    except OutOfMemory:
        return False
    except (RuntimeError, MemoryError) as error:
        if not memory.may_be_out_of_memory(error):
            raise
        return False
    return True
