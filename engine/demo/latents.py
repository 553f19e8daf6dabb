"""What a latent means: how light, how red, how blue a patch is, and how much of it is hair, skin, clothes, face or ink.

The meaning is fixed, not learned, so that the UNet and the VAE can be trained at the same time; the decoder learns
to draw from it, and the encoder learns to see it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.demo.canvas import Part

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.demo.draw import Drawing

PATCH = 32
"""Pixels along a patch: what the VAE compresses by."""

CHANNELS = 8
_LUMA = np.asarray((0.3, 0.5, 0.2), dtype=np.float32)
_MEAN = np.asarray((0.57, 0.05, -0.01, 0.19, 0.09, 0.22, 0.02, 0.08), dtype=np.float32)
_STD = np.asarray((0.23, 0.165, 0.18, 0.36, 0.28, 0.4, 0.16, 0.16), dtype=np.float32)
"""Over 300 drawings; of features and ink, which are rare, half as much again, or their few patches would shout."""


def latents(drawing: Drawing, patch: int) -> NDArray[np.float32]:
    """Average a drawing over patches of this many pixels.

    Args:
        drawing: At any scale: a drawing at a quarter of its size has patches of `PATCH` / 4.
        patch: Divides both sides of the drawing.

    Returns:
        (8, height / patch, width / patch), each channel around 0 with a spread around 1.
    """
    colours = drawing.image.astype(np.float32) / 255
    light = colours @ _LUMA
    maps = [light, colours[..., 0] - light, colours[..., 2] - light]
    maps += [(drawing.parts == part).astype(np.float32) for part in Part if part is not Part.BACKGROUND]
    height, width = light.shape
    patches = np.stack(maps).reshape(CHANNELS, height // patch, patch, width // patch, patch).mean((2, 4))
    return (patches - _MEAN[:, None, None]) / _STD[:, None, None]
