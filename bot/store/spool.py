"""Files of pictures that must not be lost: each is whole or absent, whenever the process dies."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from bot.errors import StoreError, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Spool:
    """A folder of files by name; the disk is waited for in a thread, never on the event loop."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def write(self, name: str, data: bytes) -> None:
        """Put a file in place of one of this name, if any; it survives a power cut once this returns.

        Raises:
            StoreUnavailable: The disk is full or cannot be written; the older file, if any, is as it was.
        """
        try:
            await asyncio.to_thread(_write, self._folder / name, data)
        except OSError as error:
            raise self._error(name, "written", error) from error

    async def read(self, name: str) -> bytes:
        """Read a file.

        Raises:
            StoreError: It is not there or cannot be read.
        """
        try:
            return await asyncio.to_thread((self._folder / name).read_bytes)
        except OSError as error:
            raise self._error(name, "read", error) from error

    async def delete(self, names: Iterable[str]) -> None:
        """Remove files; one that is not there is no error.

        Raises:
            StoreError: One cannot be removed.
        """
        for name in names:
            try:
                await asyncio.to_thread((self._folder / name).unlink, missing_ok=True)
            except OSError as error:
                raise self._error(name, "removed", error) from error

    async def names(self) -> set[str]:
        """Everything that lies in the folder, halves of writes that were killed included."""
        try:
            return set(await asyncio.to_thread(os.listdir, self._folder))
        except OSError as error:
            raise StoreError(f"{self._folder}: cannot be read: {error.strerror}") from error

    def _error(self, name: str, action: str, error: OSError) -> StoreError:
        kind = StoreError if isinstance(error, FileNotFoundError) else StoreUnavailable  # it will not come back
        return kind(f"{self._folder / name}: cannot be {action}: {error.strerror}")


def _write(path: Path, data: bytes) -> None:
    half = path.with_name(path.name + ".half")
    try:
        with half.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    except OSError:
        half.unlink(missing_ok=True)
        raise
    if os.name == "posix":  # elsewhere a folder cannot be opened, and the rename is durable by itself
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
