"""Texts in the lowest bits of a picture's pixels: what survives where a site strips every other text.

NovelAI's (NovelAI/novelai-image-metadata) and those of WebUI's extension, stealth pnginfo: the bits stand down the
columns, in the alpha channel or in the three of colour, behind a word that says which, and 32 bits that say how many.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 9_000_000
"""Of a picture that is decoded to look for bits: more than any program draws at once, and 36 MB."""

MAX_BYTES = 800_000
"""Of a hidden text as it stands in the bits, and unpacked."""

_PNG = b"\x89PNG\r\n\x1a\n"
_RGBA, _GREY_ALPHA, _TRUECOLOUR = 6, 4, 2
_EIGHT_BITS = 8

_WORDS = {
    "A": {b"stealth_pnginfo": False, b"stealth_pngcomp": True},
    "RGB": {b"stealth_rgbinfo": False, b"stealth_rgbcomp": True},
}
"""By the channels whose bits they are; whether what follows is packed by gzip."""
_WORD_BYTES = 15
_HEAD_BYTES = _WORD_BYTES + 4
_GZIP = 31
"""What tells zlib to expect gzip's header."""


class _Shape(NamedTuple):
    width: int
    height: int
    alpha: bool


def text(data: bytes) -> str | None:
    """Find a hidden text in a PNG or in a WebP without loss; None where there is none."""
    shape = _png_shape(data) or _webp_shape(data)
    if shape is None or not 0 < shape.width * shape.height <= MAX_PIXELS:
        return None
    from PIL import Image

    form = "PNG" if data.startswith(_PNG) else "WEBP"
    try:
        with Image.open(io.BytesIO(data), formats=(form,)) as image:
            if image.size != (shape.width, shape.height):
                return None
            image.load()
            return _in(image)
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error, Image.DecompressionBombError):
        return None


def _in(image: Image) -> str | None:
    for channels, words in _WORDS.items():
        if not set(channels) <= set(image.getbands()):
            continue
        head = _bits(image, channels, 0, _HEAD_BYTES)
        packed = words.get(head[:_WORD_BYTES])
        if packed is None or len(head) < _HEAD_BYTES:
            continue
        (bits,) = struct.unpack(">I", head[_WORD_BYTES:])
        if not 0 < bits // 8 <= MAX_BYTES:
            continue
        body = _bits(image, channels, _HEAD_BYTES, bits // 8)
        if packed:
            body = zlib.decompressobj(_GZIP).decompress(body, MAX_BYTES)
        return body.decode("utf-8", "replace") or None
    return None


def _bits(image: Image, channels: str, start: int, count: int) -> bytes:
    """Pack the lowest bits of so many times eight values into bytes, the first bit highest; fewer where they end.

    Only the columns in which they stand are looked at.
    """
    from PIL import Image as Pillow

    columns = -(-8 * (start + count) // (image.height * len(channels)))
    part = image.crop((0, 0, min(columns, image.width), image.height))
    part = part.getchannel("A") if channels == "A" else part.convert("RGB")
    values = part.transpose(Pillow.Transpose.TRANSPOSE).tobytes()[8 * start : 8 * (start + count)]
    if len(values) < _EIGHT_BITS:
        return b""
    lowest = [255 * (value & 1) for value in range(256)]
    return Pillow.frombytes("L", (len(values), 1), values).point(lowest, "1").tobytes()


def _png_shape(data: bytes) -> _Shape | None:
    """Read the header (PNG 11.2.1) of one with eight bits a channel."""
    if not data.startswith(_PNG) or data[12:16] != b"IHDR" or len(data) < 26:  # noqa: PLR2004  as far as is read
        return None
    width, height, depth, colour = struct.unpack_from(">IIBB", data, 16)
    if depth != _EIGHT_BITS or colour not in {_RGBA, _GREY_ALPHA, _TRUECOLOUR}:
        return None
    return _Shape(width, height, colour != _TRUECOLOUR)


def _webp_shape(data: bytes) -> _Shape | None:
    """Read the header of a still picture without loss, which is the one that keeps bits (WebP Container, VP8L)."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    at, canvas = 12, None
    for _ in range(20):
        if at + 18 > len(data):
            return None
        kind, length = struct.unpack_from("<4sI", data, at)
        if kind == b"VP8X":
            if data[at + 8] & 2:  # it moves
                return None
            wide, high = (int.from_bytes(data[place : place + 3], "little") + 1 for place in (at + 12, at + 15))
            canvas = wide, high
        elif kind == b"VP8L":
            (word,) = struct.unpack_from("<I", data, at + 9)
            width, height = (word & 0x3FFF) + 1, (word >> 14 & 0x3FFF) + 1
            if canvas not in {None, (width, height)}:
                return None
            return _Shape(width, height, bool(word >> 28 & 1))
        at += 8 + length + length % 2
    return None
