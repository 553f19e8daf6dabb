"""When the device has no room: how to tell, and how to give back what is not in use."""

from __future__ import annotations

import gc
import math
import re
import time
from typing import TYPE_CHECKING

import torch

from engine import environment

if TYPE_CHECKING:
    from collections.abc import Callable

AGAIN_S = 600.0
"""After so long what had no room is tried again: half a second lost in ten minutes, where nothing has changed."""

_SIGNS = (
    "can't allocate memory",  # torch on the CPU
    "out of memory",  # torch on MPS
    "CUBLAS_STATUS_ALLOC_FAILED",
    "CUDNN_STATUS_ALLOC_FAILED",  # until cuDNN 8
    "CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED",  # since cuDNN 9
)
"""What is said where torch raises a plain RuntimeError; its own `OutOfMemoryError` is for its own allocator only."""

_DOUBTFUL_SIGNS = ("unable to find an engine to execute this computation",)
"""What torch says of cuDNN where every way to convolve failed, mostly for want of memory, which it swallows one by one;
and where there is no way at all, as for bfloat16 on cards before sm_80 (aten/src/ATen/native/cudnn/Conv_v8.cpp)."""

_OF_THE_DRIVER = re.compile(r"(CUDA|HIP) error: out of memory\b")
"""Error 2 of the runtime, for pinned memory, events and modules that are loaded late: the device goes on."""

_OF_A_CAPTURE = re.compile(r"(CUDA|HIP) error: .*\bcaptur")
"""What may not be done while a graph is captured, or how its end fails then (the runtime's errors 900 to 907): only
that graph is lost."""


def is_out_of_memory(error: Exception) -> bool:
    """Tell whether there was certainly no room."""
    if isinstance(error, torch.AcceleratorError):
        return _OF_THE_DRIVER.match(str(error)) is not None
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error) for sign in _SIGNS)


def may_be_out_of_memory(error: Exception) -> bool:
    """Tell whether it is worth trying with less; where that fails in the same way, it was perhaps something else."""
    doubtful = isinstance(error, RuntimeError) and any(sign in str(error) for sign in _DOUBTFUL_SIGNS)
    return doubtful or is_out_of_memory(error)


def is_loss_of_device(error: Exception) -> bool:
    """Tell whether nothing more can be computed in this process."""
    if not isinstance(error, torch.AcceleratorError) or is_out_of_memory(error):
        return False
    return _OF_A_CAPTURE.match(str(error)) is None


class Limit:
    """The most of something that has room at once, as far as failures have shown it lately.

    A failure is not for ever, because others use the card too: a desktop, another program, our own compiler.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, ceiling: float = math.inf) -> None:
        """Begin with a limit that is known from the start; infinite where none is."""
        self._clock = clock
        self._ceiling = ceiling
        self._most = math.inf
        self._until_s = -math.inf

    @property
    def most(self) -> float:
        """The ceiling where nothing has failed lately."""
        return min(self._most, self._ceiling) if self._clock() < self._until_s else self._ceiling

    def lower(self, most: float) -> None:
        """Take no more than this for a while, because more had no room."""
        self._most = min(self.most, most)
        self._until_s = self._clock() + AGAIN_S

    def forget(self) -> None:
        """Expect room for all below the ceiling, because what was in the way is gone."""
        self._most = math.inf


def keep_to_what_is_free(device: torch.device) -> None:
    """Let torch take no more of a card than is free now or its own, where its driver would lend what is not there.

    Lent memory is the machine's and slow, and nothing is ever out of memory then: a picture takes minutes.
    """
    if device.type == "cuda" and environment.lends_memory():
        free, total = torch.cuda.mem_get_info(device)
        torch.cuda.set_per_process_memory_fraction((free + torch.cuda.memory_reserved(device)) / total, device)


def release(device: torch.device) -> None:
    """Return what nothing refers to any more; call it where no error is being handled, whose traceback refers."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
        torch.accelerator.empty_host_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()


def held(device: torch.device) -> dict[str, int]:
    """Give what the memory of a CUDA card holds, in bytes, by `engine.counts.MEMORY`."""
    free, total = torch.cuda.mem_get_info(device)
    return {
        "used": total - free,
        "free": free,
        "allocated": torch.cuda.memory_allocated(device),
        "reserved": torch.cuda.memory_reserved(device),
    }


def one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
