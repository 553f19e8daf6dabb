"""The numbered migrations: each brings a database from the version before it to its own, once and for good."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

from bot.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import aiosqlite


class Migration(NamedTuple):
    """One script, from the file that begins with its number."""

    number: int
    script: str


def read_migrations() -> tuple[Migration, ...]:
    """Read those of this version, from the first on."""
    files = resources.files("bot.store").joinpath("migrations").iterdir()
    scripts = sorted((file for file in files if file.name.endswith(".sql")), key=lambda file: file.name)
    return tuple(Migration(int(file.name.partition("_")[0]), file.read_text(encoding="utf-8")) for file in scripts)


async def migrate(path: Path, connection: aiosqlite.Connection, migrations: Sequence[Migration]) -> None:
    """Run those that the database has not seen; ``user_version`` is the number of the last one that it has.

    Args:
        path: The database, for what is said of it.
        connection: One without an isolation level, and the only one that writes.
        migrations: By number, from 1 on.

    Raises:
        StoreError: It is one of a newer version of this program.
        sqlite3.Error: It cannot be written.
    """
    newest = migrations[-1].number
    [(version,)] = await connection.execute_fetchall("PRAGMA user_version")
    if version > newest:
        raise StoreError(
            f"{path}: made by a newer version of Eshi (schema {version}, this one knows {newest}); update Eshi"
        )
    for number, script in migrations[version:]:
        # Script and number together or not at all: a migration that was killed half way starts again.
        await connection.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;")
    # Written even if it stood there: a database that can only be read is better told now than at the first job.
    await connection.execute_fetchall(f"PRAGMA user_version = {newest}")
