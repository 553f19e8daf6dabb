"""One compressed stream for a whole gateway connection, in the two forms that Discord speaks."""

from __future__ import annotations

import zlib
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Pack = Callable[[bytes], bytes]
    """Takes one message, gives what the other side can read it from at once, after all that came before."""


class NotSpoken(Exception):
    """This stand-in cannot compress in this way; the message says what would help."""


def packer(name: str) -> Pack:
    """Begin a stream (documentation, "Transport Compression").

    Args:
        name: ``zlib-stream`` or ``zstd-stream``.

    Raises:
        NotSpoken: There is no such compression, or nothing here that knows it.
    """
    if name == "zlib-stream":
        deflate = zlib.compressobj()
        return lambda text: deflate.compress(text) + deflate.flush(zlib.Z_SYNC_FLUSH)
    if name == "zstd-stream":
        return _zstd()
    raise NotSpoken(f"compress={name} is not spoken here; zlib-stream and zstd-stream are.")


def _zstd() -> Pack:
    """Use the package, as discord.py does first, else what Python has from 3.14 on."""
    found = _module("zstandard")
    if found is not None:
        packed = found.ZstdCompressor().compressobj()
        return lambda text: packed.compress(text) + packed.flush(found.COMPRESSOBJ_FLUSH_BLOCK)
    found = _module("compression.zstd")
    if found is not None:
        compressor = found.ZstdCompressor()
        return lambda text: compressor.compress(text, compressor.FLUSH_BLOCK)
    raise NotSpoken(
        "compress=zstd-stream needs Python 3.14 or the package zstandard where the local Discord runs "
        "(pip install zstandard); zlib-stream is spoken without."
    )


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        return None
