"""Between host and device: copies that the host does not wait for, and how far it may run ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from engine import memory

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from torch import Tensor


def staging(device: torch.device) -> bool:
    """Tell whether what goes to this device should lie in pinned memory, without which CUDA copies synchronously."""
    return device.type == "cuda"


def room(shape: Sequence[int], dtype: torch.dtype, *, pinned: bool) -> Tensor:
    """Make a tensor on the host that holds nothing yet.

    Args:
        shape: As `torch.empty`.
        dtype: As `torch.empty`.
        pinned: Take memory that copies need not wait for, as long as there is some: WSL2 has little of it
            (microsoft/WSL, issue 8447). A copy from or to other memory is over when it returns.
    """
    if pinned:
        try:
            return torch.empty(shape, dtype=dtype, pin_memory=True)
        except RuntimeError as error:
            if not memory.is_out_of_memory(error):
                raise
    return torch.empty(shape, dtype=dtype)


def send(tensor: Tensor, device: torch.device) -> Tensor:
    """Copy from the host; what is queued on the device afterwards finds the values there."""
    if staging(device):
        staged = tensor if tensor.is_pinned() else room(tensor.shape, tensor.dtype, pinned=True).copy_(tensor)
        return staged.to(device, non_blocking=True)  # torch keeps pinned memory until the copy is done
    return tensor.to(device)


def fetch(tensor: Tensor) -> Callable[[], NDArray[Any]]:
    """Queue a copy to the host behind what computes the tensor.

    Returns:
        What waits for it, in any thread, and gives the array.
    """
    if not staging(tensor.device):
        array = tensor.cpu().numpy()
        return lambda: array
    host = room(tensor.shape, tensor.dtype, pinned=True)
    host.copy_(tensor, non_blocking=True)
    copied = torch.cuda.Event(blocking=True)  # its waiter sleeps, so that the worker's thread keeps the interpreter
    copied.record()

    def wait() -> NDArray[Any]:
        copied.synchronize()
        return host.numpy()

    return wait


def synchronize(device: torch.device) -> None:
    """Wait until a device has taken everything that was sent there, so that the host may write where it came from."""
    if staging(device):
        torch.cuda.synchronize(device)


class HostPace:
    """Keeps the host one step ahead of the device: it never idles, and a cancel or a new job never comes late.

    Nothing in a step waits for the device, so the host could queue all steps of a picture in the time of a few.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._last: torch.cuda.Event | None = None

    def step(self) -> None:
        """Mark the end of a step that was queued, and wait for the end of the one before it."""
        if not staging(self._device):
            return
        last, self._last = self._last, torch.cuda.Event(blocking=True)
        self._last.record()
        if last is not None:
            last.synchronize()
