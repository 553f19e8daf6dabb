"""What a mask over pixels means for latents, and how what was drawn anew is laid into the picture; pure.

Everywhere 0 is kept, and what is larger is drawn anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

FEATHER = 8
"""Pixels inside of a mask's edge over which what is new appears: one latent, and WebUI's usual blur of 4 both ways."""

MATCHED = 8
"""Pixels of a square whose colours are compared."""
_SPREADS = 3
"""Squares over which a difference of colours fades inside of a mask."""

EDGE_SHARE = 0.5
"""Of a mask's outermost latents: they are drawn anew in the second half of the steps, over what was there."""

JOINT = 3
"""Latents on which a light pass goes over the edge."""


def cells(mask: NDArray[np.uint8], side: int) -> NDArray[np.float32]:
    """Give the share of each latent, (h, w): the largest of its pixels', because what is marked must change.

    Args:
        mask: (H, W)
        side: Pixels to one latent.
    """
    height, width = mask.shape
    return mask.reshape(height // side, side, width // side, side).max(axis=(1, 3)).astype(np.float32) / 255


def corners(mask: NDArray[np.uint8], side: int) -> NDArray[np.float32]:
    """Give 0 or 1 for each latent, (h, w), by the first of its pixels, as diffusers does."""
    return (mask[::side, ::side] / np.float32(255) >= 0.5).astype(np.float32)  # noqa: PLR2004  a half


def softened(shares: NDArray[np.float32]) -> NDArray[np.float32]:
    """Let the outermost latents of a mask come later, (h, w); where it is too thin to have others, nothing."""
    inside = _eroded(shares > 0)
    edge = _grown(inside) & ~inside
    return np.where(edge, np.minimum(shares, EDGE_SHARE), shares)


def joint(shares: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mark the latents inside of a mask that are near to its edge, (h, w)."""
    inner = shares > 0
    for _ in range(JOINT):
        inner = _eroded(inner)
    return np.where(inner, np.float32(0), shares)


def laid(mask: NDArray[np.uint8], feather: int = FEATHER) -> NDArray[np.float32]:
    """Say how much of what is new is to be seen at each pixel, (H, W): nothing outside, all of it well inside.

    A stroke that is thinner than the feather has all of it in its middle. The picture's own edge is no edge of a mask.

    Args:
        mask: (H, W)
        feather: Pixels over which it appears; 0: at once.
    """
    shown: NDArray[np.float32] = mask.astype(np.float32) / np.float32(255)
    if not feather:
        return shown
    inside = mask > 0
    depth = np.zeros(mask.shape, np.uint8)
    layer = inside
    for _ in range(feather):
        depth += layer
        layer = _eroded(layer)
    deepest = depth
    for _ in range(feather):
        deepest = _spread(deepest, np.maximum)
    feathered = np.zeros(mask.shape, np.float32)
    np.divide(depth, deepest, out=feathered, where=inside)
    return np.minimum(shown, feathered, dtype=np.float32)


def matched(old: NDArray[np.uint8], new: NDArray[np.uint8], mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Bring the colours of new pixels, (H, W, 3), to those of the old ones at the mask's edge, and less further inside.

    What is kept has been drawn too: by how much it came out otherwise there is how much its neighbours did.

    Args:
        old: The picture.
        new: Of the same size, drawn as a whole.
        mask: (H, W), of sides that are multiples of eight.
    """
    height, width = mask.shape
    kept = (mask == 0).astype(np.float32)[..., None]
    apart = (old.astype(np.float32) - new) * kept
    squares = (height // MATCHED, MATCHED, width // MATCHED, MATCHED, -1)
    amount, weight = (one.reshape(squares).mean(axis=(1, 3)) for one in (apart, kept))
    for _ in range(_SPREADS):
        amount, weight = (_spread(one, _mean) for one in (amount, weight))
    near = np.minimum(1, 2 * weight) * amount / np.maximum(weight, 1e-3)
    change = np.stack([_resized(near[..., channel], (width, height)) for channel in range(3)], axis=-1)
    return np.clip(np.rint(new + change), 0, 255).astype(np.uint8)


def paste(old: NDArray[np.uint8], new: NDArray[np.uint8], shown: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Lay new pixels over old ones, (H, W, 3); where nothing of them is shown the old ones stay to the last bit.

    Args:
        old: The picture.
        new: Of the same size.
        shown: How much of the new ones, (H, W).
    """
    where = shown > 0
    share = shown[where][:, None]
    pasted = old.copy()
    pasted[where] = np.rint(old[where] * (1 - share) + new[where] * share).astype(np.uint8)
    return pasted


def _eroded(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return _spread(inside, np.logical_and)


def _grown(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return _spread(inside, np.logical_or)


def _mean(one: NDArray, other: NDArray) -> NDArray:
    """Of three neighbours, joined in turn: a quarter, a quarter and a half."""
    return (one + other) / 2


def _resized(values: NDArray, size: tuple[int, int]) -> NDArray[np.float32]:
    return np.asarray(Image.fromarray(values.astype(np.float32)).resize(size, Image.Resampling.BILINEAR))


def _spread(values: NDArray, join: Callable[..., NDArray]) -> NDArray:
    """Join each value with its eight neighbours, side by side first; beyond the edge stands what stands there."""
    for axis in (0, 1):
        padded = np.pad(values, [(1, 1) if axis == one else (0, 0) for one in range(values.ndim)], mode="edge")
        before, after = (padded[:-2], padded[2:]) if axis == 0 else (padded[:, :-2], padded[:, 2:])
        values = join(join(before, after), values)
    return values
