"""When the device has no room: how to tell, and how to give back what is not in use."""

from __future__ import annotations

import gc

import torch

_SIGNS = (
    "can't allocate memory",  # torch on the CPU
    "out of memory",  # torch on MPS
    "CUBLAS_STATUS_ALLOC_FAILED",
    "CUDNN_STATUS_ALLOC_FAILED",
)
"""What is said where torch raises a plain RuntimeError; its own `OutOfMemoryError` is for its own allocator only."""


def is_out_of_memory(error: Exception) -> bool:
    if isinstance(error, torch.AcceleratorError):
        return False  # the device is gone, whatever the driver calls it
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error) for sign in _SIGNS)


def release(device: torch.device) -> None:
    """Return what nothing refers to any more; call it where no error is being handled, whose traceback refers."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()


def one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
