"""The data folder's own secret: without it the keyed hashes in the database name nobody."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from bot.errors import StoreError
from engine import textfile

if TYPE_CHECKING:
    from pathlib import Path

KEY_BYTES = 32
"""As many as the hash gives (RFC 2104, section 3: a longer key would add nothing)."""


def folder_key(path: Path) -> bytes:
    """Read the secret, or make one that only its owner can read.

    Raises:
        StoreError: It cannot be read or made, or is not whole; a new one would forget everybody's strikes.
    """
    try:
        if not path.exists():
            _make(path)
        key = textfile.read_bytes(path)
    except textfile.TextFileError as error:
        raise StoreError(f"{error}; restore a copy, or move it away to start afresh") from error
    except OSError as error:
        raise StoreError(f"{path}: cannot be read or made: {error.strerror}") from error
    if len(key) != KEY_BYTES:
        raise StoreError(
            f"{path}: holds {len(key)} bytes instead of {KEY_BYTES}; restore a copy, or delete it to start afresh"
        )
    return key


def _make(path: Path) -> None:
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)  # whole or not at all, whenever this is killed
