"""The latents of many drawings, made once and kept beside the state: a picture is looked at many times."""

from __future__ import annotations

import logging
from random import Random
from typing import TYPE_CHECKING

import torch
from torch.utils.data import DataLoader, Dataset

from engine.demo.illustrator.illustrate import illustrate
from engine.demo.illustrator.scene import choose
from engine.demo.learning.pictures import SHAPES, as_tensor
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


def scene_of(seed: int, number: int) -> Scene:
    """Give one drawing's scene; its number's rest by nine is the shape."""
    return choose(Random(f"scene {seed} {number}"), emphasised=EMPHASISED)


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
        self._blocks: dict[int, list[Tensor]] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def get(self, numbers: list[int]) -> Tensor:
        """Give the latents of drawings of one shape, (B, 16, h, w)."""
        return torch.stack([self._block(number // BLOCK)[number % BLOCK] for number in numbers]).float()

    def _block(self, number: int) -> list[Tensor]:
        if number not in self._blocks:
            path = self._folder / f"{number:05}.pt"
            if path.exists():
                self._blocks[number] = torch.load(path, map_location="cpu", weights_only=True)
            else:
                self._blocks[number] = self._make(number)
                unfinished = path.with_suffix(".part")
                torch.save(self._blocks[number], unfinished)
                unfinished.replace(path)
        return self._blocks[number]

    @torch.inference_mode()
    def _make(self, block: int) -> list[Tensor]:
        """Draw and encode one block."""
        drawn = DataLoader(_Drawings(self._seed, block), batch_size=None, num_workers=self._workers)
        found: list[Tensor] = []
        for picture in drawn:
            self._state.wait_while_paused()
            with torch.autocast(self._device, dtype=torch.bfloat16):
                z = self._coder.encode(picture[None].to(self._device))
            found.append(z[0].half().cpu())
        log.info("latents: block %d of %d drawings", block, BLOCK)
        return found


class _Drawings(Dataset["Tensor"]):
    """The drawings of one block, at a quarter of their size."""

    def __init__(self, seed: int, block: int) -> None:
        self._seed = seed
        self._first = block * BLOCK

    def __len__(self) -> int:
        return BLOCK

    def __getitem__(self, index: int) -> Tensor:
        number = self._first + index
        width, height = SHAPES[number % len(SHAPES)]
        return as_tensor(illustrate(scene_of(self._seed, number), (width // SCALE, height // SCALE)))
