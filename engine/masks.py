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

FADE = 96
"""Pixels inside of a mask over which a difference of colours at its edge fades."""

_ROUNDS = 4
"""How often what is between is made the mean of what is around, at every size from coarse to fine."""

_SQUARE = 8
"""Pixels of a square whose distance from the edge is counted."""

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

    What is kept has been drawn too: by how much it came out otherwise there is how much its neighbours did. Each pixel
    of the edge says so for itself, and the further inside the more of them are taken together, as a stretched skin
    does (Pérez et al., "Poisson Image Editing", 2003).

    Args:
        old: The picture.
        new: Of the same size, drawn as a whole.
        mask: (H, W), of sides that are multiples of eight.
    """
    kept = mask == 0
    edge = kept & _grown(~kept)
    share = _fading(kept)
    rows, columns = (np.flatnonzero(((share > 0) & ~kept).any(axis)) for axis in (1, 0))
    if not (edge.any() and rows.size):
        return new
    high, wide = (slice(max(0, one[0] - 1), one[-1] + 2) for one in (rows, columns))
    known = edge[high, wide, None]
    apart = np.where(known, old[high, wide].astype(np.float32) - new[high, wide], np.float32(0))
    lighter = new.copy()
    change = _stretched(apart, known) * share[high, wide, None]
    lighter[high, wide] = np.clip(np.rint(new[high, wide] + change), 0, 255)
    return lighter


def _stretched(values: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Fill what is not known, of (H, W, C), smoothly: from coarse to fine, everywhere about the mean of what is around.

    Args:
        values: 0 where nothing is known.
        known: (H, W, 1)
    """
    if known.all():
        return values
    height, width, channels = values.shape
    evened = [np.pad(one, ((0, height % 2), (0, width % 2), (0, 0))) for one in (values, known)]
    sums, counts = (one[::2, ::2] * 1.0 + one[1::2, ::2] + one[::2, 1::2] + one[1::2, 1::2] for one in evened)
    coarse = _stretched((sums / np.maximum(counts, 1)).astype(np.float32), counts > 0)
    size = (2 * coarse.shape[1], 2 * coarse.shape[0])
    filled = np.stack([_resized(coarse[..., one], size) for one in range(channels)], axis=-1)[:height, :width]
    for _ in range(_ROUNDS):
        filled = _spread(np.where(known, values, filled), _mean)
    return np.where(known, values, filled)


def _fading(kept: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Give the share of a difference that is left at each pixel, (H, W): all at the edge, none from `FADE` on."""
    height, width = kept.shape
    squares = kept.reshape(height // _SQUARE, _SQUARE, width // _SQUARE, _SQUARE)
    far: NDArray[np.bool_] = np.logical_not(squares.any(axis=(1, 3)))
    distance = np.zeros(far.shape, np.float32)
    for _ in range(FADE // _SQUARE + 1):
        distance += far
        far = _eroded(far)
    further = _resized(distance, (width, height)) - (0.5 + 0.5 / _SQUARE)  # than the first pixel inside
    return np.clip(1 - further * _SQUARE / FADE, 0, 1).astype(np.float32)


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
