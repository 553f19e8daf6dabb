"""The latents of many drawings, made once and kept beside the state: a picture is looked at many times.

Beside them lies how much each place counts, as for the VAE: a face is a twentieth of a picture, and most of what is
seen of it.
"""

from __future__ import annotations

import logging
import os
from random import Random
from typing import TYPE_CHECKING

import torch
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from engine.demo.illustrator.illustrate import illustrate
from engine.demo.illustrator.scene import choose
from engine.demo.learning.pictures import SHAPES, as_tensor, weights_of
from engine.demo.learning.vae import SCALE

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from engine.demo.illustrator.scene import Scene
    from engine.demo.learning.state import TrainingState
    from engine.demo.learning.vae import Coder

log = logging.getLogger(__name__)

BLOCK = 288
"""Drawings in one file, of each shape as many."""

EMPHASISED = 0.3
"""Share of the people whose hair has a weight other than 1."""

_SELDOM = 2.2
"""How many times as often as usual comes what is seldom: what a model must follow, it has to meet."""


def scene_of(seed: int, number: int) -> Scene:
    """Give one drawing's scene; its number's rest by nine is the shape."""
    return choose(Random(f"scene {seed} {number}"), emphasised=EMPHASISED, seldom=_SELDOM)


class Latents:
    """The latents of as many drawings as there are blocks; a block is made when it is first asked for."""

    def __init__(
        self, coder: Coder, folder: Path, state: TrainingState, *, seed: int, device: str, workers: int = 0
    ) -> None:
        """Take what encodes, and where the blocks are kept: they belong to these weights and this seed."""
        self._coder = coder.eval()
        self._folder = folder
        self._state = state
        self._seed = seed
        self._device = device
        self._workers = workers
        self._blocks: dict[int, list[tuple[Tensor, Tensor]]] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def get(self, numbers: list[int]) -> tuple[Tensor, Tensor]:
        """Give the latents of drawings of one shape, (B, 16, h, w), and how much each place counts, (B, 1, h, w)."""
        found = [self._block(number // BLOCK)[number % BLOCK] for number in numbers]
        latents, weights = zip(*found, strict=True)
        return torch.stack(latents).float(), torch.stack(weights).float()

    def _block(self, number: int) -> list[tuple[Tensor, Tensor]]:
        if number not in self._blocks:
            path = self._folder / f"{number:05}.pt"
            if path.exists():
                self._blocks[number] = torch.load(path, map_location="cpu", weights_only=True)
            else:
                self._blocks[number] = self._make(number)
                unfinished = path.with_suffix(f".{os.getpid()}")  # processes that share a step make the same block
                torch.save(self._blocks[number], unfinished)
                unfinished.replace(path)
        return self._blocks[number]

    @torch.inference_mode()
    def _make(self, block: int) -> list[tuple[Tensor, Tensor]]:
        """Draw and encode one block."""
        drawn = DataLoader(_Drawings(self._seed, block), batch_size=None, num_workers=self._workers)
        found: list[tuple[Tensor, Tensor]] = []
        for picture, weights in drawn:
            self._state.wait_while_paused()
            with torch.autocast(self._device, dtype=torch.bfloat16):
                z = self._coder.encode(picture[None].to(self._device))
            size = z.shape[2], z.shape[3]
            found.append((z[0].half().cpu(), functional.adaptive_avg_pool2d(weights, size).half()))
        log.info("latents: block %d of %d drawings", block, BLOCK)
        return found


class _Drawings(Dataset["tuple[Tensor, Tensor]"]):
    """The drawings of one block, at a quarter of their size, and how much each of their places counts."""

    def __init__(self, seed: int, block: int) -> None:
        self._seed = seed
        self._first = block * BLOCK

    def __len__(self) -> int:
        return BLOCK

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        number = self._first + index
        width, height = SHAPES[number % len(SHAPES)]
        drawn = illustrate(scene_of(self._seed, number), (width // SCALE, height // SCALE))
        return as_tensor(drawn), weights_of(drawn)
