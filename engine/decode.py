"""Latents to pixels, and to small previews of what they are going to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from engine.errors import NumericalFailure
from engine.transfer import fetch, send

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from engine.model import Model

PREVIEW_SIDE = 256
"""Pixels on the long side of a preview that goes through the VAE."""

_RGB_FROM_LATENTS = ((60, -60, 25, -70), (60, -5, 15, -50), (60, 10, -5, -35))
_RGB_BIAS = (150, 140, 130)
"""Timothy Alexis Vass, "Explaining the SDXL latent space": the linear map that diffusers' documentation uses for
previews (docs/source/en/using-diffusers/callback.md)."""

_SDXL_LATENTS = (4, 8)
"""Channels and compression of the latents that this map is for."""


def decode(model: Model, latents: Tensor) -> NDArray[np.uint8]:
    """Decode one sample's latents, (1, C, h, w).

    Returns:
        Its pixels, (H, W, 3), exactly as diffusers' `VaeImageProcessor` rounds them.

    Raises:
        NumericalFailure: The picture is black, or some of it is not a number.
    """
    return begin(model, latents)()


def begin(model: Model, latents: Tensor) -> Callable[[], NDArray[np.uint8]]:
    """Queue the decoding on the device.

    Returns:
        What waits for the pixels, in any thread, and gives or raises what `decode` does.
    """
    image = _decode(model, latents)
    finite = fetch(image.sum(dtype=torch.float32).isfinite())  # one number that any NaN in it spoils
    pixels = fetch(_rounded(image))

    def wait() -> NDArray[np.uint8]:
        arrived = pixels()
        if not (finite() and arrived.any()):
            raise NumericalFailure("the decoded picture is black or not finite")
        return arrived

    return wait


def preview(model: Model, latents: Tensor) -> NDArray[np.uint8]:
    """Show predicted latents, (1, C, h, w), at next to no cost.

    SDXL's four channels are nearly colours: a 3 × 4 matrix gives a picture of an eighth of the size. For other latents
    there is no such matrix, so the latents are shrunk and the VAE decodes those few.
    """
    return begin_preview(model, latents)()


def begin_preview(model: Model, latents: Tensor) -> Callable[[], NDArray[np.uint8]]:
    """Queue a preview on the device; gives what waits for it, in any thread."""
    if (latents.shape[1], model.compression) == _SDXL_LATENTS:
        weights = send(torch.tensor(_RGB_FROM_LATENTS, dtype=torch.float32), latents.device)
        bias = send(torch.tensor(_RGB_BIAS, dtype=torch.float32).view(1, -1, 1, 1), latents.device)
        return fetch(_rounded(torch.einsum("blhw,rl->brhw", latents.float(), weights) + bias))
    shrink = PREVIEW_SIDE / (max(latents.shape[2:]) * model.compression)
    if shrink < 1:
        size = [max(1, round(side * shrink)) for side in latents.shape[2:]]
        latents = functional.interpolate(latents.float(), size=size, mode="area")
    return fetch(_rounded(_decode(model, latents)))


def _decode(model: Model, latents: Tensor) -> Tensor:
    """Give (1, 3, H, W) of 0 … 255, not rounded; what is not a number stays none."""
    config: Any = model.vae.config
    latents = latents.to(model.vae.dtype)
    if getattr(config, "latents_mean", None) is not None and getattr(config, "latents_std", None) is not None:
        mean, std = (
            send(torch.tensor(values, dtype=latents.dtype).view(1, -1, 1, 1), latents.device)
            for values in (config.latents_mean, config.latents_std)
        )
        latents = latents * std / config.scaling_factor + mean
    else:
        latents = latents / config.scaling_factor
    vae: Any = model.vae  # its annotations know only CUDA's tensor types
    image = vae.decode(latents, return_dict=False)[0]
    return image.float().mul(0.5).add_(0.5).clamp_(0, 1).mul_(255)


def _rounded(image: Tensor) -> Tensor:
    """Round (1, 3, H, W) of 0 … 255 to (H, W, 3) on the device, so that a quarter of the bytes are copied."""
    return image[0].permute(1, 2, 0).nan_to_num(0).clamp_(0, 255).round_().to(torch.uint8).contiguous()
