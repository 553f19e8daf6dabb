"""The rows about this machine: Python, disks, the database, and where bot and engine meet."""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import shutil
import socket
import sqlite3
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from bot.config import wire_secret
from bot.errors import ConfigError, StoreError
from bot.store.inspection import looked_over
from bot.store.migration import read_migrations
from engine import downloads, textfile
from engine.config import HUB_ID
from engine.finding import Finding, error, ok, unchecked, warning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bot.config import Config

NEWEST_TRIED = (3, 14)
MIN_FREE_BYTES = 5_000_000_000
"""For a week of pictures of a busy bot; below it a warning, and below a tenth of it an error."""

SPARE_BYTES = 1 << 30
"""What a download leaves (`engine.download`)."""
HUB_BYTES = 7_000_000_000
"""SDXL in half precision, in diffusers layout; the hub says its size only when it is asked."""

SHARED_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "9p", "drvfs", "fuse.sshfs", "vboxsf", "virtiofs"})
"""Where SQLite's write-ahead log has no shared memory, or locks are not what they say (sqlite.org/wal.html)."""

MAX_SOCKET_PATH_BYTES = 107
"""As `engine.listen` has it."""
MIN_SECRET_CHARS = 22
"""128 bits in base64."""

INSPECTION_S = 60.0


def python(version: tuple[int, ...] = sys.version_info[:2], system: str = sys.platform) -> Finding:
    """Look at Python and the system under it."""
    name = f"Python {'.'.join(map(str, version[:2]))} on {platform.system()}"
    if system == "win32":
        return warning(
            "python",
            f"{name}: nobody has tried the bot there",
            "Use WSL2, as docs/windows.md says.",
        )
    if version > NEWEST_TRIED:
        newest = ".".join(map(str, NEWEST_TRIED))
        return warning(
            "python", f"{name} is newer than what Eshi was tried with", f"Use Python {newest} if something fails."
        )
    return ok("python", name)


def disks(
    config: Config, environ: Mapping[str, str] = os.environ, free: Callable[[Path], int] | None = None
) -> Finding:
    """Look at the room for the data, the spool and what is yet to be fetched, each of which may have its own disk."""
    said: list[str] = []
    worst = ok("disk", "")
    for folder, names, needed in _places(config, environ):
        there = free(folder) if free else shutil.disk_usage(folder).free
        said.append(f"{there / 1e9:.1f} GB are free in {folder} ({' and '.join(names)})")
        if needed and there < needed + SPARE_BYTES:
            what = f"{said[-1]}: what is yet to be fetched needs {(needed + SPARE_BYTES) / 1e9:.1f} GB"
            worst = _worse(worst, error("disk", what, "Make room, or name another folder for the models."))
        elif there < MIN_FREE_BYTES / 10:
            worst = _worse(worst, error("disk", f"{said[-1]}: nothing new can be accepted soon", "Make room."))
        elif there < MIN_FREE_BYTES:
            what = f"{said[-1]}: a busy week fills it, and then nothing new is accepted"
            worst = _worse(worst, warning("disk", what, "Make room."))
    return worst if worst.level != "ok" else ok("disk", "; ".join(said))


def _worse(one: Finding, other: Finding) -> Finding:
    order = ("ok", "warning", "error")
    return max(one, other, key=lambda row: order.index(row.level))


def _places(config: Config, environ: Mapping[str, str]) -> list[tuple[Path, list[str], int]]:
    """List a folder of each disk, what goes there, and how many bytes are yet to be fetched into it."""
    engine = config.model
    kept = [("data", config.data_dir, 0), ("spool", config.data_dir / "spool", 0)]
    fetched: list[tuple[str, Path, int]] = []
    with contextlib.suppress(textfile.TextFileError):  # a path that is none is the row of the checkpoint's
        absent = [one for one in downloads.needs(engine, config.path.parent).wanted if not one.target.exists()]
        fetched += [("models", one.target.parent, one.file.bytes) for one in absent]
    by_id = HUB_ID.fullmatch(engine.model) and not engine.model.endswith(".safetensors")
    if by_id and not (config.path.parent / engine.model).exists():
        cache = _hub_cache(environ)
        there = (cache / f"models--{engine.model.replace('/', '--')}").exists()
        fetched.append(("the hub's cache", cache, 0 if there else HUB_BYTES))
    found: dict[int, tuple[Path, list[str], int]] = {}
    for name, path, count in [*kept, *fetched]:
        folder = existing(path.absolute())
        first, names, before = found.get(folder.stat().st_dev, (folder, [], 0))
        found[folder.stat().st_dev] = first, names if name in names else [*names, name], before + count
    return list(found.values())


def _hub_cache(environ: Mapping[str, str]) -> Path:
    """Find where the hub's own client keeps what it fetched (huggingface_hub, environment variables)."""
    home = environ.get("HF_HOME") or Path(environ.get("XDG_CACHE_HOME") or "~/.cache", "huggingface")
    return Path(environ.get("HF_HUB_CACHE") or Path(home, "hub")).expanduser()


def existing(path: Path) -> Path:
    """Give the folder that is there, of one that may have to be made."""
    return next(one for one in (path, *path.parents) if one.exists())


def file_system(config: Config, mounts: Iterable[tuple[str, str]] | None = None) -> Finding:
    """Look at what kind of file system holds the database."""
    folder = existing(config.data_dir).resolve()
    if mounts is None:
        mounts = ((one.mountpoint, one.fstype) for one in psutil.disk_partitions(all=True))
    above = [(Path(place), kind) for place, kind in mounts if folder.is_relative_to(place)]
    if not above:
        return unchecked("file-system", "the system does not say what is mounted")
    place, kind = max(above, key=lambda one: len(one[0].parts))
    if kind in SHARED_FILE_SYSTEMS or kind.startswith("fuse."):
        return warning(
            "file-system",
            f"{folder} is on {kind} ({place}), where SQLite may lose or damage what it wrote",
            "Set bot.data_dir to a folder on a disk of this machine; under WSL2 one outside of /mnt.",
        )
    return ok("file-system", f"{folder} is on {kind}")


async def database(config: Config) -> Finding:
    """Look the database over without changing it."""
    path = config.data_dir / "eshi.sqlite3"
    if not await asyncio.to_thread(path.exists):
        return ok("database", f"{path} is made at the first start, for schema {read_migrations()[-1].number}")
    try:
        whole = await looked_over(path, patience_s=INSPECTION_S)
    except StoreError as refused:
        return error("database", str(refused), "Restore a copy of bot.data_dir, or move the file away to start afresh.")
    seen = "is sound" if whole else "has no damage as far as it was looked at"
    try:
        there, newest = await asyncio.to_thread(_schema, path), read_migrations()[-1].number
    except sqlite3.Error as failure:
        return error("database", f"{path}: cannot be read: {failure}", "See who may read it, and who else uses it.")
    if there > newest:
        return error(
            "database",
            f"{path}: made by a newer version of Eshi (schema {there}, this one knows {newest})",
            "Update Eshi, or restore the copy that you made before the update.",
        )
    later = f"; the next start brings it up to {newest}" if there < newest else ""
    return ok("database", f"{path} {seen}, schema {there}{later}")


def _schema(path: Path) -> int:
    """Read the number without leaving anything beside the file: it changes at a start alone."""
    with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        [(number,)] = connection.execute("PRAGMA user_version")
    return int(number)


def meeting(config: Config, environ: Mapping[str, str] = os.environ) -> list[Finding]:
    """Look at the sockets and at the secret."""
    return [_sockets(config), _secret(config, environ)]


def _sockets(config: Config) -> Finding:
    each = [_socket(config, url) for url in _urls(config)]
    return next((one for one in each if one.level != "ok"), ok("socket", ", ".join(one.says for one in each)))


def _secret(config: Config, environ: Mapping[str, str]) -> Finding:
    try:
        secret = wire_secret(config, environ)
    except ConfigError as refused:
        return error("wire-secret", str(refused), "Write a secret into that file, of one line.")
    if all(url.startswith("unix:") for url in _urls(config)):
        return ok("wire-secret", "a file's permissions guard the wire, and no secret is needed")
    if not secret and not config.bot.engine.running:
        return ok("wire-secret", "the bot makes one up for the engine that it starts")
    if len(secret) < MIN_SECRET_CHARS:
        do = "Make one: python -c 'import secrets; print(secrets.token_urlsafe(32))'."
        what = f"has {len(secret)} letters and can be guessed" if secret else "is missing, and TCP needs one"
        return error("wire-secret", f"the secret {what}", do)
    if (loose := _readable_by_others(config)) is not None:
        return warning("wire-secret", f"{loose} can be read by others on this machine", f"Run chmod 600 {loose}.")
    return ok("wire-secret", "the secret is long enough")


def _urls(config: Config) -> Sequence[str]:
    return config.bot.engine.running or (config.wire.url,)


def _readable_by_others(config: Config) -> Path | None:
    if not config.wire.secret_file:
        return None
    path = config.resolve(config.wire.secret_file)
    return path if os.name == "posix" and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH) else None


def _socket(config: Config, url: str) -> Finding:
    if not url.startswith("unix:"):
        return ok("socket", url)
    if not hasattr(socket, "AF_UNIX"):
        return error(
            "socket",
            "this system has no Unix sockets",
            'Set wire.url = "ws://127.0.0.1:7421"; the bot makes up the secret.',
        )
    path = config.resolve(url.removeprefix("unix:"))
    if len(os.fsencode(path)) > MAX_SOCKET_PATH_BYTES:
        return error(
            "socket",
            f"{path} has {len(os.fsencode(path))} bytes, and a socket's path may have {MAX_SOCKET_PATH_BYTES}",
            "Set wire.url to a shorter path, such as unix:/run/eshi/engine.sock.",
        )
    if not path.exists():
        return ok("socket", f"{path} is made by the engine")
    if not stat.S_ISSOCK(path.stat().st_mode):
        return error("socket", f"{path} is there and is no socket", "Move it away, or set wire.url to another path.")
    if path.stat().st_mode & 0o077:
        return warning("socket", f"{path} can be used by others on this machine", f"Run chmod 600 {path}.")
    return ok(
        "socket", f"an engine listens at {path}" if listens(path) else f"{path} was left by an engine that is gone"
    )


def listens(path: Path) -> bool:
    """Tell whether somebody is there."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True
