"""Networks that live on the host and are on the device only while they compute."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING

import torch

from engine.transfer import room, send, staging

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from torch import Tensor, nn


def settle(network: nn.Module, device: torch.device) -> None:
    """Let a network that is on the host wait there for its visits to a device, in memory that copies fast from."""
    if staging(device):
        for tensor in _tensors(network):
            tensor.data = room(tensor.shape, tensor.dtype, pinned=True).copy_(tensor.data)


@contextmanager
def visiting(
    network: nn.Module, device: torch.device, bring: Callable[[Tensor, torch.device], Tensor] = send
) -> Generator[None]:
    """Let a network be on the device; what lives there stays, and what does not leaves nothing there.

    Args:
        network: Whose weights.
        device: Where it computes.
        bring: Copies a tensor there.
    """
    homes = [(tensor, tensor.data) for tensor in _tensors(network)]
    if all(home.device.type == device.type for _, home in homes):  # "cuda" is no equal of "cuda:0"
        yield
        return
    try:
        with torch.inference_mode(mode=False):  # what is made in it may take no weight's place
            for tensor, home in homes:
                tensor.data = bring(home, device)
        yield
    finally:
        for tensor, home in homes:
            tensor.data = home


def _tensors(network: nn.Module) -> list[Tensor]:
    return list(chain(network.parameters(), network.buffers()))
