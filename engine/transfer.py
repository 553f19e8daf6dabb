"""Copies between host and device for which the host does not wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor


def staging(device: torch.device) -> bool:
    """Tell whether what goes to this device should lie in pinned memory, without which CUDA copies synchronously."""
    return device.type == "cuda"


def send(tensor: Tensor, device: torch.device) -> Tensor:
    """Copy from the host; what is queued on the device afterwards finds the values there."""
    if staging(device):
        return tensor.pin_memory().to(device, non_blocking=True)  # torch keeps pinned memory until the copy is done
    return tensor.to(device)


def fetch(tensor: Tensor) -> Callable[[], NDArray[np.uint8]]:
    """Queue a copy to the host behind what computes the tensor.

    Returns:
        What waits for it, in any thread, and gives the array.
    """
    if not staging(tensor.device):
        array = tensor.cpu().numpy()
        return lambda: array
    host = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
    host.copy_(tensor, non_blocking=True)
    copied = torch.cuda.Event(blocking=True)  # its waiter sleeps, so that the worker's thread keeps the interpreter
    copied.record()

    def wait() -> NDArray[np.uint8]:
        copied.synchronize()
        return host.numpy()

    return wait
