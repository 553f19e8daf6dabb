"""How wide and high a picture is, read from its first bytes: nothing is decoded, and no file makes the look long."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

Size = tuple[int, int]

_MOST_STEPS = 256
"""Chunks or segments before the one that is looked for; real files have a dozen."""
_MOST_PIXELS = 178_956_970
"""Where Pillow refuses a decompression bomb; Discord gives such files without a size."""
_PNG = b"\x89PNG\r\n\x1a\n"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's start-of-frame markers (ITU T.81, table B.1)."""
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
"""JPEG markers without a length."""
_SCAN, _END = 0xDA, 0xD9


def picture_size(data: bytes) -> Size | None:
    """Give width and height of a PNG, JPEG, GIF or WebP; None of what is none, is broken or is a bomb."""
    for magic, read in _READERS.items():
        if data.startswith(magic):
            try:
                found = read(data)
            except (struct.error, IndexError):  # the file ends too early
                return None
            fits = found is not None and found[0] > 0 < found[1] and found[0] * found[1] <= _MOST_PIXELS
            return found if fits else None
    return None


def _png(data: bytes) -> Size | None:
    """Read IHDR, and ask that pixels follow (PNG, third edition, 5.6 and 11.2.1)."""
    length, kind, width, height = struct.unpack_from(">I4sII", data, len(_PNG))
    if (length, kind) != (13, b"IHDR"):
        return None
    place = len(_PNG) + 12 + length
    for _ in range(_MOST_STEPS):
        length, kind = struct.unpack_from(">I4s", data, place)
        if kind == b"IDAT":
            return width, height
        place += 12 + length
    return None


def _jpeg(data: bytes) -> Size | None:
    """Walk the segments to the start of a frame (ITU T.81, B.2.2)."""
    place = 2
    for _ in range(_MOST_STEPS):
        if data[place] != 0xFF:  # noqa: PLR2004 - every marker's first byte
            return None
        marker = data[place + 1]
        if marker == 0xFF:  # noqa: PLR2004 - a fill byte
            place += 1
        elif marker in _ALONE:
            place += 2
        elif marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, place + 5)
            return width, height
        elif marker in {_SCAN, _END}:
            return None
        else:
            (length,) = struct.unpack_from(">H", data, place + 2)
            place += 2 + length
    return None


def _gif(data: bytes) -> Size | None:
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def _webp(data: bytes) -> Size | None:
    """Read the first chunk of a RIFF file (RFC 9649, 2.5 to 2.7)."""
    form, kind = struct.unpack_from("<4s4s", data, 8)
    if form != b"WEBP":
        return None
    if kind == b"VP8X":
        width, height = struct.unpack_from("<3s3s", data, 24)
        return 1 + int.from_bytes(width, "little"), 1 + int.from_bytes(height, "little")
    if kind == b"VP8L" and data[20] == 0x2F:  # noqa: PLR2004 - its signature
        (bits,) = struct.unpack_from("<I", data, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


_READERS: dict[bytes, Callable[[bytes], Size | None]] = {
    _PNG: _png,
    b"\xff\xd8": _jpeg,
    b"GIF87a": _gif,
    b"GIF89a": _gif,
    b"RIFF": _webp,
}
