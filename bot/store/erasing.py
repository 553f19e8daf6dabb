"""Takes people out of a copy of the database, whatever version made it: what `/me forget` does, done again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.safety.audit import pseudonym
from bot.store.spool_names import input_file

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterator

_KNOWN_BY_ID = (
    ("jobs", "user_id"),
    ("inputs", "user_id"),
    ("drafts", "user_id"),
    ("forms", "user_id"),
    ("defaults", "user_id"),
    ("favourites", "user_id"),
    ("always_told", "user_id"),
    ("acceptances", "user_id"),
    ("audit", "user_id"),
    ("reports", "reporter_id"),
    ("reports", "decider_id"),
)
"""Where Discord's ids of people stand, of whatever version."""

_DELETED = ("jobs", "inputs", "drafts", "forms", "defaults", "favourites", "always_told", "acceptances")

_EMPTIED = (
    ("audit", "user_id", {"user_id": None, "prompt": ""}),
    ("reports", "reporter_id", {"reporter_id": None, "words": ""}),
    ("reports", "decider_id", {"decider_id": None}),
)
"""What is kept without whose it was: the table, by whom it is found, and what is written over."""


def people_in(connection: sqlite3.Connection, people: Collection[str], key: bytes) -> frozenset[int]:
    """Tell which of these people, by `pseudonym`, a copy knows by their ids."""
    ids = {
        row[0]
        for table, column in _KNOWN_BY_ID
        if column in _columns(connection, table)
        for row in connection.execute(f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL")  # noqa: S608  our own words
    }
    wanted = frozenset(people)
    return frozenset(user_id for user_id in ids if pseudonym(user_id, key) in wanted)


def erase(connection: sqlite3.Connection, user_ids: Collection[int]) -> frozenset[str]:
    """Delete what people asked for and kept, and forget in the rest who they were.

    Args:
        connection: To a copy that nobody else uses; it is left in a transaction.
        user_ids: Of the people.

    Returns:
        The names of the pictures' files, which must go too.
    """
    connection.execute("PRAGMA secure_delete = ON")
    files: set[str] = set()
    for user_id in user_ids:
        files |= {*_files(connection, user_id)}
        for table, by, changes in _EMPTIED:
            there = _columns(connection, table)
            if by in there:
                changed = ", ".join(f"{name} = :{name}_" for name in changes if name in there)
                values = {f"{name}_": value for name, value in changes.items()}
                connection.execute(f"UPDATE {table} SET {changed} WHERE {by} = :user", {**values, "user": user_id})  # noqa: S608  our own words
        for table in _DELETED:
            if _columns(connection, table):
                connection.execute(f"DELETE FROM {table} WHERE user_id = :user", {"user": user_id})  # noqa: S608  our own words
    return frozenset(files)


def _files(connection: sqlite3.Connection, user_id: int) -> Iterator[str]:
    rows = connection.execute(
        "SELECT file FROM pictures JOIN jobs ON jobs.key = pictures.job WHERE user_id = :user", {"user": user_id}
    ).fetchall()
    connection.execute(
        "DELETE FROM pictures WHERE job IN (SELECT key FROM jobs WHERE user_id = :user)", {"user": user_id}
    )
    yield from (file for (file,) in rows)
    if _columns(connection, "inputs"):
        brought = connection.execute("SELECT sha256 FROM inputs WHERE user_id = :user", {"user": user_id}).fetchall()
        yield from (input_file(user_id, sha256) for (sha256,) in brought)


def _columns(connection: sqlite3.Connection, table: str) -> frozenset[str]:
    """Name those of a table; none where this version has no such table."""
    return frozenset(name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,)))
