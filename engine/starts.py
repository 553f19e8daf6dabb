"""What a pass begins with in place of noise: latents or pixels that came with the request, or the pass before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch.nn import functional

from engine import packed, rescue
from engine.encode import encode, encode_image
from engine.wire import Latents

if TYPE_CHECKING:
    from torch import Tensor

    from engine.denoise import Noise
    from engine.model import Model
    from engine.wire import Pixels, SamplingParams


def brought(image: Latents | Pixels, sampling: SamplingParams, model: Model, noise: Noise, _before: object) -> Tensor:
    """Bring it to the device, or encode it there: (1, C, h, w).

    Raises:
        GenerationError: There is no such latent picture for this model.
    """
    if isinstance(image, Latents):
        return packed.unpack(model, image, width=sampling.width, height=sampling.height)
    return encode(model, image, noise.encoding)


def the_same(_model: Model, _noise: Noise, before: Tensor | None) -> Tensor:
    """Give what the pass before ended with: (1, C, h, w).

    Raises:
        ValueError: It is the first pass.
    """
    if before is None:
        raise ValueError("there is no pass before this one")
    return before


def larger(sampling: SamplingParams, model: Model, noise: Noise, before: Tensor | None) -> Tensor:
    """Enlarge what the pass before ended with, (1, C, h, w): as the model's official Space does, by repeating latents.

    Where the operator named an upscaler, that enlarges the picture, which is encoded again.

    Raises:
        GenerationError: There is no picture to upscale, or no room for it.
        ValueError: It is the first pass.
    """
    before = the_same(model, noise, before)
    if model.upscaler is not None:
        pixels = rescue.decode(model, before)
        image = model.upscaler.enlarge(pixels, width=sampling.width, height=sampling.height)
        return encode_image(model, image, noise.encoding)
    size = (sampling.height // model.compression, sampling.width // model.compression)
    return functional.interpolate(before, size=size, mode="nearest-exact")
