"""Noise between that of a picture's seed and that of another: WebUI's variation seed, number by number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from engine.denoise import draw_first

if TYPE_CHECKING:
    from torch import Tensor

    from engine.denoise import Noise
    from engine.model import Model
    from engine.plan import Draw, PlannedPicture
    from engine.wire import SamplingParams, Variation

HEIGHT = 2
"""The axis of (1, C, h, w) along which directions are measured. WebUI meant the whole noise; its recipes replay only
with what it does, which is one angle for each channel and column."""

ALIKE = 0.9995
"""Above this mean cosine WebUI mixes plainly, because sines would be divided by nearly nothing."""


def varied(variation: Variation, draw: Draw) -> Draw:
    """Let what `draw` draws begin with its first noise turned towards another seed's; a strength of 0 turns nothing.

    What the steps add goes on from the picture's own seed, so that even with it the picture stays recognisable.
    """

    def draw_varied(model: Model, sampling: SamplingParams, picture: PlannedPicture, begin_index: int) -> Noise:
        noise = draw(model, sampling, picture, begin_index)
        if not variation.strength:
            return noise
        generator = torch.Generator().manual_seed(variation.seeds[picture.number])
        return noise._replace(first=between(noise.first, draw_first(model, sampling, generator), variation.strength))

    return draw_varied


def between(noise: Tensor, other: Tensor, strength: float) -> Tensor:
    """Turn noise towards another noise, both (1, C, h, w), by a share of the angle between them.

    Shoemake, "Animating Rotation with Quaternion Curves" (1985), section 3.3, for each channel and column by itself.
    """
    a, b = noise.float(), other.float()
    directions = (one / torch.norm(one, dim=HEIGHT, keepdim=True) for one in (a, b))
    first, second = directions
    cosine = (first * second).sum(HEIGHT, keepdim=True)
    if cosine.mean() > ALIKE:
        return (strength * a + (1 - strength) * b).to(noise.dtype)  # the wrong way round, as WebUI does
    omega = torch.acos(cosine)
    turned = (
        torch.sin((1 - strength) * omega) / torch.sin(omega) * a + torch.sin(strength * omega) / torch.sin(omega) * b
    )
    return turned.to(noise.dtype)
