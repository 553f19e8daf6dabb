"""What a repainting asks of its passes and of its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from engine import masks
from engine.repainting import ChangeMap
from engine.wire import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.model import Model
    from engine.wire import Generate, Repaint, SamplingParams


def change(repaint: Repaint, sampling: SamplingParams, model: Model) -> ChangeMap:
    """Say what of the picture is drawn anew."""
    mask = _mask(repaint, sampling)
    if repaint.plain:
        return _map(masks.corners(mask, model.compression), gradual=False)
    return _map(masks.softened(masks.cells(mask, model.compression)), gradual=True)


def change_at_the_joint(repaint: Repaint, sampling: SamplingParams, model: Model) -> ChangeMap:
    """Say over what the light pass goes: what is new and near to what was kept."""
    return _map(masks.joint(masks.cells(_mask(repaint, sampling), model.compression)), gradual=True)


def laid_over(request: Generate, new: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lay what was drawn anew over what the request began with, (H, W, 3).

    Raises:
        ValueError: It began with no pixels, or is no repainting.
    """
    if request.start is None or request.repaint is None or not isinstance(request.start.image, Pixels):
        raise ValueError("there is nothing to lay it over")
    old = np.frombuffer(request.start.image.values, np.uint8).reshape(new.shape)
    mask = _mask(request.repaint, request.sampling)
    return masks.paste(old, masks.matched(old, new, mask), masks.laid(mask, request.repaint.feather))


def _mask(repaint: Repaint, sampling: SamplingParams) -> NDArray[np.uint8]:
    return np.frombuffer(repaint.mask, np.uint8).reshape(sampling.height, sampling.width)


def _map(shares: NDArray[np.float32], *, gradual: bool) -> ChangeMap:
    return ChangeMap(torch.from_numpy(np.ascontiguousarray(shares))[None, None], gradual)
