"""Who asked to be forgotten, and when: by keyed hash, beside the database, so that no older copy brings them back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from bot.errors import StoreError, StoreUnavailable
from bot.safety.audit import pseudonym
from bot.store.spool import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Forgotten:
    """One file; it names nobody, and holds one line for each person whatever they ask for how often."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._key = key
        self._writing = asyncio.Lock()

    async def note(self, user_id: int, *, now: float) -> None:
        """Remember that somebody asked; noted before and after it is done, for a copy may be taken meanwhile.

        Raises:
            StoreError: The file cannot be read or written.
        """
        async with self._writing:
            await asyncio.to_thread(self._note, pseudonym(user_id, self._key), now)

    def _note(self, person: str, now: float) -> None:
        noted = {**read_forgotten(self._path), person: now}
        try:
            write_whole(self._path, msgspec.json.format(msgspec.json.encode(noted), indent=1))
        except OSError as error:
            raise StoreUnavailable(f"{self._path}: cannot be written: {error.strerror}") from error


def read_forgotten(path: Path) -> Mapping[str, float]:
    """Read who asked to be forgotten, by `pseudonym`, and when for the last time, in Unix seconds.

    Raises:
        StoreError: The file cannot be read, or is not whole: then nobody may be brought back out of a copy.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, float])
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StoreError(f"{path}: damaged; restore the one of the newest backup ({error})") from error
