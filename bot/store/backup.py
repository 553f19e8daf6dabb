"""Takes a backup of a data folder, also while the bot writes: the database first, then the files that it knows."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from bot.errors import StoreError
from bot.job import latents_file
from bot.store.manifest import CONFIG, DATABASE, FORGOTTEN, KEY, SPOOL, Manifest, sum_of
from bot.store.spool import sync_folder
from bot.store.spool_names import SPOOLED, input_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.store.manifest import Part

UNFINISHED = ".new"
"""The end of the name of a backup that is being taken."""

TIMEOUT_S = 5.0
"""For another program's lock; the bot's own never stands in the way of reading."""


class Backup(NamedTuple):
    """One that is whole."""

    path: Path
    manifest: Manifest


class _Known(NamedTuple):
    """What a copied database says."""

    schema: int
    jobs: int
    unfinished: int
    spool: dict[str, str | None]
    """Files by name, with the checksum that they were kept with; None: before there was one."""


def take(data: Path, backups: Path, *, now: float, config: Path | None = None, name: str | None = None) -> Backup:
    """Copy what must not be lost into a folder of its own, whole or not at all.

    A bot that writes meanwhile is not held up: `VACUUM INTO` reads one moment of the database, while SQLite's backup
    calls begin anew at every write, and `cp` loses what is in the log. What was deleted is not in the copy.

    Args:
        data: The data folder.
        backups: Where the backup is made; on the same disk, pictures are second names of the same files.
        now: Unix time in seconds.
        config: The configuration file, which holds no secret; None: there is none.
        name: Of the backup, in place of an older one that has it; None: by the time.

    Raises:
        StoreError: There is nothing to copy, or it cannot be read, or there is no room; what was half done is gone.
    """
    whole = backups / (name or time.strftime("%Y%m%d-%H%M%S", time.gmtime(now)))
    unfinished = whole.with_name(whole.name + UNFINISHED)
    try:
        backups.mkdir(mode=0o700, parents=True, exist_ok=True)
        if whole.exists() and name is None:
            raise StoreError(f"{whole}: there is one of this second already")
        shutil.rmtree(unfinished, ignore_errors=True)  # of a process that died
        (unfinished / SPOOL).mkdir(mode=0o700, parents=True)
        unfinished.chmod(0o700)
    except OSError as error:
        raise StoreError(f"{unfinished}: cannot be made: {error.strerror}") from error
    try:
        manifest = _copied(data, unfinished, now, config)
        _put(unfinished, whole)
    except sqlite3.Error as error:
        raise StoreError(f"{data / DATABASE}: cannot be copied to {unfinished}: {error}") from error
    except OSError as error:
        raise StoreError(f"{data}: cannot be copied to {unfinished}: {error.strerror}") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return Backup(whole, manifest)


def _put(unfinished: Path, whole: Path) -> None:
    if whole.exists():
        old = whole.with_name(f"{whole.name}.old{UNFINISHED}")
        whole.rename(old)
        unfinished.rename(whole)
        shutil.rmtree(old, ignore_errors=True)
    else:
        unfinished.rename(whole)
    sync_folder(whole.parent)


def _copied(data: Path, into: Path, now: float, config: Path | None) -> Manifest:
    copy_database(data / DATABASE, into / DATABASE)
    known = _read(into / DATABASE)
    sums: dict[Part, str] = {"database": sum_of(into / DATABASE)}
    parts: tuple[tuple[Path | None, Part], ...] = (
        (data / KEY, KEY),
        (data / FORGOTTEN, FORGOTTEN),
        (config, CONFIG),
    )
    for source, file in parts:
        if source is not None and source.exists():
            _keep(into / file, source.read_bytes())
            sums[file] = sum_of(into / file)
    spool = dict(_spooled(data / SPOOL, into / SPOOL, known.spool))
    sync_folder(into / SPOOL)
    manifest = Manifest(
        taken_at=now,
        schema=known.schema,
        jobs=known.jobs,
        unfinished=known.unfinished,
        sums=sums,
        spool=spool,
        missing=len(known.spool) - len(spool),
    )
    manifest.write(into)
    return manifest


def copy_database(source: Path, target: Path) -> None:
    """Copy one moment of a database, without its log and without what was deleted.

    Raises:
        StoreError: There is none.
        sqlite3.Error: It cannot be read, or there is no room.
        OSError: The copy cannot be written.
    """
    if not source.is_file():
        raise StoreError(f"{source}: there is none; the bot makes it when it starts")
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))  # SQLite fills a file that is empty
    uri = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=TIMEOUT_S)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _read(database: Path) -> _Known:
    """Read from a copy what belongs to it.

    Raises:
        StoreError: It is damaged.
    """
    with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        [(found,)] = connection.execute("PRAGMA quick_check(1)")
        if found != "ok":
            raise StoreError(f"{database}: the database is damaged ({found})")
        [(schema,)] = connection.execute("PRAGMA user_version")
        [(jobs, unfinished)] = connection.execute(
            "SELECT count(*), count(*) FILTER (WHERE state IN ('queued', 'running', 'rendered')) FROM jobs"
        )
        columns = {row[0] for row in connection.execute("SELECT name FROM pragma_table_info('pictures')")}
        spool: dict[str, str | None] = {}
        sums = [column if column in columns else "NULL" for column in ("sha256", "latents_sha256")]
        for file, sha256, latents_sha256 in connection.execute(
            f"SELECT file, {sums[0]}, {sums[1]} FROM pictures WHERE deleted = 0"  # noqa: S608  our own words
        ):
            spool[file] = sha256
            if latents_sha256 is not None:
                spool[latents_file(file)] = latents_sha256
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'inputs'").fetchone():
            for user_id, sha256 in connection.execute("SELECT user_id, sha256 FROM inputs"):
                spool[input_file(user_id, sha256)] = sha256
    return _Known(schema, jobs, unfinished, spool)


def _spooled(source: Path, target: Path, known: dict[str, str | None]) -> Iterator[tuple[str, str]]:
    """Copy the files that a database knows, and give their checksums; those that are gone were deleted meanwhile."""
    for name, sha256 in known.items():
        if SPOOLED.fullmatch(name) and link_or_copy(source / name, target / name):
            yield name, sha256 or sum_of(target / name)


def link_or_copy(source: Path, target: Path) -> bool:
    """Give a file of the spool a second name, or copy it to another disk; False: it is not there.

    Such a file is replaced and never written to, so a second name keeps what it was.
    """
    try:
        try:
            os.link(source, target, follow_symlinks=False)
        except FileNotFoundError:
            raise
        except OSError:  # another disk, or one that knows no second names
            _keep(target, source.read_bytes())
    except FileNotFoundError:
        return False
    return True


def _keep(path: Path, data: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
