"""The EXIF UserComment, where WebP and JPEG carry a recipe: built by hand, and read whoever built it.

Built by hand because Pillow writes the comment as BYTE where the standard says UNDEFINED, and WebUI's own reader, among
others, fails on that. Tags and types are those of TIFF 6.0 and EXIF 2.3.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

_HEAD = b"Exif\0\0"
"""Stands before the block in JPEG; Pillow wants it always and leaves it out where it does not belong."""

_EXIF_IFD = 0x8769
_USER_COMMENT = 0x9286
_LONG = 4
_UNDEFINED = 7
_ONE_BYTE_TYPES = (1, 2, 7)
"""BYTE, ASCII and UNDEFINED: a comment of any other type is none."""

MAX_ENTRIES = 1_000
"""Of one directory: cameras write some dozens, and its count may say 65,535."""

_UNICODE = b"UNICODE\0"
_ASCII = b"ASCII\0\0\0"
_UNSAID = bytes(8)

_SIGN = "Steps:"
"""Every recipe says it, and no reader takes a text without it for one."""


def build(comment: str) -> bytes:
    """Write an EXIF block with one UserComment in UTF-16, big-endian like the block, as WebUI does."""
    text = _UNICODE + comment.encode("utf-16-be")
    header = struct.pack(">2sHI", b"MM", 42, 8)
    # Each directory: how many entries, the entries of 12 bytes, and no next directory.
    pointer = struct.pack(">HHHIII", 1, _EXIF_IFD, _LONG, 1, 26, 0)
    entry = struct.pack(">HHHIII", 1, _USER_COMMENT, _UNDEFINED, len(text), 44, 0)
    return _HEAD + header + pointer + entry + text


def comment_in(block: bytes | memoryview, max_bytes: int) -> str | None:
    """Read the UserComment of a block.

    Args:
        block: It, whoever wrote it.
        max_bytes: Of the comment, code and all; what is longer is cut before it is decoded, because a decoder keeps
            the whole program waiting.

    Returns:
        The comment; None where there is none that can be read.
    """
    if block[: len(_HEAD)] == _HEAD:
        block = block[len(_HEAD) :]
    order = {b"II": "<", b"MM": ">"}.get(bytes(block[:2]))
    if order is None:
        return None
    try:
        (first,) = struct.unpack_from(f"{order}I", block, 4)
        pointer = _entry(block, first, order, _EXIF_IFD)
        comment = _entry(block, pointer.value, order, _USER_COMMENT) if pointer else None
    except struct.error:  # an offset points out of the block
        return None
    if comment is None or comment.type not in _ONE_BYTE_TYPES or comment.length <= len(_UNSAID):
        return None
    data = bytes(block[comment.value : comment.value + min(comment.length, max_bytes)])
    return _text(data, "utf-16-le" if order == "<" else "utf-16-be")


class _Entry(NamedTuple):
    type: int
    length: int
    value: int
    """A number, or for more than four bytes where they are."""


def _entry(block: bytes | memoryview, directory: int, order: str, wanted: int) -> _Entry | None:
    (entries,) = struct.unpack_from(f"{order}H", block, directory)
    for number in range(min(entries, MAX_ENTRIES)):
        tag, kind, length, value = struct.unpack_from(f"{order}HHII", block, directory + 2 + 12 * number)
        if tag == wanted:
            return _Entry(kind, length, value)
    return None


def _text(data: bytes, order: str) -> str | None:
    prefix, body = data[:8], data[8:]
    if prefix == _UNICODE:
        return _utf_16(body, order)
    if prefix in {_ASCII, _UNSAID}:
        data = body
    return data.decode("utf-8", "replace").rstrip("\0") or None  # some write UTF-8, and some of them no prefix


def _utf_16(body: bytes, order: str) -> str | None:
    """Decode in the order in which it is a recipe: some write big-endian text into little-endian blocks, or reverse."""
    both = {name: body.decode(name, "replace") for name in dict.fromkeys((order, "utf-16-be", "utf-16-le"))}
    text = next((text for text in both.values() if _SIGN in text), both[order])
    return text.rstrip("\0") or None
