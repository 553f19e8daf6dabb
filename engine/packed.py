"""Latents as they travel and lie on a disk, in half precision, and back on the device."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from engine.errors import InvalidParameters
from engine.transfer import fetch, send
from engine.wire import Latents

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from engine.model import Model

FORM = "<f2"
"""As numpy calls it; a card draws in no other precision, and the CPU's numbers are rounded to it."""


def begin(latents: Tensor) -> Callable[[], Latents]:
    """Queue the copy of one sample's latents, (1, C, h, w), to the host; gives what waits for it, in any thread."""
    arriving = fetch(latents[0].to(torch.float16))

    def wait() -> Latents:
        array = arriving()
        channels, height, width = array.shape
        return Latents(channels=channels, height=height, width=width, values=array.astype(FORM, copy=False).tobytes())

    return wait


def unpack(model: Model, latents: Latents, *, width: int, height: int) -> Tensor:
    """Bring latents to the device, (1, C, h, w), for a picture of this size in pixels.

    Raises:
        InvalidParameters: They are of another size, of another kind of model, or not finite.
    """
    shape = (latents.channels, latents.height, latents.width)
    expected = (model.latent_channels, height // model.compression, width // model.compression)
    if shape != expected:
        raise InvalidParameters(f"latents of {_by(shape)}: this model's for {width}×{height} are {_by(expected)}")
    array = np.frombuffer(latents.values, FORM).reshape(1, *shape)
    if not np.isfinite(array).all():
        raise InvalidParameters("latents that are not finite")
    return send(torch.from_numpy(array.astype(np.float16)).to(model.dtype), model.device)


def _by(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))
