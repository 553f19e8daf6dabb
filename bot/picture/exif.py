"""EXIF, where WebP and JPEG carry a recipe: its UserComment built by hand, and its texts read whoever built it.

Built by hand because Pillow writes the comment as BYTE where the standard says UNDEFINED, and WebUI's own reader, among
others, fails on that. Tags and types are those of TIFF 6.0 and EXIF 2.3.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEAD = b"Exif\0\0"
"""Stands before the block in JPEG; Pillow wants it always and leaves it out where it does not belong."""

_EXIF_IFD = 0x8769
USER_COMMENT = 0x9286
DESCRIPTION, MAKE, MODEL, SOFTWARE, MAKER_NOTE = 0x010E, 0x010F, 0x0110, 0x0131, 0x927C
XP_COMMENT = 0x9C9C
"""Windows', in UTF-16, little-endian."""

_TEXTS = (USER_COMMENT, MAKER_NOTE, SOFTWARE, MODEL, DESCRIPTION, XP_COMMENT, MAKE)
"""Where some program keeps a recipe, or says which program it is, in the order in which they are read."""

_LONG = 4
_UNDEFINED = 7
_ONE_BYTE_TYPES = (1, 2, 7)
"""BYTE, ASCII and UNDEFINED: a text of any other type is none."""

_INLINE_BYTES = 4
"""So few stand in the entry itself: no text worth reading."""

MAX_ENTRIES = 1_000
"""Of one directory: cameras write some dozens, and its count may say 65,535."""

_UNICODE = b"UNICODE\0"
_ASCII = b"ASCII\0\0\0"
_UNSAID = bytes(8)


def build(comment: str) -> bytes:
    """Write an EXIF block with one UserComment in UTF-16, big-endian like the block, as WebUI does."""
    text = _UNICODE + comment.encode("utf-16-be")
    header = struct.pack(">2sHI", b"MM", 42, 8)
    # Each directory: how many entries, the entries of 12 bytes, and no next directory.
    pointer = struct.pack(">HHHIII", 1, _EXIF_IFD, _LONG, 1, 26, 0)
    entry = struct.pack(">HHHIII", 1, USER_COMMENT, _UNDEFINED, len(text), 44, 0)
    return _HEAD + header + pointer + entry + text


def comment_in(block: bytes | memoryview, max_bytes: int) -> str | None:
    """Read the UserComment of a block; None where there is none that can be read."""
    return texts_in(block, max_bytes).get(USER_COMMENT)


def texts_in(block: bytes | memoryview, max_bytes: int) -> Mapping[int, str]:
    """Read the texts of a block, in its first directory and in that of EXIF.

    Some programs put the comment into the first one, where the standard has none; the one in its own place wins.

    Args:
        block: It, whoever wrote it.
        max_bytes: Of one text, code and all; what is longer is cut before it is decoded, because a decoder keeps the
            whole program waiting.

    Returns:
        Texts by their tags; those that cannot be read are not there.
    """
    if block[: len(_HEAD)] == _HEAD:
        block = block[len(_HEAD) :]
    order = {b"II": "<", b"MM": ">"}.get(bytes(block[:2]))
    if order is None:
        return {}
    found: dict[int, bytes] = {}
    try:
        (first,) = struct.unpack_from(f"{order}I", block, 4)
        pointer = _collect(block, first, order, max_bytes, found)
        if pointer is not None:
            _collect(block, pointer, order, max_bytes, found)
    except struct.error:  # an offset points out of the block
        pass
    texts: dict[int, str] = {}
    left = max_bytes  # all others together have as much as the comment
    for tag in _TEXTS:
        data = found.get(tag, b"")
        if tag != USER_COMMENT:
            data = data[:left]
            left -= len(data)
        if data and (text := _text(tag, data, order)):
            texts[tag] = text
    return texts


def _collect(
    block: bytes | memoryview, directory: int, order: str, max_bytes: int, found: dict[int, bytes]
) -> int | None:
    """Take the raw texts of one directory; give where EXIF's own is, if this one says so."""
    pointer = None
    own: set[int] = set()
    (entries,) = struct.unpack_from(f"{order}H", block, directory)
    for number in range(min(entries, MAX_ENTRIES)):
        tag, kind, length, value = struct.unpack_from(f"{order}HHII", block, directory + 2 + 12 * number)
        if tag == _EXIF_IFD and pointer is None:
            pointer = value
        if tag not in _TEXTS or tag in own or kind not in _ONE_BYTE_TYPES or length <= _INLINE_BYTES:
            continue
        data = bytes(block[value : value + min(length, max_bytes)])
        own.add(tag)
        if data:
            found[tag] = data
    return pointer


def _text(tag: int, data: bytes, order: str) -> str | None:
    if tag == XP_COMMENT:
        return data.decode("utf-16-le", "replace").rstrip("\0") or None
    if tag != USER_COMMENT:
        return data.decode("utf-8", "replace").rstrip("\0") or None
    prefix, body = data[:8], data[8:]
    if prefix == _UNICODE:
        return _utf_16(body, "utf-16-le" if order == "<" else "utf-16-be")
    if prefix in {_ASCII, _UNSAID}:
        data = body
    return data.decode("utf-8", "replace").rstrip("\0") or None  # some write UTF-8, and some of them no prefix


def _utf_16(body: bytes, order: str) -> str | None:
    """Decode in the order in which it is a recipe: some write big-endian text into little-endian blocks, or reverse.

    A recipe, in whatever language, has commas and figures, and in the wrong order none of them is ASCII.
    """
    both = [body.decode(name, "replace") for name in dict.fromkeys((order, "utf-16-be", "utf-16-le"))]
    return max(both, key=_ascii).rstrip("\0") or None  # of equals the first, which is the block's own order


def _ascii(text: str) -> int:
    return len(text.encode("ascii", "ignore"))
