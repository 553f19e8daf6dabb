"""Says what a picture shows, from its pixels alone: people and their hair and eyes, background, style, sharpness.

Reads what `illustrate` draws and nothing else, so it can judge a model that learned from those drawings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from engine.demo.illustrator.eyes import EYE_X, EYE_Y
from engine.demo.illustrator.faces import dark, find_faces, skin
from engine.demo.illustrator.hand import Hand
from engine.demo.illustrator.head import MOUTH_Y
from engine.demo.illustrator.palette import BACKDROPS, EYES, HAIR, LUMA, PAPER, SKIN, SKY, Colour, mix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.demo.illustrator.faces import FoundFace

_SIDE = 416
"""Pictures are looked at with so many pixels along the shorter side, but for their lines."""

_LUMA = np.asarray(LUMA, np.float32)

BACKGROUNDS: dict[str, Colour] = {
    **{f"{name} background": colour for name, colour in BACKDROPS.items()},
    **{time: mix(top, horizon, 0.1) for time, (top, horizon) in SKY.items()},
}
"""What `background` can answer: a plain colour's tag or a time of day, and how it looks in the upper corners."""


@dataclass(frozen=True, slots=True)
class Eye:
    """One eye as it is seen."""

    closed: bool
    colour: str
    tone: tuple[float, float, float]
    """The iris's colour, red, green and blue."""
    size: float
    """How much of the picture has the iris's colour, in square units of half a face's width."""


@dataclass(frozen=True, slots=True)
class FaceReading:
    """One face as it is seen."""

    x: float
    """Its middle, as a share of the picture's width."""
    hair: str
    hair_tone: tuple[float, float, float]
    eyes: tuple[Eye, Eye]
    mouth_inside: bool
    glasses: bool

    @property
    def eyes_closed(self) -> bool:
        """Tell whether both are."""
        return all(eye.closed for eye in self.eyes)

    @property
    def eye_colour(self) -> str | None:
        """Name the colour of both eyes; None where they differ or are closed."""
        left, right = self.eyes
        return left.colour if left.colour == right.colour and not (left.closed or right.closed) else None

    @property
    def eyes_alike(self) -> bool:
        """Tell whether both eyes are open or closed, of one colour and as large."""
        left, right = self.eyes
        if left.closed or right.closed:
            return left.closed and right.closed
        apart = float(np.linalg.norm(np.subtract(left.tone, right.tone)))
        larger, smaller = max(left.size, right.size), min(left.size, right.size)
        return apart < _TONES_APART and smaller > _AS_LARGE * larger


_TONES_APART = 85.0
"""Levels between the irises of one face, in the three colours together."""

_AS_LARGE = 0.6
"""The smaller iris beside the larger."""


_HAIR_APART = 60.0
"""From a named colour of hair, for what is counted as it."""

_COLOURFUL = max(SKIN) - min(SKIN)
"""Levels between the strongest and the weakest of the three colours. Of 430 drawings every one with colours has places
of 53 and more, and no line art any above 6; nobody calls paler tints than skin's a colour."""

_MOSTLY = 0.55

_LIT = 0.6
"""White beside grey, from which on the grey is its shade."""


def read(image: Image.Image) -> list[FaceReading]:
    """Read every face of a picture, from left to right."""
    small = _small(image)
    pixels = np.asarray(small, np.float32)
    hair = _painted(HAIR, image)
    return [_face(pixels, face, small.width, hair) for face in find_faces(small)]


def background(image: Image.Image) -> str:
    """Name what fills the upper corners, as in `BACKGROUNDS`, inside a watercolour's margin."""
    pixels = np.asarray(_small(image), np.float32)
    high, wide = pixels.shape[:2]
    table = _painted(BACKGROUNDS, image)
    edge = 0 if table == BACKGROUNDS else round(_SIDE * 0.075)
    tall, broad = round(high * 0.1) + edge, round(wide * 0.1) + edge
    corners = (pixels[edge:tall, edge:broad], pixels[edge:tall, wide - broad : wide - edge])
    tones = [np.median(corner.reshape(-1, 3), axis=0) for corner in corners]
    named = [_nearest(tone, table) for tone in tones]
    distance = [_apart(tone, table[name]) for tone, name in zip(tones, named, strict=True)]
    return named[int(np.argmin(distance))]


def _painted(colours: dict[str, Colour], image: Image.Image) -> dict[str, Colour]:
    """Give named colours as they look in this picture: paler in a watercolour."""
    if style(image) != "watercolour":
        return colours
    hand = Hand("watercolour")
    return {name: hand.paint(colour) for name, colour in colours.items()}


def style(image: Image.Image) -> str:
    """Name the style: without colours, with a margin of paper, or neither."""
    pixels = np.asarray(_small(image), np.float32)
    if float(np.percentile(pixels.max(2) - pixels.min(2), 99.7)) < _COLOURFUL:
        return "line art"
    edge = max(2, round(_SIDE * 0.008))
    frame = np.concatenate(
        [pixels[:edge], pixels[-edge:], pixels[:, :edge].swapaxes(0, 1), pixels[:, -edge:].swapaxes(0, 1)], axis=1
    )
    paper = np.linalg.norm(frame - np.asarray(PAPER, np.float32), axis=2) < 22
    return "watercolour" if paper.mean() > 0.8 else "flat"


def sharpness(image: Image.Image) -> float:
    """Say how steep edges are, 0 … 1: the steepest step of one pixel as a share of the whole step, over nine pixels."""
    luma = np.asarray(image.convert("RGB"), np.float32) @ _LUMA
    shares: list[NDArray[np.float32]] = []
    for lines in (luma, luma.T):
        windows = np.lib.stride_tricks.sliding_window_view(lines[::3], 9, axis=1)[:, ::4]
        whole = windows.max(2) - windows.min(2)
        step = np.abs(np.diff(windows, axis=2)).max(2)
        shares.append((step / np.maximum(whole, 1))[whole > 60])
    found = np.concatenate(shares)
    return float(found.mean()) if found.size else 0.0


def redness(tone: tuple[float, float, float]) -> float:
    """Say how much redder than grey a colour is, in levels."""
    return tone[0] - (tone[1] + tone[2]) / 2


def _small(image: Image.Image) -> Image.Image:
    side = min(image.size)
    image = image.convert("RGB")
    if side == _SIDE:
        return image
    size = (round(image.width * _SIDE / side), round(image.height * _SIDE / side))
    return image.resize(size, Image.Resampling.BOX if side > _SIDE else Image.Resampling.BILINEAR)


def _face(pixels: NDArray[np.float32], face: FoundFace, width: int, colours: dict[str, Colour]) -> FaceReading:
    hair, tone = _hair(pixels, face, colours)
    glasses = _glasses(pixels, face)
    eyes = (_eye(pixels, face, -1), _eye(pixels, face, 1))
    return FaceReading(face.x / width, hair, tone, eyes, _mouth_inside(pixels, face), glasses)


def _box(
    pixels: NDArray[np.float32], face: FoundFace, x: tuple[float, float], y: tuple[float, float]
) -> NDArray[np.float32]:
    """Cut a box out, whose sides are in units from the face's middle; never empty."""
    left, right = (round(face.x + side * face.unit) for side in x)
    top, bottom = (round(face.y + side * face.unit) for side in y)
    high, wide = pixels.shape[:2]
    top, left = min(max(0, top), high - 1), min(max(0, left), wide - 1)
    return pixels[top : max(top + 1, bottom), left : max(left + 1, right)]


def _eye(pixels: NDArray[np.float32], face: FoundFace, side: int) -> Eye:
    x = side * EYE_X
    middle = _box(pixels, face, (x - 0.15, x + 0.15), (EYE_Y - 0.02, EYE_Y + 0.24)).reshape(-1, 3)
    bare = skin(middle)
    closed = float((bare | (dark(middle) & (_chroma(middle) < 60))).mean()) > 0.62 and float(bare.mean()) > 0.4
    whole = _box(pixels, face, (x - 0.27, x + 0.27), (EYE_Y - 0.14, EYE_Y + 0.3)).reshape(-1, 3)
    chroma = _chroma(whole)
    iris = ~skin(whole) & (chroma > 40) & (whole @ _LUMA > 55)
    if iris.sum() < 4:
        return Eye(closed, "", (0.0, 0.0, 0.0), 0.0)
    strong = whole[iris & (chroma >= np.median(chroma[iris]))]
    tone = np.median(strong, axis=0)
    same = np.linalg.norm(_direction(whole) - _direction(tone[None]), axis=1) < 0.5
    red, green, blue = (float(part) for part in tone)
    return Eye(closed, _nearest(tone, EYES), (red, green, blue), float((same & iris).sum()) / face.unit**2)


def _chroma(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    return pixels.max(-1) - pixels.min(-1)


def _direction(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the hue as a direction, (N, 2), of length 1."""
    hue = _hue(pixels)[:, 1:]
    return hue / np.maximum(np.linalg.norm(hue, axis=1), 1e-3)[:, None]


def _mouth_inside(pixels: NDArray[np.float32], face: FoundFace) -> bool:
    """Tell whether something is where a mouth belongs, with skin around it."""
    box = _box(pixels, face, (-0.4, 0.4), (0.62, 1.04))
    drawn = ~_bare(box)
    share = float(drawn.mean())
    if not 0.015 < share < 0.7:
        return False
    y, x = np.nonzero(drawn)
    middle_x, middle_y = x.mean() / box.shape[1] * 0.8 - 0.4, y.mean() / box.shape[0] * 0.42 + 0.62
    chin = _bare(_box(pixels, face, (-0.16, 0.16), (1.06, 1.14))).mean()
    cheeks = [
        _bare(_box(pixels, face, (side * 0.47 - 0.07, side * 0.47 + 0.07), (0.78, 0.92))).mean() for side in (-1, 1)
    ]
    return abs(middle_x) < 0.16 and abs(middle_y - MOUTH_Y) < 0.17 and chin > 0.5 and min(cheeks) > 0.3


def _bare(pixels: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell which pixels are skin, blushing or wet with tears as they may be."""
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    blushing = (red > 225) & (green > 120) & (blue > 110) & (red > blue + 20)
    wet = (blue > red + 10) & (blue > 190)
    pale = pixels.min(-1) > 215
    return skin(pixels) | blushing | wet | pale


def _glasses(pixels: NDArray[np.float32], face: FoundFace) -> bool:
    """Tell whether dark rims go around both eyes: they do where nothing else is dark, below them and between them."""
    found: list[float] = []
    for side in (-1, 1):
        below = _box(pixels, face, (side * EYE_X - 0.22, side * EYE_X + 0.22), (EYE_Y + 0.3, EYE_Y + 0.56))
        found.append(float(dark(below).any(axis=0).mean()))
        solid = _box(pixels, face, (side * EYE_X - 0.22, side * EYE_X + 0.22), (EYE_Y + 0.36, EYE_Y + 0.56))
        found.append(float((solid @ _LUMA < 130).any(axis=0).mean()))
    return min(found) > 0.5


def _hair(
    pixels: NDArray[np.float32], face: FoundFace, colours: dict[str, Colour]
) -> tuple[str, tuple[float, float, float]]:
    """Name the colour of most of what lies over the forehead and beside the cheeks, and give its median.

    Lines, rims and hats are dark too, so hair is black only where most of it is; white hair is grey in the shade.
    """
    zones = (
        ((-0.85, 0.85), (-0.42, -0.16), 1.6), ((-0.5, 0.5), (-1.36, -0.98), 0.4), ((-1.14, -0.98), (-0.4, 0.3), 0.7),
        ((0.98, 1.14), (-0.4, 0.3), 0.7),
    )  # fmt: skip
    names = list(colours)
    places = _hue(np.asarray([colours[name] for name in names], np.float32))
    votes = np.zeros(len(names))
    tones: list[list[NDArray[np.float32]]] = [[] for _ in names]
    for x, y, weight in zones:
        zone = _box(pixels, face, x, y).reshape(-1, 3)
        zone = zone[~skin(zone)]
        if not len(zone):
            continue
        away = np.linalg.norm(_hue(zone)[:, None] - places[None], axis=2)
        nearest = np.where(away.min(1) < _HAIR_APART, away.argmin(1), -1)
        for number in range(len(names)):
            votes[number] += weight * (nearest == number).mean()
            tones[number].append(zone[nearest == number])
    black = names.index("black")
    if votes[black] < _MOSTLY * votes.sum():
        votes[black] = 0.0
    white, grey = names.index("white"), names.index("grey")
    if votes[white] > _LIT * votes[grey]:
        votes[white] += votes[grey]
    best = int(votes.argmax())
    if not votes[best]:
        return "", (0.0, 0.0, 0.0)
    red, green, blue = (float(part) for part in np.median(np.concatenate(tones[best]), axis=0))
    return names[best], (red, green, blue)


def _nearest(tone: NDArray[np.float32], named: dict[str, Colour]) -> str:
    return min(named, key=lambda name: _apart(tone, named[name]))


def _apart(tone: NDArray[np.float32], colour: Colour) -> float:
    return float(np.linalg.norm(_hue(tone[None]) - _hue(np.asarray([colour], np.float32))))


def _hue(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give lightness and twice the two differences from it, (N, 3): a shade of red is red."""
    light = pixels @ _LUMA
    return np.stack((0.8 * light, 1.6 * (pixels[:, 0] - light), 1.6 * (pixels[:, 2] - light)), axis=1)
