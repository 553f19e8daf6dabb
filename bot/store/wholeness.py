"""Whether the bytes of a file are those that were kept; knows nothing of where they lie."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.job import StoredPicture

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
"""A PNG begins and ends so (PNG Specification, third edition, 5.2 and 11.2.5)."""


def checksum(data: bytes) -> str:
    """Give the SHA-256 of a file, in hexadecimal digits: a few milliseconds for each megabyte."""
    return hashlib.sha256(data).hexdigest()


def fault(picture: StoredPicture, data: bytes) -> str | None:
    """Say what is wrong with a picture's file; None: it is whole, as far as can be told.

    Of one that was kept before there were checksums, size, beginning and end are looked at.
    """
    if len(data) != picture.size_bytes:
        return f"{len(data)} bytes instead of {picture.size_bytes}"
    if picture.sha256 is not None:
        return changed(picture.sha256, data)
    return None if _is_png(data) or _is_webp(data) else "it is no picture"


def changed(sha256: str, data: bytes) -> str | None:
    """Say that a file is not what had this checksum; None: it is."""
    return None if checksum(data) == sha256 else "its checksum is another"


def _is_png(data: bytes) -> bool:
    return data.startswith(_PNG) and data.endswith(_PNG_END)


def _is_webp(data: bytes) -> bool:
    """Tell by its header (Google, WebP Container Specification); what was saved from a message may be one."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP" and int.from_bytes(data[4:8], "little") + 8 == len(data)
