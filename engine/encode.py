"""Pixels to latents, as diffusers' img2img encodes them, in the room there is."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from engine import rescue
from engine.errors import NumericalFailure
from engine.transfer import send

if TYPE_CHECKING:
    from torch import Tensor

    from engine.memory import Limit
    from engine.model import Model
    from engine.wire import Pixels

log = logging.getLogger(__name__)

GAIN, SHIFT = 1.015, -0.002
"""On pixels of -1 … 1, for SDXL's VAE: found by experiment (InvokeAI, pull request 8637)."""


def encode(model: Model, pixels: Pixels, noise: Tensor | None) -> Tensor:
    """Encode a picture, whatever it takes.

    Args:
        model: Whose VAE does it.
        pixels: Of any size that this model can draw.
        noise: (1, C, h, w), on the host: encoding is a draw from a distribution. None: its mean is taken.

    Returns:
        Its latents, (1, C, h, w), in the model's dtype and scaled as the UNet wants them.

    Raises:
        NumericalFailure: They are not finite in float32 either.
        OutOfMemory: There is no room for it even in the smallest tiles.
    """
    rows = np.frombuffer(pixels.values, np.uint8).reshape(1, pixels.height, pixels.width, 3)
    image = send(torch.from_numpy(rows.copy()), model.device).permute(0, 3, 1, 2).float() / 255
    return encode_image(model, image, noise)


def encode_image(model: Model, image: Tensor, noise: Tensor | None) -> Tensor:
    """Encode a picture that is on the device, (1, 3, H, W) of 0 … 1; everything else is as for `encode`."""
    encoded = _in_the_room_there_is(model, image, noise, model.encodes_at_once)
    if encoded.isfinite().all():
        return encoded
    log.warning("an encoded picture is not finite; encoding it again in float32")
    with rescue.in_float32(model.vae):
        encoded = _in_the_room_there_is(model, image, noise, model.in_float32_at_once)
    if not encoded.isfinite().all():
        raise NumericalFailure("the encoded picture is not finite")
    return encoded


def _in_the_room_there_is(model: Model, image: Tensor, noise: Tensor | None, limit: Limit) -> Tensor:
    size = image.shape[-2] * image.shape[-1]
    return rescue.in_room(model, size, limit, lambda: _encode(model, image, noise), "encode")


def _encode(model: Model, image: Tensor, noise: Tensor | None) -> Tensor:
    vae: Any = model.vae  # its annotations know only CUDA's tensor types
    config: Any = vae.config
    pixels = 2 * image - 1
    if model.keeps_brightness:
        pixels = GAIN * pixels + SHIFT
    distribution = vae.encode(pixels.to(vae.dtype)).latent_dist
    latents = distribution.mean
    if noise is not None:
        latents = latents + distribution.std * send(noise.to(vae.dtype), model.device)
    latents = latents.to(model.dtype)
    mean, std = getattr(config, "latents_mean", None), getattr(config, "latents_std", None)
    if mean is None or std is None:
        return config.scaling_factor * latents
    mean, std = (
        send(torch.tensor(values, dtype=model.dtype).view(1, -1, 1, 1), model.device) for values in (mean, std)
    )
    return (latents - mean) * config.scaling_factor / std
