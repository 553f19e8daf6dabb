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


def larger(
    small: SamplingParams, large: SamplingParams, model: Model, noise: Noise, before: Tensor | None
) -> Tensor:  # fmt: skip
    """Enlarge what the pass before ended with, (1, C, h, w): as the model's official Space does, by repeating latents.

    Where the operator named an upscaler, that enlarges the picture, which is encoded again.

    Args:
        small: How large the picture is.
        large: How large it becomes.
        model: What draws it; its latents may go on beyond either.
        noise: Of its encoding.
        before: What the pass before ended with.

    Raises:
        GenerationError: There is no picture to upscale, or no room for it.
        ValueError: It is the first pass.
    """
    before = the_same(model, noise, before)
    height, width = (-(-side // model.compression) for side in (large.height, large.width))
    if model.upscaler is None:
        factors = (large.height / small.height, large.width / small.width)
        further = functional.pad(before, (0, 1, 0, 1), mode="replicate")
        repeated = functional.interpolate(further, scale_factor=factors, mode="nearest-exact")
        return repeated[..., :height, :width].contiguous()
    pixels = rescue.decode(model, before)[: small.height, : small.width]
    image = model.upscaler.enlarge(pixels, width=large.width, height=large.height)
    beyond = (0, width * model.compression - large.width, 0, height * model.compression - large.height)
    return encode_image(model, functional.pad(image, beyond, mode="replicate"), noise.encoding)
