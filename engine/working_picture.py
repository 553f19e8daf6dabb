"""A picture that somebody brought, as a file, to the pixels that are worked on; pure, and Pillow does all of it.

What a file is, its bytes say, and never its name. Whoever reads strangers' files does it in a process that may die.
"""

from __future__ import annotations

import io
import math
import struct
import warnings
import zlib
from typing import Any, Literal, TypeAlias

from msgspec import Struct
from PIL import Image, ImageChops, ImageCms, ImageOps

from engine.marking import without_tails
from engine.picture_size import SIDE_STEP

FORMATS = ("PNG", "JPEG", "WEBP")

_PHOTOGRAPHS = ("JPEG", "MPO")
"""What Pillow opens as JPEG. The second is a JPEG behind which others follow: telephones keep depth and light there."""

MAX_PIXELS, MAX_JPEG_PIXELS = 9_000_000, 24_000_000
"""Of a file before it is decoded, which takes four bytes a pixel and more; a JPEG is decoded at an eighth, a quarter or
half of its size where that is enough, and a telephone's picture has twelve million."""

MIN_SIDE = 64
"""Pixels; with less there is nothing to begin with."""

MAX_RATIO = 4
"""Of the sides: 2048×512 is the longest size that SDXL was trained with (arXiv 2307.01952, appendix I)."""

SMALLEST_AREA, LARGEST_AREA = 640 * 1536, 1024 * 1024
"""Pixels of the model card's sizes."""

Reason: TypeAlias = Literal["no_picture", "animated", "damaged", "too_large", "too_small", "too_long", "no_mask"]

_UNDECODABLE = (
    *(OSError, ValueError, SyntaxError, EOFError, TypeError, KeyError, IndexError, AttributeError),
    *(OverflowError, ZeroDivisionError, struct.error, zlib.error, Image.DecompressionBombError),
)
"""What Pillow's decoders raise on bytes that are not what they say."""

_WHITE = (255, 255, 255)
_GREY = 24
"""By how much the colours of a pixel may differ that counts as grey: what JPEG makes of grey."""
_COLOURED = 0.02
"""Of a mask's pixels at most so many may be coloured: an edge that a program smoothed."""


class UnusablePicture(Exception):
    """It cannot be worked on; whoever asked makes a sentence of the reason."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason: Reason = reason


class WorkingPicture(Struct, frozen=True, kw_only=True):
    """Plain pixels of declared size, upright and in sRGB, and nothing else of the file."""

    width: int
    height: int
    """Both are multiples of what all sides are multiples of."""
    values: bytes
    """Red, green and blue of each pixel, a byte each, row after row from the top."""


def working_size(width: int, height: int) -> tuple[int, int]:
    """Say at what size a picture is worked on: its own, or in its proportions that of the model card's sizes.

    Raises:
        UnusablePicture: It is too small or too long for that.
    """
    if min(width, height) < MIN_SIDE:
        raise UnusablePicture("too_small", f"{width}×{height}: expected sides of {MIN_SIDE} pixels at least")
    if max(width, height) > MAX_RATIO * min(width, height):
        raise UnusablePicture("too_long", f"{width}×{height}: expected sides of {MAX_RATIO}:1 at most")
    fits = width % SIDE_STEP == 0 and height % SIDE_STEP == 0
    if fits and SMALLEST_AREA <= width * height <= LARGEST_AREA:
        return width, height
    shrink = math.sqrt(LARGEST_AREA / (width * height))
    wide, high = (max(SIDE_STEP, round(side * shrink / SIDE_STEP) * SIDE_STEP) for side in (width, height))
    return wide, high


def read(data: bytes) -> WorkingPicture:
    """Decode a file and bring it to the size at which it is worked on, scaled once or not at all.

    Raises:
        UnusablePicture: It is no still picture of a kind and size that is taken, or it is damaged.
        MemoryError: There is too little, where memory is bounded.
    """
    flat = _on_white(_decoded(data))
    return WorkingPicture(width=flat.width, height=flat.height, values=flat.tobytes())


def read_mask(data: bytes, width: int, height: int) -> bytes:
    """Read which part of a picture is meant: a black and white drawing, white where the picture is drawn anew.

    A copy of the picture with a hole in it is taken, too: the hole is what is drawn anew.

    Args:
        data: The file; it is brought to the picture's size.
        width: Of the picture, in pixels.
        height: Likewise.

    Returns:
        A byte for each pixel, row after row: 0 is kept, 255 drawn anew.

    Raises:
        UnusablePicture: As `read`; or it is in colours, or marks nothing.
    """
    own_width, own_height, values = read_whole_mask(data)
    if (own_width, own_height) == (width, height):
        return values
    mask = Image.frombytes("L", (own_width, own_height), values)
    return mask.resize((width, height), Image.Resampling.BILINEAR).point(without_tails).tobytes()


def read_whole_mask(data: bytes) -> tuple[int, int, bytes]:
    """Read a mask at the size at which a picture like it is worked on: width, height, and a byte for each pixel.

    What is hardly marked is kept: black that is not quite black, and what JPEG leaves beside edges.

    Raises:
        UnusablePicture: As `read_mask`.
    """
    image = _decoded(data)
    grey = _without_colour(image)
    if "A" in image.getbands():
        alpha = image.getchannel("A")
        mask = (
            Image.composite(image.convert("L"), Image.new("L", image.size), alpha) if grey else ImageOps.invert(alpha)
        )
    elif grey:
        mask = image.convert("L")
    else:
        raise UnusablePicture("no_mask", "expected black and white, or transparent where it is to be drawn anew")
    if not any(mask.histogram()[128:]):
        raise UnusablePicture("no_mask", "expected something white: nothing is marked")
    return mask.width, mask.height, mask.point(without_tails).tobytes()


def _decoded(data: bytes) -> Image.Image:
    """Decode it at the size at which it is worked on: upright, RGB or RGBA, in sRGB.

    Raises:
        UnusablePicture: It is no picture that is taken.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the size is looked at below
        warnings.simplefilter("ignore", UserWarning)  # of metadata, which is dropped
        try:
            opened = Image.open(io.BytesIO(data), formats=FORMATS)
        except _UNDECODABLE as error:
            raise UnusablePicture("no_picture", f"expected one of {', '.join(FORMATS)}") from error
        with opened as image:
            photograph = image.format in _PHOTOGRAPHS
            most = MAX_JPEG_PIXELS if photograph else MAX_PIXELS
            if image.width * image.height > most:
                raise UnusablePicture("too_large", f"{image.width}×{image.height}: expected {most} pixels at most")
            if getattr(image, "is_animated", False) and not photograph:
                raise UnusablePicture("animated", "expected a picture that does not move")
            size = working_size(*image.size)
            try:
                image.draft(image.mode, size)  # of a JPEG no more is decoded than is needed
                return _in_srgb(_upright(_sized(image, size)))
            except _UNDECODABLE as error:
                raise UnusablePicture("damaged", f"it is damaged: {error}") from error


def _sized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Bring it to size first, in a mode that can be scaled: what comes after costs little memory then."""
    image.load()
    if image.mode.startswith(("I", "F")):  # 16 bits of grey; a plain conversion would make all of it white
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    elif image.has_transparency_data and image.mode not in {"RGBA", "LA"}:
        image = image.convert("RGBA")
    elif image.mode not in {"RGB", "L", "CMYK", "RGBA", "LA"}:
        image = image.convert("RGB")
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _upright(image: Image.Image) -> Image.Image:
    """Turn it as its camera says; what a damaged note of it says does not count."""
    try:
        return ImageOps.exif_transpose(image)
    except _UNDECODABLE:
        return image


def _in_srgb(image: Image.Image) -> Image.Image:
    """Convert to RGB, or to RGBA where something is transparent, as the picture's colour profile says."""
    profile, alpha = image.info.get("icc_profile"), None
    if "A" in image.getbands():
        alpha = image.getchannel("A")
        image = image.convert("RGB" if image.mode == "RGBA" else "L")
    image = _by_profile(image, profile) if profile else image.convert("RGB")
    if alpha is not None:
        image.putalpha(alpha)
    return image


def _by_profile(image: Image.Image, profile: bytes) -> Image.Image:
    """Convert to sRGB; a profile that is none, or of other channels, is left out."""
    cms: Any = ImageCms  # parts of it have no types
    try:
        return cms.profileToProfile(
            image,
            cms.ImageCmsProfile(io.BytesIO(profile)),
            cms.createProfile("sRGB"),
            renderingIntent=cms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, *_UNDECODABLE):
        return image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    if "A" not in image.getbands():
        return image
    white = Image.new("RGB", image.size, _WHITE)
    white.paste(image, mask=image.getchannel("A"))
    return white


def _without_colour(image: Image.Image) -> bool:
    """Whether what is to be seen of it is black, white and grey."""
    small = image.resize((256, 256), Image.Resampling.NEAREST)
    red, green, blue = small.convert("RGB").split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    least = ImageChops.darker(ImageChops.darker(red, green), blue)
    seen = small.getchannel("A").point(lambda value: 255 if value else 0) if "A" in small.getbands() else None
    differences = ImageChops.subtract(most, least).histogram(seen)
    return sum(differences[_GREY + 1 :]) <= _COLOURED * sum(differences)
