"""What a backup holds, as its own file says it; nothing in there is believed before it was looked at."""

from __future__ import annotations

import hashlib
import stat
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from bot.errors import StoreError
from bot.store.spool import write_whole
from bot.store.spool_names import SPOOLED

if TYPE_CHECKING:
    from pathlib import Path

FILE = "manifest.json"
DATABASE, SPOOL = "eshi.sqlite3", "spool"
KEY: Final = "hash.key"
FORGOTTEN: Final = "forgotten.json"
CONFIG: Final = "config.toml"
"""Names in a data folder; a backup has the same, but for its database, whose name changes with what it holds."""

MAX_BYTES = 64 * 1024 * 1024
"""Of a manifest: half a million pictures."""

Sum = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
"""A SHA-256 in hexadecimal digits."""

Part: TypeAlias = Literal["database", "hash.key", "forgotten.json", "config.toml"]
"""What has a checksum beside the manifest; the database under whichever name it has."""


class Manifest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Times are Unix seconds."""

    form: Literal[1] = 1
    taken_at: float
    """Before anything was read: what happened from then on may not be in it."""
    eshi: str = msgspec.field(default_factory=lambda: version("eshi"))
    schema: int
    """The number of the last migration that its database has seen."""
    jobs: int
    unfinished: int
    database: Annotated[str, Meta(pattern=r"^eshi(-[0-9]{1,6})?\.sqlite3$")] = DATABASE
    sums: dict[Part, Sum]
    """Of the files beside this one."""
    spool: dict[str, Sum]
    """Of those in the folder `spool`, by their names: pictures, and the latents beside them."""
    missing: int = 0
    """Files of the spool that its database knows and that were gone."""
    cleared_until: float = 0.0
    """Whoever asked to be forgotten until then is not in it, although they were when it was taken."""

    def write(self, folder: Path) -> None:
        """Put it into a backup, whole or not at all."""
        write_whole(folder / FILE, msgspec.json.format(msgspec.json.encode(self), indent=1))


def read_manifest(folder: Path) -> Manifest:
    """Read what a backup says of itself.

    Raises:
        StoreError: It is no backup, or one of another version's form, or it names what it must not.
    """
    path = folder / FILE
    try:
        if path.stat().st_size > MAX_BYTES:
            raise StoreError(f"{path}: larger than any manifest")
        read = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except OSError as error:
        raise StoreError(f"{folder}: no backup, or not a whole one: {path.name}: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StoreError(f"{path}: not one that this version reads: {error}") from error
    for name in read.spool:
        if SPOOLED.fullmatch(name) is None:
            raise StoreError(f"{path}: names a file that no spool has: {name[:80]!r}")
    return read


def sum_of(path: Path) -> str:
    """Give the SHA-256 of a file in hexadecimal digits.

    Raises:
        OSError: It cannot be read, or is no file.
    """
    if not stat.S_ISREG(path.lstat().st_mode):  # a link leads out of the backup, and a pipe would be waited for
        raise OSError(0, "is no file")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
