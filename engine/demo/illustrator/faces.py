"""Finds the faces in a picture by where skin and ink lie, as the mean face of many drawings has them.

The mean faces lie beside it; `python -m engine.demo.illustrator.faces` draws them anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from safetensors.numpy import load_file, save_file

from engine.demo.illustrator.eyes import EYE_X, EYE_Y
from engine.demo.illustrator.palette import LUMA

if TYPE_CHECKING:
    from numpy.typing import NDArray

_UNIT = 9
"""Pixels of half a face's width in the template, and in the picture as it is searched."""

_LEFT, _TOP, _BOTTOM = 1.25, 0.75, 1.45
"""How far the template reaches from the face's middle, in such halves."""

_SMALLEST, _LARGEST, _STEP = 0.055, 0.27, 1.06
"""Half a face's width as a share of the picture's shorter side, and from one size searched to the next."""

_ALIKE = 0.52
"""The correlation from which on something is a face."""

_LARGE = 0.08
"""How much a large face is preferred to a small one, by the logarithm of its size: two hands may look like one."""

_APART = 2.3
"""No two faces are nearer than so many halves of the wider."""

_INKED, _UNEVEN = 0.11, 0.25
"""The least share of ink around an eye, closed ones included, and by how much two of a face may differ."""

_WEIGHTS = np.asarray((0.65, 0.35))
"""Of skin and of ink in the likeness."""

_SAMPLES = 24

MEAN_FACES = Path(__file__).with_name("mean_faces.safetensors")
"""What `mean_faces` draws takes a second; here it is at hand."""


@dataclass(frozen=True, slots=True)
class FoundFace:
    """A face: its middle and half its width, in the picture's pixels, and how much it is like the mean face."""

    x: float
    y: float
    unit: float
    alike: float


def skin(pixels: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell which pixels, (H, W, 3) of 0 … 255, have the colour of skin, in the light or in the shade."""
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    warm, yellow = red - green, green - blue
    return (red > 186) & (warm > 10) & (warm < 64) & (yellow > 4) & (yellow < 40)


def dark(pixels: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell which pixels, (H, W, 3), are about as dark as ink."""
    return pixels @ np.asarray(LUMA, np.float32) < 100


def find_faces(image: Image.Image) -> list[FoundFace]:
    """Give the faces of a picture, from left to right."""
    pixels = np.asarray(image.convert("RGB"), dtype=np.float32)
    maps = [Image.fromarray(part(pixels).astype(np.uint8) * 255) for part in (skin, dark)]
    side = min(image.size)
    candidates: list[FoundFace] = []
    share = _SMALLEST
    while share <= _LARGEST:
        candidates += _at_size(maps, share * side)
        share *= _STEP
    ink = dark(pixels)
    kept: list[FoundFace] = []
    for face in sorted(candidates, key=lambda found: -found.alike - _LARGE * np.log(found.unit)):
        apart = (max(face.unit, other.unit) * _APART < np.hypot(face.x - other.x, face.y - other.y) for other in kept)
        if all(apart) and _has_eyes(ink, face) and (not kept or _beside(kept[0], face)):
            kept.append(face)
    return sorted(kept, key=lambda found: found.x)


def _beside(first: FoundFace, other: FoundFace) -> bool:
    """Tell whether two faces may be of people side by side: about as large, about as high."""
    larger, smaller = max(first.unit, other.unit), min(first.unit, other.unit)
    return larger < 1.45 * smaller and abs(first.y - other.y) < larger


def _has_eyes(ink: NDArray[np.bool_], face: FoundFace) -> bool:
    """Tell whether there is ink where both eyes are, about as much in each."""
    left, right = (_share(ink, face, x, EYE_Y - 0.04, 0.3, 0.36) for x in (-EYE_X, EYE_X))
    return min(left, right) > _INKED and abs(left - right) < _UNEVEN


def _share(
    mask: NDArray[np.bool_], face: FoundFace, x: float, y: float, half_width: float, half_height: float
) -> float:
    """Give the share of a box, in units from a face's middle, that a mask covers."""
    u = face.unit
    top, left = int(face.y + (y - half_height) * u), int(face.x + (x - half_width) * u)
    bottom, right = int(face.y + (y + half_height) * u) + 1, int(face.x + (x + half_width) * u) + 1
    box = mask[max(0, top) : max(0, bottom), max(0, left) : max(0, right)]
    return float(box.mean()) if box.size else 0.0


def _at_size(maps: list[Image.Image], unit: float) -> list[FoundFace]:
    """Look for faces of one size; the best of every neighbourhood are given."""
    scale = _UNIT / unit
    width, height = (max(1, round(side * scale)) for side in maps[0].size)
    templates = _mean_faces()
    tall, wide = templates.shape[2:]
    if height < tall or width < wide:
        return []
    shrunk = [np.asarray(m.resize((width, height), Image.Resampling.BOX), np.float32) for m in maps]
    small = np.stack(shrunk) / np.float32(255)
    mean, square = _box_means(small, tall, wide), _box_means(small**2, tall, wide)
    spread = np.sqrt(np.maximum(square - mean**2, 1e-3)).astype(np.float32)
    shape = (_quick(height), _quick(width))
    waves = np.conj(np.fft.rfft2(templates, shape))
    waves *= np.fft.rfft2(small, shape)
    alike = np.fft.irfft2(waves, shape)[..., : spread.shape[1], : spread.shape[2]] / (tall * wide) / spread
    score = np.tensordot(alike, _WEIGHTS, axes=(1, 0)).max(0)
    found: list[FoundFace] = []
    for y, x in zip(*np.nonzero(score > _ALIKE), strict=True):
        around = score[max(0, y - 2) : y + 3, max(0, x - 2) : x + 3]
        if score[y, x] >= around.max():
            dx, dy = _between(score, y, x, 0, 1), _between(score, y, x, 1, 0)
            cx = (x + dx + _LEFT * _UNIT) / width * maps[0].width
            cy = (y + dy + _TOP * _UNIT) / height * maps[0].height
            found.append(FoundFace(float(cx), float(cy), unit, float(score[y, x])))
    return found


@cache
def _quick(size: int) -> int:
    """Give the next size that a Fourier transform takes in small steps: a product of 2, 3 and 5."""
    rest = size
    for factor in (2, 3, 5):
        while rest % factor == 0:
            rest //= factor
    return size if rest == 1 else _quick(size + 1)


def _between(score: NDArray[np.float32], y: int, x: int, down: int, across: int) -> float:
    """Give how far beside a peak's pixel its parabola is highest."""
    if not (down <= y < len(score) - down and across <= x < score.shape[1] - across):
        return 0.0
    before, here, after = score[y - down, x - across], score[y, x], score[y + down, x + across]
    bend = before - 2 * here + after
    return float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5)) if bend < 0 else 0.0


def _box_means(maps: NDArray[Any], tall: int, wide: int) -> NDArray[np.float64]:
    """Give the mean of every window of so many pixels."""
    total = np.pad(maps.cumsum(1, dtype=np.float64).cumsum(2), ((0, 0), (1, 0), (1, 0)))
    sums = total[:, tall:, wide:] - total[:, :-tall, wide:] - total[:, tall:, :-wide] + total[:, :-tall, :-wide]
    return sums / (tall * wide)


@cache
def _mean_faces() -> NDArray[np.float32]:
    return load_file(MEAN_FACES)["faces"]


def mean_faces() -> NDArray[np.float32]:
    """Draw where skin and ink are in the mean of many drawn faces, each of mean 0 and spread 1, (4, 2, tall, wide).

    Open eyes, closed ones, and each of the two with glasses.
    """
    means = [_mean_face(eyes_closed=closed, glasses=glasses) for glasses in (False, True) for closed in (False, True)]
    return np.stack(means)


def _mean_face(**looks: bool) -> NDArray[np.float32]:
    from engine.demo.illustrator.illustrate import illustrate  # who looks for faces draws none
    from engine.demo.illustrator.scene import Scene, choose_person

    tall, wide = round((_TOP + _BOTTOM) * _UNIT), round(2 * _LEFT * _UNIT)
    total = np.zeros((2, tall, wide))
    for number in range(_SAMPLES):
        person = replace(choose_person(Random(f"mean face {number}")), held="", hat="", **looks)
        drawn = illustrate(Scene(people=(person,), backdrop="white"), (104, 152))
        (face,) = drawn.faces
        (x, y), unit = face.middle, face.unit
        box = (x - _LEFT * unit, y - _TOP * unit, x + _LEFT * unit, y + _BOTTOM * unit)
        pixels = np.asarray(drawn.image, np.float32)
        for channel, part in enumerate((skin, dark)):
            mask = Image.fromarray(part(pixels).astype(np.uint8) * 255)
            total[channel] += np.asarray(mask.resize((wide, tall), Image.Resampling.BOX, box))
    mean = total.mean((1, 2), keepdims=True)
    return ((total - mean) / total.std((1, 2), keepdims=True)).astype(np.float32)


if __name__ == "__main__":
    save_file({"faces": mean_faces()}, MEAN_FACES)
