"""The SHA-256 of large files, remembered by what a file system knows of them: seven gigabytes take many seconds."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Remembered(Struct, frozen=True):
    """Size, time of change and inode, and the hash that went with them."""

    seen: tuple[int, int, int]
    sha256: str


def cache_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Say where they are remembered: beside the compiled kernels."""
    base = environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "eshi" / "hashes.json"


def sha256(path: Path, cache: Path) -> str:
    """Give the hash of a file, without reading it again where size, time and inode are as they were.

    Raises:
        OSError: It cannot be read.
    """
    status = path.stat()
    key, seen = str(path.resolve()), (status.st_size, status.st_mtime_ns, status.st_ino)
    known = _read(cache)
    if key in known and known[key].seen == seen:
        return known[key].sha256
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    known[key] = _Remembered(seen, digest)
    with contextlib.suppress(OSError):  # then it is read again the next time
        cache.parent.mkdir(parents=True, exist_ok=True)
        fresh = cache.with_name(f"{cache.name}.{os.getpid()}")
        fresh.write_bytes(msgspec.json.encode(known))
        fresh.replace(cache)
    return digest


def _read(cache: Path) -> dict[str, _Remembered]:
    try:
        return msgspec.json.decode(cache.read_bytes(), type=dict[str, _Remembered])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return {}
