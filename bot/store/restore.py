"""Puts a backup in the place of a data folder: made beside it, and renamed, so that a kill leaves one or the other.

What happened since the backup was taken is not known to it. So whatever was not at its end then waits until somebody
wants it, nobody comes back who asked to be forgotten, and no id is given a second time.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import time
from contextlib import closing
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bot.errors import StoreError
from bot.job import latents_file
from bot.store.backup import link_or_copy
from bot.store.database import held, open_database
from bot.store.erasing import erase, people_in
from bot.store.forgotten import read_forgotten
from bot.store.kept_backups import REPLACED
from bot.store.key import folder_key
from bot.store.manifest import DATABASE, FORGOTTEN, KEY, SPOOL, Manifest, read_manifest, sum_of
from bot.store.migration import read_migrations
from bot.store.spool import sync_folder, write_whole

if TYPE_CHECKING:
    from pathlib import Path

RESTORING = "restoring"
"""A folder in the data folder: what is restored, until it is in its place."""

_MOVED = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", f"{DATABASE}-journal", KEY, FORGOTTEN, SPOOL)

SKIPPED_IDS = 2**20
"""Of a thousand million; buttons of what was asked for since the backup have such ids, which are not given again."""

_NUMBERED = ("jobs", "drafts", "forms")
"""Tables whose keys stand in buttons."""

_DAY_S = 86_400.0


class Restoration(NamedTuple):
    """What came of it."""

    jobs: int
    on_hold: int
    """Jobs that were not at their end, and wait for somebody who wants them."""
    forgotten: int
    """People who asked to be forgotten since, and are."""
    lost: int
    """Files of the spool that are damaged or missing in the backup."""
    replaced: Path
    """The folder with what was there before."""


def require_whole(data: Path) -> None:
    """Let nobody begin afresh in a folder that is half restored.

    Raises:
        StoreError: A restore was broken off.
    """
    if (data / RESTORING).exists():
        raise StoreError(f"{data}: a restore was broken off; run it again")


def restore(data: Path, source: Path, *, now: float, days: float, old: bool = False) -> Restoration:
    """Put a backup in the place of what is in a data folder; that is laid aside.

    Args:
        data: The data folder, of which no bot may run.
        source: The backup.
        now: Unix time in seconds.
        days: For how long backups are kept: what is older holds what should be gone by now.
        old: Take one that is older.

    Raises:
        StoreError: A bot runs, or the backup is damaged, of a newer version, or too old; nothing was changed. Or the
            disk failed, and the sentence says so.
    """
    manifest = read_manifest(source)
    _require_usable(source, manifest, now=now, days=None if old else days)
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        with held(data / DATABASE):
            return _restored(data, source, manifest, now)
    except sqlite3.Error as error:
        raise StoreError(f"{source}: its database cannot be used: {error}") from error
    except OSError as error:
        raise StoreError(f"{source}: cannot be restored to {data}: {error.strerror or error}") from error


def _require_usable(source: Path, manifest: Manifest, *, now: float, days: float | None) -> None:
    if manifest.schema > (newest := read_migrations()[-1].number):
        raise StoreError(
            f"{source}: of a newer version of Eshi, {manifest.eshi} (schema {manifest.schema}, and this one knows "
            f"{newest}); update Eshi"
        )
    age_days = (now - manifest.taken_at) / _DAY_S
    if days is not None and age_days > days:
        raise StoreError(
            f"{source}: {age_days:.0f} days old, and bot.retention.backups_days is {days:g}: it holds what should be "
            "gone by now; take a newer one, or say --old"
        )
    for name, expected in manifest.sums.items():
        path = source / (manifest.database if name == "database" else name)
        try:
            found = sum_of(path)
        except OSError as error:
            raise StoreError(f"{path}: cannot be read: {error.strerror}") from error
        if found != expected:
            raise StoreError(f"{path}: damaged: its checksum is another; take another backup")


def _restored(data: Path, source: Path, manifest: Manifest, now: float) -> Restoration:
    fresh = data / RESTORING
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / SPOOL).mkdir(mode=0o700, parents=True)
    in_place = False
    try:
        write_whole(fresh / DATABASE, (source / manifest.database).read_bytes())
        if KEY in manifest.sums:
            write_whole(fresh / KEY, (source / KEY).read_bytes())
        lost = sum(
            not _came(source / SPOOL / name, fresh / SPOOL / name, sha256) for name, sha256 in manifest.spool.items()
        )
        asyncio.run(_bring_up_to_date(fresh / DATABASE))
        with closing(sqlite3.connect(fresh / DATABASE, isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            forgotten = _forget(database, data, source, fresh, manifest)
            on_hold = _hold(database)
            _skip_ids(database, data / DATABASE)
            database.execute("COMMIT")
            [(jobs,)] = database.execute("SELECT count(*) FROM jobs")
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (fresh / "eshi.lock").unlink(missing_ok=True)
        sync_folder(fresh / SPOOL)
        sync_folder(fresh)
        in_place = True
        replaced = _exchange(data, fresh, now)
    finally:
        if not in_place:
            shutil.rmtree(fresh, ignore_errors=True)
    return Restoration(jobs, on_hold, forgotten, lost, replaced)


def _came(source: Path, target: Path, sha256: str) -> bool:
    """Take a file of the spool that is what was kept; what is not is no reason to restore nothing."""
    try:
        return sum_of(source) == sha256 and link_or_copy(source, target)
    except OSError:
        return False


async def _bring_up_to_date(database: Path) -> None:
    async with open_database(database, busy_timeout_s=5.0):
        pass


def _forget(database: sqlite3.Connection, data: Path, source: Path, fresh: Path, manifest: Manifest) -> int:
    """Forget again whoever asked for it since the backup, as far as any list that is at hand knows."""
    known: dict[str, float] = {}
    lists = [
        data / FORGOTTEN,
        *data.glob(f"{REPLACED}*/{FORGOTTEN}"),
        source / FORGOTTEN,
        *source.parent.glob(f"*/{FORGOTTEN}"),
    ]
    for path in lists:
        for person, at in read_forgotten(path).items():
            known[person] = max(at, known.get(person, at))
    write_whole(fresh / FORGOTTEN, msgspec.json.format(msgspec.json.encode(known), indent=1))
    people = {person for person, at in known.items() if at >= manifest.taken_at}
    keys = {folder_key(path) for path in (fresh / KEY, data / KEY) if path.exists()}
    user_ids = frozenset[int]().union(*(people_in(database, people, key) for key in keys))
    for file in erase(database, user_ids):
        for name in (file, latents_file(file)):
            (fresh / SPOOL / name).unlink(missing_ok=True)
    return len(user_ids)


def _hold(database: sqlite3.Connection) -> int:
    """Let everything wait that was not at its end, and tell nobody of what was: both may have been done since."""
    held_now = database.execute(
        """
        UPDATE jobs SET state = 'queued', held = 1, restored = 1, started_at = NULL, engine_s = NULL
        WHERE state IN ('queued', 'running', 'rendered')
        """
    )
    database.execute("UPDATE jobs SET tell = 0, untold = 0 WHERE restored = 0 AND (tell = 1 OR untold = 1)")
    return held_now.rowcount


def _skip_ids(database: sqlite3.Connection, before: Path) -> None:
    """Give no id again that was given since the backup: an old button must not find somebody else's job."""
    given = _numbers(database)
    try:
        with closing(sqlite3.connect(f"{before.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            since = _numbers(connection)
    except sqlite3.Error:
        since = {}  # there is none, or it is damaged
    for table in _NUMBERED:
        number = max(given.get(table, 0), since.get(table, 0)) + SKIPPED_IDS
        database.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        database.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, number))


def _numbers(database: sqlite3.Connection) -> dict[str, int]:
    return dict(database.execute("SELECT name, seq FROM sqlite_sequence"))


def _exchange(data: Path, fresh: Path, now: float) -> Path:
    """Lay aside what is there, and move what is restored into its place; `require_whole` sees this broken off."""
    name = f"{REPLACED}{time.strftime('%Y%m%d-%H%M%S', time.gmtime(now))}"
    names = (data / (name if number == 1 else f"{name}-{number}") for number in count(1))
    replaced = next(path for path in names if not path.exists())
    replaced.mkdir(mode=0o700)
    for name in _MOVED:
        if (data / name).exists():
            (data / name).rename(replaced / name)
    for path in [*fresh.iterdir()]:
        path.rename(data / path.name)
    fresh.rmdir()
    sync_folder(replaced)
    sync_folder(data)
    return replaced
