"""Real-ESRGAN's network of residual dense blocks, and its weights in both forms that need no pickle.

Wang et al., "ESRGAN" (arXiv 1809.00219), section 3.1 and figure 4; "Real-ESRGAN" (arXiv 2107.10833), section 3.2.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

from engine import header
from engine.errors import ModelLoadError

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

SLOPE = 0.2
"""Of what is below zero, and as much of each block is added (ESRGAN, section 3.1: beta)."""

FEATURES, GROWTH = 64, 32
"""Of every published network; ncnn's form says no shapes."""

_MOST_BLOCKS = 64
"""Published ones have 6 (anime) or 23."""

_NCNN_FLOAT16 = (0x01306B47).to_bytes(4, "little")
"""Before the weights of a layer (ncnn, ``src/modelbin.cpp``)."""


class DenseBlock(nn.Module):
    """Five convolutions, each of all that came before it."""

    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        for number in range(4):
            setattr(self, f"conv{number + 1}", nn.Conv2d(features + number * growth, growth, 3, padding=1))
        self.conv5 = nn.Conv2d(features + 4 * growth, features, 3, padding=1)

    def forward(self, image: Tensor) -> Tensor:
        found = [image]
        for number in range(4):
            convolution: nn.Module = getattr(self, f"conv{number + 1}")
            found.append(functional.leaky_relu(convolution(torch.cat(found, 1)), SLOPE))
        return image + SLOPE * self.conv5(torch.cat(found, 1))


class ResidualBlock(nn.Module):
    """Three of them."""

    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        self.rdb1 = DenseBlock(features, growth)
        self.rdb2 = DenseBlock(features, growth)
        self.rdb3 = DenseBlock(features, growth)

    def forward(self, image: Tensor) -> Tensor:
        return image + SLOPE * self.rdb3(self.rdb2(self.rdb1(image)))


class Esrgan(nn.Module):
    """The whole network: (1, 3, h, w) of 0 … 1 to (1, 3, 4h, 4w). Its parts are named as their authors name them."""

    def __init__(self, features: int, growth: int, blocks: int) -> None:
        super().__init__()
        self.conv_first = nn.Conv2d(3, features, 3, padding=1)
        self.body = nn.Sequential(*(ResidualBlock(features, growth) for _ in range(blocks)))
        self.conv_body = nn.Conv2d(features, features, 3, padding=1)
        self.conv_up1 = nn.Conv2d(features, features, 3, padding=1)
        self.conv_up2 = nn.Conv2d(features, features, 3, padding=1)
        self.conv_hr = nn.Conv2d(features, features, 3, padding=1)
        self.conv_last = nn.Conv2d(features, 3, 3, padding=1)

    def forward(self, image: Tensor) -> Tensor:
        first = self.conv_first(image)
        found = first + self.conv_body(self.body(first))
        for convolution in (self.conv_up1, self.conv_up2):
            doubled = functional.interpolate(found, scale_factor=2, mode="nearest")
            found = functional.leaky_relu(convolution(doubled), SLOPE)
        return self.conv_last(functional.leaky_relu(self.conv_hr(found), SLOPE))


def read(path: Path) -> Esrgan:
    """Read a file of its weights: safetensors, or what ncnn calls ``.bin``.

    Raises:
        ModelLoadError: It is neither, or of another network; with one line.
    """
    if path.suffix.lower() == ".bin":
        return _of_ncnn(path)
    header.recognise(path)
    try:
        weights = load_file(path)
    except (OSError, SafetensorError, ValueError) as error:
        line = " ".join(str(error).split())
        raise ModelLoadError(f"{path}: expected Real-ESRGAN's weights, and it cannot be read: {line}") from error
    return _of_tensors(path, weights)


def _of_tensors(path: Path, weights: dict[str, Tensor]) -> Esrgan:
    first, dense = (weights.get(name) for name in ("conv_first.weight", "body.0.rdb1.conv1.weight"))
    numbers = {int(found[1]) for name in weights if (found := re.match(r"body\.(\d{1,3})\.", name))}
    if first is None or dense is None or not first.ndim * dense.ndim or len(numbers) > _MOST_BLOCKS:
        raise ModelLoadError(
            f"{path}: expected the weights of Real-ESRGAN's network (RRDB), and it holds no conv_first and body.0"
        )
    network = Esrgan(len(first), len(dense), len(numbers))
    own = network.state_dict()
    wrong = {name for name, one in own.items() if name not in weights or weights[name].shape != one.shape}
    wrong |= weights.keys() - own.keys()
    if wrong:
        raise ModelLoadError(
            f"{path}: expected the weights of Real-ESRGAN's network (RRDB), and {len(wrong)} of its tensors are "
            f"missing, of another shape or unknown, the first being {min(wrong)}"
        )
    network.load_state_dict(weights)
    return network


def _of_ncnn(path: Path) -> Esrgan:
    """Read the weights of each convolution in float16 and its bias in float32, one after the other."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelLoadError(f"{path}: cannot be read: {error.strerror}; expected ncnn's weights") from error
    with torch.device("meta"):
        none, one = (_ncnn_bytes(Esrgan(FEATURES, GROWTH, blocks)) for blocks in (0, 1))
    blocks, rest = divmod(len(data) - none, one - none)
    if rest or not 1 <= blocks <= _MOST_BLOCKS or not data.startswith(_NCNN_FLOAT16):
        raise ModelLoadError(
            f"{path}: expected Real-ESRGAN's weights as ncnn keeps them in float16, such as those of x4plus-anime, and "
            "this is something else"
        )
    network, at = Esrgan(FEATURES, GROWTH, blocks), 0
    for convolution in _convolutions(network):
        at += len(_NCNN_FLOAT16)
        for tensor, kind in ((convolution.weight, np.dtype("<f2")), (convolution.bias, np.dtype("<f4"))):
            if tensor is None:
                continue
            values = np.frombuffer(data, kind, tensor.numel(), at)
            tensor.data.copy_(torch.from_numpy(values.astype(np.float32)).reshape(tensor.shape))
            at += values.nbytes
    return network


def _ncnn_bytes(network: Esrgan) -> int:
    return sum(
        len(_NCNN_FLOAT16) + 2 * convolution.weight.numel() + 4 * convolution.out_channels
        for convolution in _convolutions(network)
    )


def _convolutions(network: Esrgan) -> list[nn.Conv2d]:
    """Give them in the order in which a picture goes through them."""
    return [module for module in network.modules() if isinstance(module, nn.Conv2d)]
