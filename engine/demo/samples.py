"""Batches of training pictures: latents, captions and sizes, the same for the same seed and step."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import torch

from engine.demo.draw import draw
from engine.demo.latents import PATCH, latents
from engine.demo.portrait import choose

if TYPE_CHECKING:
    from torch import Tensor

    from engine.demo.caption import Caption, Layout, Writer

SHAPES = (
    (1024, 1024), (1152, 896), (1216, 832), (1344, 768), (1536, 640),
    (896, 1152), (832, 1216), (768, 1344), (640, 1536),
)  # fmt: skip
"""Width and height of the model card's nine shapes."""

_SCALE = 4
"""Training pictures are drawn this many times smaller: a patch's mean is the same and the pen four times as quick."""


@dataclass(frozen=True, slots=True)
class Mix:
    """What a part of the training practises."""

    layouts: tuple[Layout, ...]
    """Of the captions, one step after the other, again and again; a number that has no divisor in common with 9 meets
    every shape."""
    emphasised: float
    """Share of the pictures whose hair has a weight other than 1."""
    often: tuple[str, ...] = ()
    """Colours of hair that come more often, as `choose` has it."""


@dataclass(frozen=True, slots=True)
class TrainingBatch:
    """Some pictures of one shape."""

    latents: Tensor  # (B, 8, H/32, W/32)
    ids: Tensor  # (B, chunks, 77)
    weights: Tensor  # (B, chunks, 77)
    time_ids: Tensor  # (B, 6)


def make_batch(writer: Writer, mix: Mix, size: int, shrink: int, seed: int, step: int) -> TrainingBatch:
    """Draw one step's pictures.

    Args:
        writer: Writes the captions.
        mix: What they are.
        size: How many pictures.
        shrink: Pictures are this many times smaller than their shape, and say so as SDXL's training pictures do: the
            original's size first, their own last.
        seed: Of the training.
        step: Of the training.
    """
    random = Random(f"{seed} {step}")
    width, height = (side // shrink for side in SHAPES[step % len(SHAPES)])
    layout = mix.layouts[step % len(mix.layouts)]
    portraits = [choose(random, mix.emphasised, mix.often) for _ in range(size)]
    drawings = [draw(portrait, (width // _SCALE, height // _SCALE)) for portrait in portraits]
    captions = [writer.write(portrait, random, layout) for portrait in portraits]
    ids, weights = stack(captions, writer.empty())
    return TrainingBatch(
        torch.from_numpy(np.stack([latents(drawing, PATCH // _SCALE) for drawing in drawings])),
        ids,
        weights,
        torch.tensor([[height * shrink, width * shrink, 0, 0, height, width]] * size, dtype=torch.float32),
    )


def stack(captions: list[Caption], empty: Caption) -> tuple[Tensor, Tensor]:
    """Give tokens and weights, (B, chunks, 77) each; shorter captions end in empty chunks."""
    most = max(len(caption.ids) for caption in captions)
    ids = [caption.ids + empty.ids * (most - len(caption.ids)) for caption in captions]
    weights = [caption.weights + empty.weights * (most - len(caption.weights)) for caption in captions]
    return torch.tensor(ids), torch.tensor(weights)
