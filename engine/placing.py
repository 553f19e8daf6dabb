"""Brings networks to the device and into the form in which they are used."""

from __future__ import annotations

from typing import Any, TypeVar

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel

from engine.alignment import align
from engine.joined import join

_Network = TypeVar("_Network", bound=torch.nn.Module)


def place(network: _Network, device: torch.device, dtype: torch.dtype) -> _Network:
    """Bring a network to where it is used, for nothing but being used.

    It is aligned and frozen, and either can be seen in the last bit: kernels are chosen by where weights begin, and by
    whether they want gradients, even while nobody takes any (`should_fold` in torch's ATen/native/LinearAlgebra.cpp).
    """
    network.to(device=device, dtype=dtype)
    align(network)
    convolving = {"cuda": (UNet2DConditionModel, AutoencoderKL), "cpu": (AutoencoderKL,)}.get(device.type, ())
    if isinstance(network, convolving):
        module: Any = network
        # cuDNN convolves half precision in it; on a CPU a decoder of few channels takes a third less time
        module.to(memory_format=torch.channels_last)
    if isinstance(network, UNet2DConditionModel):
        join(network)
    network.eval().requires_grad_(requires_grad=False)
    return network
