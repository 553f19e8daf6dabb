"""The vocabulary on disk: one file that holds what was imported and the index built from it and the starter."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Raw, Struct

from bot.errors import ConfigError
from bot.prompt.vocabulary import starter
from bot.prompt.vocabulary.formats import Imported
from bot.prompt.vocabulary.index import Index, PackedIndex, build
from bot.prompt.vocabulary.resolve import resolve
from bot.prompt.vocabulary.vocabulary import Vocabulary

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)

Decoded = TypeVar("Decoded")

FILE = "vocabulary.msgpack"

_FORMAT = 2
"""Of the index; a file of another is rebuilt from what it imported."""


class _Stored(Struct):
    format: int
    starter: str
    """The fingerprint of the starter that the index was built with."""
    index: Raw
    imported: Raw


def load(folder: Path) -> Vocabulary:
    """Read the vocabulary: what was imported into the folder, or the starter alone.

    Raises:
        ConfigError: The folder has a vocabulary that cannot be read.
    """
    shipped = starter.read()
    path = folder / FILE
    stored = _read(path)
    if stored is None:
        return Vocabulary(Index(build(resolve(shipped, Imported()))), shipped.groups)
    if (stored.format, stored.starter) == (_FORMAT, shipped.fingerprint):
        return Vocabulary(Index(_decode(path, stored.index, PackedIndex)), shipped.groups)
    log.info("%s was built by another version; building it anew", path)
    packed = save(folder, shipped, _decode(path, stored.imported, Imported))
    return Vocabulary(Index(packed), shipped.groups)


def imported(folder: Path) -> Imported:
    """Read everything that was imported into a folder so far.

    Raises:
        ConfigError: The folder has a vocabulary that cannot be read.
    """
    path = folder / FILE
    stored = _read(path)
    return Imported() if stored is None else _decode(path, stored.imported, Imported)


def save(folder: Path, shipped: starter.Starter, rows: Imported) -> PackedIndex:
    """Build the index and put both in the folder at once: whoever reads sees the old file or the new one.

    Raises:
        ConfigError: The folder cannot be written.
    """
    packed = build(resolve(shipped, rows))
    stored = _Stored(
        _FORMAT, shipped.fingerprint, Raw(msgspec.msgpack.encode(packed)), Raw(msgspec.msgpack.encode(rows))
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _replace(folder / FILE, msgspec.msgpack.encode(stored))
    except OSError as error:
        raise ConfigError(f"{folder}: the vocabulary cannot be written: {error.strerror}") from error
    return packed


def _read(path: Path) -> _Stored | None:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    return _decode(path, data, _Stored)


def _decode(path: Path, data: bytes | Raw, kind: type[Decoded]) -> Decoded:
    try:
        return msgspec.msgpack.decode(data, type=kind)
    except msgspec.DecodeError as error:
        raise ConfigError(f"{path} is damaged ({error}): remove it and import again") from error


def _replace(path: Path, data: bytes) -> None:
    """Write beside the file, to the disk, and only then take its place."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
