"""The backups that lie in their folder: deleted by their age, and cleared of whoever asked to be forgotten since."""

from __future__ import annotations

import asyncio
import logging
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.errors import StoreError
from bot.job import latents_file
from bot.store.backup import UNFINISHED, Backup, copy_database
from bot.store.erasing import erase, people_in
from bot.store.forgotten import read_forgotten
from bot.store.key import folder_key
from bot.store.manifest import DATABASE, FILE, FORGOTTEN, KEY, SPOOL, read_manifest, sum_of
from bot.store.spool import sync_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

log = logging.getLogger(__name__)

REPLACED = "replaced-"
"""How the folder begins in which a restore laid aside what was there; beside the database."""


class KeptBackups:
    """Backups of one data folder; the disk is waited for in a thread."""

    def __init__(self, data: Path, folder: Path | None = None) -> None:
        """Look after the backups of a data folder.

        Args:
            data: The data folder.
            folder: Where they are; None: where they are usually.
        """
        self.folder = folder or usual_folder(data)
        self._data = data

    async def sweep(self, *, before: float) -> None:
        """Delete what was taken before this moment, and clear the rest of whoever asked to be forgotten since."""
        await asyncio.to_thread(self._sweep, before)

    def whole(self) -> list[Backup]:
        """Name those that can be restored, the oldest first."""
        found: list[Backup] = []
        for path in _folders(self.folder):
            try:
                found.append(Backup(path, read_manifest(path)))
            except StoreError as error:
                if not path.name.endswith(UNFINISHED):
                    log.warning("%s", error)
        return sorted(found, key=lambda one: one.manifest.taken_at)

    def newest(self) -> float | None:
        """Tell when the last one was taken, in Unix seconds; None: there is none."""
        return max((one.manifest.taken_at for one in self.whole()), default=None)

    def _sweep(self, before: float) -> None:
        whole = self.whole()
        old = [one.path for one in whole if one.manifest.taken_at < before]
        left = [path for path in _folders(self.folder) if path.name.endswith(UNFINISHED)]  # by a process that died
        laid_aside = [path for path in _folders(self._data) if path.name.startswith(REPLACED)]
        old += [path for path in (*left, *laid_aside) if path.stat().st_mtime < before]
        for path in old:
            shutil.rmtree(path, ignore_errors=True)
            log.info("%s: its time was over", path)
        try:
            forgotten = read_forgotten(self._data / FORGOTTEN)
            for backup in whole:
                if backup.path not in old:
                    tidy(backup)
                    clear(backup, forgotten, folder_key(self._data / KEY))
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"{self.folder}: somebody asked to be forgotten, and is still in there: {error}"
            ) from error


def usual_folder(data: Path) -> Path:
    """Name where the backups of a data folder are, if nothing else is said."""
    return data / "backups"


def clear(backup: Backup, forgotten: Mapping[str, float], key: bytes) -> bool:
    """Take out of a backup whoever asked to be forgotten since; whenever this dies, it is one or the other.

    Args:
        backup: Is changed: its database gets another name, and its manifest is what tells which one counts.
        forgotten: When people asked, by `pseudonym`.
        key: What they are hashed with.

    Returns:
        Whether anybody was in it.

    Raises:
        OSError, sqlite3.Error: It cannot be read or written.
    """
    path, manifest = backup
    since = max(manifest.taken_at, manifest.cleared_until)
    people = {person for person, at in forgotten.items() if at >= since and at > manifest.cleared_until}
    if not people:
        return False
    until = max(forgotten.values())
    with closing(sqlite3.connect(f"{(path / manifest.database).as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        user_ids = people_in(connection, people, key)
    if not user_ids:
        replace(manifest, cleared_until=until).write(path)
        return False
    fresh = next_database(path, manifest.database)
    copy_database(path / manifest.database, fresh)
    with closing(sqlite3.connect(fresh)) as connection:
        with connection:
            files = erase(connection, user_ids)
        connection.execute("VACUUM")
    gone = files | {latents_file(file) for file in files}
    left = replace(
        manifest,
        database=fresh.name,
        sums={**manifest.sums, "database": sum_of(fresh)},
        spool={name: sha256 for name, sha256 in manifest.spool.items() if name not in gone},
        cleared_until=until,
    )
    left.write(path)
    tidy(Backup(path, left))
    return True


def tidy(backup: Backup) -> None:
    """Delete what lies in a backup and is no part of it: what somebody was taken out of, as it was before."""
    path, manifest = backup
    for folder, known in (
        (path, {FILE, manifest.database, *manifest.sums}),
        (path / SPOOL, manifest.spool.keys()),
    ):
        for file in folder.iterdir():
            if file.name not in known and not (file.is_dir() and not file.is_symlink()):
                file.unlink()
        sync_folder(folder)


def next_database(folder: Path, name: str) -> Path:
    """Name the database of a backup that was changed, and clear away what a process that died left of it."""
    number = int(name.removeprefix("eshi-").removesuffix(".sqlite3")) if name != DATABASE else 0
    fresh = folder / f"eshi-{number + 1}.sqlite3"
    fresh.unlink(missing_ok=True)
    return fresh


def _folders(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.is_dir() and not path.is_symlink()]
    except FileNotFoundError:
        return []
