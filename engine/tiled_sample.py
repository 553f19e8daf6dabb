"""A sample that is predicted tile by tile and steps as a whole: each tile is a row of a call like any other.

Bar-Tal et al., "MultiDiffusion" (arXiv 2302.08113), equation 5, with weights that fall off towards a tile's edges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from engine.conditioning import Conditioning
from engine.transfer import send

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from engine.denoise import Sample
    from engine.model import Model
    from engine.tiles import CoveringTile, Tiling


class Tile:
    """What of a sample lies in one tile."""

    def __init__(self, model: Model, sample: Sample, tile: CoveringTile) -> None:
        """Bring to the device what the tile needs besides its sample."""
        rows, columns = tile
        self.whole = sample
        self._place = (
            ...,
            slice(rows.start, rows.start + rows.length),
            slice(columns.start, columns.start + columns.length),
        )
        shares = torch.tensor(rows.shares).unsqueeze(1) * torch.tensor(columns.shares)
        self._shares = send(shares, model.device)
        """(h, w)"""
        self.conditioning = _of_tile(model, sample, tile)
        height, width = (model.compression * span.length for span in tile)
        self.key = sample.key._replace(height=height, width=width)

    def model_input(self) -> Tensor:
        """Give the tile's latents as the UNet wants them at this timestep, (1, C, h, w)."""
        return self.whole.model_input()[self._place]

    def add_to(self, whole: Tensor, noise_pred: Tensor) -> None:
        """Add the tile's noise prediction, (1, C, h, w), to that of the whole sample, for its share."""
        whole[self._place] += self._shares * noise_pred


def divide(model: Model, sample: Sample, tiling: Tiling) -> tuple[Tile, ...]:
    """Cover a sample with tiles; it may have taken steps already."""
    cover = tiling.cover(width=sample.key.width, height=sample.key.height, compression=model.compression)
    return tuple(Tile(model, sample, tile) for tile in cover)


def average(sample: Sample, tiles: Sequence[Tile], noise_preds: Sequence[Tensor]) -> Tensor:
    """Make one noise prediction, (1, C, h, w), of those of all tiles; of one tile that covers it all, the same bits."""
    whole = torch.zeros_like(sample.latents, dtype=torch.float32)
    for tile, noise_pred in zip(tiles, noise_preds, strict=True):
        tile.add_to(whole, noise_pred)
    return whole.to(noise_preds[0].dtype)


def _of_tile(model: Model, sample: Sample, tile: CoveringTile) -> Conditioning:
    """Tell the UNet that it sees a part of a larger picture, as it was told of cropped ones in its training.

    Podell et al., "SDXL" (arXiv 2307.01952), section 2.2: original size, crop, target size.
    """
    crop = (model.compression * span.start for span in tile)
    target = (model.compression * span.length for span in tile)
    whole, sizes = sample.conditioning, [sample.key.height, sample.key.width, *crop, *target]
    add_time_ids = torch.tensor([sizes] * len(whole.add_time_ids), dtype=model.dtype)
    return Conditioning(whole.prompt_embeds, whole.pooled_prompt_embeds, send(add_time_ids, model.device))
