"""A table of values that wait for somebody's press: the newest few of each person, by a public id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

import msgspec

from bot.errors import StoreError
from bot.job import public_id

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from bot.store.database import Database

KEPT = 20
"""Of one person's."""

_Value = TypeVar("_Value")


class KeptValues(Generic[_Value]):
    """What drafts and forms have in common; the ids are of the same kind as those of jobs, and of another table."""

    _kind: ClassVar[type[Any]]
    """What the JSON of a row is read as."""
    _table: ClassVar[str]
    _column: ClassVar[str]
    """Holds the value."""
    _kept_at: ClassVar[str]
    """The column that tells since when."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, user_id: int, value: _Value, *, now: float) -> str:
        """Remember a value, in place of this person's oldest one where there are as many as may be; give its id."""
        [row] = await self._database.fetch(
            f"INSERT INTO {self._table} (user_id, {self._column}, {self._kept_at})"
            " VALUES (:user_id, :value, :now) RETURNING key",
            {"user_id": user_id, "value": msgspec.json.encode(value).decode(), "now": now},
        )
        await self._database.fetch(
            f"""
            DELETE FROM {self._table} WHERE user_id = :user_id AND key NOT IN (
                SELECT key FROM {self._table} WHERE user_id = :user_id ORDER BY key DESC LIMIT :kept
            )
            """,
            {"user_id": user_id, "kept": KEPT},
        )
        return public_id(row["key"])

    async def of(self, user_id: int) -> tuple[_Value, ...]:
        """Give all of a person's, the oldest first."""
        rows = await self._database.fetch(
            f"SELECT * FROM {self._table} WHERE user_id = :user_id ORDER BY key", {"user_id": user_id}
        )
        return tuple(self._read(row) for row in rows)

    async def forget(self, user_id: int) -> None:
        await self._database.fetch(f"DELETE FROM {self._table} WHERE user_id = :user_id", {"user_id": user_id})

    async def sweep(self, *, before: float) -> None:
        """Delete those that were kept before this moment."""
        await self._database.fetch(f"DELETE FROM {self._table} WHERE {self._kept_at} < :before", {"before": before})

    def _first(self, rows: Sequence[sqlite3.Row]) -> _Value | None:
        return self._read(rows[0]) if rows else None

    def _read(self, row: sqlite3.Row) -> _Value:
        try:
            return msgspec.json.decode(row[self._column], type=self._kind)
        except msgspec.DecodeError as error:
            found = public_id(row["key"])
            raise StoreError(f"{self._table}, {found}: the row in the database cannot be read: {error}") from error
