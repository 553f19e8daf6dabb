"""What the operator does to the database from the terminal, also while the bot runs.

It asks anew, at every request, about everybody against whom something stands. Of the others it remembers that nothing
does, so nothing here may stand against anybody who was free of it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from bot.errors import StoreError
from bot.safety.audit import pseudonym
from bot.sentences import audit
from bot.store import sentences
from bot.store.key import folder_key
from bot.store.migration import read_migrations

if TYPE_CHECKING:
    from pathlib import Path

TIMEOUT_S = 5.0
"""For the lock of the bot's writer, which holds it for milliseconds."""


def lift_everywhere(folder: Path, user_id: int, *, now: float) -> bool:
    """Let somebody draw again in every server: strikes and the time-outs of moderators are gone.

    Args:
        folder: The data folder.
        user_id: Of whom.
        now: Unix seconds.

    Returns:
        Whether anything stood against them.

    Raises:
        StoreError: There is no database of this version, or it cannot be written.
    """
    path, key_file = folder / "eshi.sqlite3", folder / "hash.key"
    for needed in (path, key_file):
        if not needed.is_file():
            raise StoreError(f"{needed}: there is none; the bot makes it when it starts")
    person = pseudonym(user_id, folder_key(key_file))
    uri = f"{path.absolute().as_uri()}?mode=rw"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=TIMEOUT_S, isolation_level=None)) as database:
            return _lift(path, database, person, now)
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {error}") from error


def _lift(path: Path, database: sqlite3.Connection, person: str, now: float) -> bool:
    [(version,)] = database.execute("PRAGMA user_version")
    if version != (newest := read_migrations()[-1].number):
        raise StoreError(f"{path}: has schema {version}, and this version needs {newest}; start the bot once")
    database.execute("PRAGMA secure_delete = ON")
    database.execute("BEGIN IMMEDIATE")
    strikes = database.execute("DELETE FROM strikes WHERE person = ?", (person,)).rowcount
    locks = database.execute("DELETE FROM locks WHERE person = ? AND until > ?", (person, now)).rowcount
    if strikes or locks:
        detail = sentences.written(audit.lifted_everywhere(person))
        database.execute(
            "INSERT INTO audit (event, at, person, rule, prompt, detail) VALUES ('lifted', ?, '', '', '', ?)",
            (now, detail),
        )
    database.execute("COMMIT")
    return bool(strikes or locks)
