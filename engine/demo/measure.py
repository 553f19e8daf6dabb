"""Says what a picture shows, from its pixels alone: hair, background, and how badly it is drawn.

Reads what `draw` draws and nothing else, so it can judge the checkpoint, which learned from those drawings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageFilter

from engine.demo.palette import BACKDROPS, HAIR, SKIN, SKY, Colour, mix

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LUMA = np.asarray((0.3, 0.5, 0.2), dtype=np.float32)
_NEAR_SKIN = 34.0
"""How far, in levels, a pixel of the face may be from the skin's colour made as light as it: a tint of the decoder."""

_SHADE = 0.8
"""How much darker skin may be than drawn: dark hair shines through at its edge."""

_STANDS_OUT = 6.0
"""Levels by which a place must differ from the middle of its neighbourhood; a gradient's steps are smaller."""

BACKGROUNDS: dict[str, Colour] = {
    **{f"{name} background": colour for name, colour in BACKDROPS.items()},
    **{time: mix(top, horizon, 0.15) for time, (top, horizon) in SKY.items()},
}
"""What `background` can answer: a plain colour's tag or a time of day, and how it looks in the upper corners."""


def hair_tone(image: Image.Image) -> NDArray[np.float32] | None:
    """Give the colour of the hair above the forehead, red, green and blue in 0 … 255; None where no face is found."""
    pixels = _pixels(image)
    height, width = pixels.shape[:2]
    skin = _skin(pixels)
    skin[: height // 10] = skin[int(height * 0.72) :] = False
    skin[:, : int(width * 0.2)] = skin[:, int(width * 0.8) :] = False
    across = skin.sum(axis=1)
    unit = float(across.max()) / 1.75  # half a face: its widest row is skin but for an ear or the eyes
    if unit < 0.03 * min(width, height):
        return None
    row = int(across.argmax())
    columns = np.flatnonzero(skin[max(0, row - 2) : row + 3].any(axis=0))
    middle = float(columns.mean())
    near = skin[:, max(0, round(middle - 0.2 * unit)) : round(middle + 0.2 * unit)].mean(axis=1) > 0.35
    face = np.flatnonzero(near)
    if not len(face):
        return None
    runs = np.split(face, np.flatnonzero(np.diff(face) > height // 40) + 1)
    top = int(max(runs, key=len)[0])  # a soft edge between hair and a light background looks like skin, but is thin
    band = pixels[
        max(0, round(top - 0.52 * unit)) : max(1, round(top - 0.12 * unit)),
        max(0, round(middle - 0.3 * unit)) : round(middle + 0.3 * unit),
    ]
    return np.median(band.reshape(-1, 3), axis=0).astype(np.float32) if band.size else None


def hair_colour(image: Image.Image) -> str | None:
    """Name the hair's colour as in `HAIR`; None where no face is found."""
    tone = hair_tone(image)
    return None if tone is None else _nearest(tone, HAIR)


def redness(tone: NDArray[np.float32]) -> float:
    """Say how much redder than grey a colour is, in levels."""
    return float(tone[0] - (tone[1] + tone[2]) / 2)


def background(image: Image.Image) -> str:
    """Name what fills the upper corners, as in `BACKGROUNDS`."""
    pixels = _pixels(image)
    high, wide = round(pixels.shape[0] * 0.18), round(pixels.shape[1] * 0.12)
    corners = np.concatenate((pixels[:high, :wide].reshape(-1, 3), pixels[:high, -wide:].reshape(-1, 3)))
    return _nearest(np.median(corners, axis=0).astype(np.float32), BACKGROUNDS)


def blotched(image: Image.Image) -> float:
    """Say how much of a picture stands out from what surrounds it, 0 … 1: clean drawings are flat nearly everywhere."""
    width, height = image.size
    side = max(1, min(width, height) // 52)  # a blotch is 2 to 4 of these wide, half a face 13
    small = image.convert("RGB").resize((width // side, height // side), Image.Resampling.BOX)
    apart = np.abs(_pixels(small) - _pixels(small.filter(ImageFilter.MedianFilter(7)))).mean(axis=2)
    return float((apart > _STANDS_OUT).mean())


def _skin(pixels: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell which pixels, (height, width, 3), are skin."""
    drawn = np.asarray(SKIN, np.float32)
    shade = np.clip(pixels @ _LUMA / (drawn @ _LUMA), _SHADE, 1.0)
    return np.linalg.norm(pixels / shade[..., None] - drawn, axis=2) < _NEAR_SKIN


def _pixels(image: Image.Image) -> NDArray[np.float32]:
    return np.asarray(image.convert("RGB"), dtype=np.float32)


def _nearest(colour: NDArray[np.float32], named: dict[str, Colour]) -> str:
    place = _opponent(colour)
    return min(named, key=lambda name: float(np.linalg.norm(place - _opponent(np.asarray(named[name], np.float32)))))


def _opponent(colour: NDArray[np.float32]) -> NDArray[np.float32]:
    """Weigh hue twice as much as light: a shade of red is red."""
    light = float(colour @ _LUMA)
    return np.asarray((light, 2 * (colour[0] - light), 2 * (colour[2] - light)), dtype=np.float32)
