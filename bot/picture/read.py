"""The recipe out of a picture file, whoever made it: containers are walked, and no pixel is ever decoded.

By hand and not with Pillow, because these are strangers' files: opening a WebP there already makes room for its whole
canvas, a gigabyte for a file of a hundred bytes.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from bot.errors import InvalidRequest
from bot.picture.exif import comment_in
from bot.sentences import recipes as says

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_TEXT_BYTES = 200_000
"""Of a text once it is unpacked; what is read as a recipe later is shorter (`bot.picture.recipes.webui.MAX_CHARS`)."""

MAX_RAW_BYTES = 4 * (MAX_TEXT_BYTES + 1) + 1024
"""Of a text before it is decoded: as UTF-8 and as UTF-16 a character has at most four bytes, and before a text stand
its keyword and its code. What is cut off here is longer than `MAX_TEXT_BYTES` without it, too."""

MAX_PARTS = 20_000
"""Chunks or segments of one file: a PNG of 32 MiB in libpng's pieces of 8 KiB has 4,096."""

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
_PNG_TEXTS = {b"tEXt", b"zTXt", b"iTXt", b"eXIf"}
_KEYWORD = b"parameters"

_MARKER, _APP1, _SCAN, _END = 0xFF, 0xE1, 0xDA, 0xD9


def parameters(data: bytes) -> str | None:
    """Find what a PNG, WebP or JPEG says of how it was made.

    Returns:
        The text as written; None where there is none, or the file breaks off before it.

    Raises:
        InvalidRequest: It is none of the three, or the text is longer than any recipe.
    """
    if data.startswith(_PNG):
        found = _from_png(data)
    elif data.startswith(_JPEG):
        found = _from_jpeg(data)
    elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        found = _from_webp(data)
    else:
        raise InvalidRequest(says.NO_PICTURE_FILE)
    if found is not None and len(found) > MAX_TEXT_BYTES:
        raise _too_long()
    return found


def _from_png(data: bytes) -> str | None:
    """Read the chunk of that keyword (PNG 11.3.3), else EXIF, of which there is one."""
    exif = None
    for kind, body in _png_chunks(data):
        if kind == b"eXIf":
            exif = body if exif is None else exif
            continue
        keyword, _, rest = bytes(body[:MAX_RAW_BYTES]).partition(b"\0")
        if keyword == _KEYWORD and (text := _png_text(kind, rest)) is not None:
            return text
    return None if exif is None else comment_in(exif, MAX_RAW_BYTES)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Give the chunks that may hold a text, as views: the file is not copied."""
    view = memoryview(data)
    at = len(_PNG)
    for _ in range(MAX_PARTS):
        if at + 8 > len(data):
            return
        length, kind = struct.unpack_from(">I4s", data, at)
        if at + 8 + length > len(data):
            return
        if kind in _PNG_TEXTS:
            yield kind, view[at + 8 : at + 8 + length]
        at += 12 + length


def _png_text(kind: bytes, rest: bytes) -> str | None:
    if kind == b"tEXt":
        return rest.decode("latin-1")
    if kind == b"zTXt":
        unpacked = _unpacked(rest[1:])
        return None if unpacked is None else unpacked.decode("latin-1")
    packed, rest = rest[:1], rest[2:]
    _, _, rest = rest.partition(b"\0")  # the language
    _, _, rest = rest.partition(b"\0")  # the keyword in it
    unpacked = _unpacked(rest) if packed == b"\1" else rest
    return None if unpacked is None else unpacked.decode("utf-8", "replace")


def _unpacked(packed: bytes) -> bytes | None:
    """Unpack at most a byte more than is read; None: broken."""
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(packed, MAX_TEXT_BYTES + 1)
    except zlib.error:
        return None
    if len(text) > MAX_TEXT_BYTES:
        raise _too_long()
    return text


def _from_jpeg(data: bytes) -> str | None:
    at = len(_JPEG)
    for _ in range(MAX_PARTS):
        if at + 4 > len(data) or data[at] != _MARKER or (marker := data[at + 1]) in {_SCAN, _END}:
            return None
        if marker == _MARKER:  # any number of them may stand before the one that counts
            at += 1
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        body = data[at + 4 : at + 2 + length]
        if marker == _APP1 and body.startswith(b"Exif\0\0") and (text := comment_in(body, MAX_RAW_BYTES)) is not None:
            return text
        at += 2 + length
    return None


def _from_webp(data: bytes) -> str | None:
    at = 12
    for _ in range(MAX_PARTS):
        if at + 8 > len(data):
            return None
        kind, length = struct.unpack_from("<4sI", data, at)
        if kind == b"EXIF":
            return comment_in(memoryview(data)[at + 8 : at + 8 + length], MAX_RAW_BYTES)
        at += 8 + length + length % 2
    return None


def _too_long() -> InvalidRequest:
    return InvalidRequest(says.RECIPE_TOO_LONG)
