"""Files of pictures that must not be lost: each is whole or absent, whenever the process dies."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import stat
from itertools import count
from typing import TYPE_CHECKING

from bot.errors import PictureLost, StoreError, StoreUnavailable
from bot.store.wholeness import checksum

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

log = logging.getLogger(__name__)

_LOST = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP}
"""There is no file, or something else in its place; it will not come back."""


class Spool:
    """A folder of files by name; the disk is waited for in a thread, never on the event loop."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def write(self, name: str, data: bytes) -> str:
        """Put a file in place of one of this name, if any; it survives a power cut once this returns.

        Returns:
            Its checksum.

        Raises:
            StoreUnavailable: The disk is full or cannot be written; the older file, if any, is as it was.
        """
        try:
            return await asyncio.to_thread(_write, self._folder / name, data)
        except OSError as error:
            raise self._error(name, "written", error) from error

    async def read(self, name: str, fault: Callable[[bytes], str | None] = lambda _data: None) -> bytes:
        """Read a file, and look at it in the same thread.

        Args:
            name: Of the file.
            fault: Says what is wrong with what it holds; None: nothing.

        Raises:
            PictureLost: It is not there, or something is wrong with it.
            StoreUnavailable: It cannot be read.
        """
        try:
            data, wrong = await asyncio.to_thread(_read, self._folder / name, fault)
        except OSError as error:
            raise self._error(name, "read", error) from error
        if wrong is not None:
            raise PictureLost(f"{self._folder / name}: damaged: {wrong}")
        return data

    async def delete(self, names: Iterable[str]) -> None:
        """Remove files; one that is not there is no error, and one that cannot be removed keeps no other.

        Raises:
            StoreError: One cannot be removed.
        """
        failed: StoreError | None = None
        for name in names:
            try:
                await asyncio.to_thread((self._folder / name).unlink, missing_ok=True)
            except OSError as error:
                failed = self._error(name, "removed", error)
        if failed is not None:
            raise failed

    async def names(self) -> set[str]:
        """Every file that lies there, halves of writes that were killed included; a folder among them is not ours."""
        try:
            return await asyncio.to_thread(_files, self._folder)
        except OSError as error:
            raise StoreError(f"{self._folder}: cannot be read: {error.strerror}") from error

    def _error(self, name: str, action: str, error: OSError) -> StoreError:
        kind = PictureLost if action == "read" and error.errno in _LOST else StoreUnavailable
        return kind(f"{self._folder / name}: cannot be {action}: {error.strerror}")


def _files(folder: Path) -> set[str]:
    with os.scandir(folder) as entries:
        return {entry.name for entry in entries if not entry.is_dir(follow_symlinks=False)}


def _read(path: Path, fault: Callable[[bytes], str | None]) -> tuple[bytes, str | None]:
    if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for
        return b"", "there is no file, but something else"
    data = path.read_bytes()
    return data, fault(data)


def _make_room(path: Path) -> None:
    """Move a folder aside that somebody put in a file's place; it is not ours to delete."""
    if path.is_dir() and not path.is_symlink():
        names = (path.with_name(f"{path.name}.aside-{number}") for number in count(1))
        aside = next(name for name in names if not name.exists())
        path.rename(aside)
        log.error("%s: a folder in the place of a file; it is now %s", path, aside.name)


def _write(path: Path, data: bytes) -> str:
    _make_room(path)
    write_whole(path, data)
    return checksum(data)


def write_whole(path: Path, data: bytes) -> None:
    """Put a file in place of one of this name, if any, whole or not at all; it survives a power cut once this returns.

    Only its owner can read it, wherever it is moved.

    Raises:
        OSError: It cannot be written; the older file, if any, is as it was.
    """
    half = path.with_name(path.name + ".half")
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    except OSError:
        half.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Let what was renamed, made or deleted in a folder survive a power cut."""
    if os.name != "posix":  # there a folder cannot be opened, and the rename is durable by itself
        return
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
