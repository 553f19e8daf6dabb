"""Batches of drawings for the VAE: the same for the same seed and step, whoever draws them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from engine.demo.illustrator.illustrate import illustrate
from engine.demo.illustrator.scene import choose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor

    from engine.demo.illustrator.illustrate import Illustration

SHAPES = (
    (1024, 1024), (1152, 896), (1216, 832), (1344, 768), (1536, 640),
    (896, 1152), (832, 1216), (768, 1344), (640, 1536),
)  # fmt: skip
"""Width and height of the model card's nine shapes."""

_FACE = 3.0
"""How much more a face counts than what is around it."""

_FEATURE = 6.0
"""How much more eyes and a mouth do: they are the smallest parts of a face, and the first to be wrong."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Some drawings of one shape."""

    images: Tensor  # (B, 3, H, W), -1 … 1
    weights: Tensor  # (B, 1, H, W): how much each place counts
    faces: Tensor  # (B, 2): where the first face is, as shares of width and height; the middle where nobody is


def make_pictures(seed: int, step: int, count: int, scale: int) -> Pictures:
    """Draw one step's pictures.

    Args:
        seed: Of the training.
        step: Of the training; its rest by nine is the shape.
        count: How many.
        scale: They are so many times smaller than their shape.
    """
    random = Random(f"pictures {seed} {step}")
    size = tuple(side // scale for side in SHAPES[step % len(SHAPES)])
    drawn = [illustrate(choose(random), (size[0], size[1])) for _ in range(count)]
    return Pictures(
        torch.stack([as_tensor(one) for one in drawn]),
        torch.stack([weights_of(one) for one in drawn]),
        torch.tensor([_first_face(one) for one in drawn]),
    )


def drawn_ahead(seed: int, steps: range, count: int, scale: int, workers: int) -> Iterator[Pictures]:
    """Give the pictures of these steps; so many processes draw the next ones meanwhile, 0 draws between the steps."""
    return iter(DataLoader(_Steps(seed, count, scale), batch_size=None, sampler=steps, num_workers=workers))


class _Steps(Dataset[Pictures]):
    """The pictures of every step."""

    def __init__(self, seed: int, count: int, scale: int) -> None:
        self._seed, self._count, self._scale = seed, count, scale

    def __getitem__(self, index: int) -> Pictures:
        return make_pictures(self._seed, index, self._count, self._scale)


def as_tensor(drawn: Illustration) -> Tensor:
    """Give the pixels, (3, H, W), in -1 … 1."""
    return torch.from_numpy(np.array(drawn.image)).permute(2, 0, 1).float() / 127.5 - 1


def weights_of(drawn: Illustration) -> Tensor:
    """Say how much each place counts, (1, H, W): faces more than what is around them."""
    weights = torch.ones(1, drawn.image.height, drawn.image.width)
    for face in drawn.faces:
        (x, y), u = face.middle, face.unit
        top, left = max(0, int(y - 0.2 * u)), max(0, int(x - 0.95 * u))
        weights[:, top : max(top, int(y + 1.15 * u)), left : max(left, int(x + 0.95 * u))] = _FACE
        r = 0.3 * u
        for x, y in (*face.eyes, face.mouth):
            weights[:, max(0, int(y - r)) : max(0, int(y + r)), max(0, int(x - r)) : max(0, int(x + r))] = _FEATURE
    return weights


def _first_face(drawn: Illustration) -> tuple[float, float]:
    if not drawn.faces:
        return 0.5, 0.5
    x, y = drawn.faces[0].middle
    return x / drawn.image.width, y / drawn.image.height
