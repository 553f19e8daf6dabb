"""The table of accepted terms: once for each person and version."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bot.store.remembered import Remembered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.store.database import Database


class Acceptances:
    """Who accepted what, by the person's id."""

    def __init__(self, database: Database, remembered: Remembered[int, Mapping[str, float]] | None = None) -> None:
        self._database = database
        self.remembered: Remembered[int, Mapping[str, float]] = remembered or Remembered()

    async def add(self, user_id: int, version: str, *, now: float) -> None:
        """Remember that a person accepted a version; the first time counts."""
        with self.remembered.changing(user_id):
            await self._database.fetch(
                """
                INSERT INTO acceptances (user_id, version, accepted_at) VALUES (:user, :version, :now)
                ON CONFLICT DO NOTHING
                """,
                {"user": user_id, "version": version, "now": now},
            )

    async def of(self, user_id: int) -> Mapping[str, float]:
        """Tell when a person accepted each version, in Unix seconds."""
        return await self.remembered.of(user_id, partial(self._read, user_id))

    async def _read(self, user_id: int) -> Mapping[str, float]:
        rows = await self._database.fetch(
            "SELECT version, accepted_at FROM acceptances WHERE user_id = :user ORDER BY accepted_at", {"user": user_id}
        )
        return {row["version"]: row["accepted_at"] for row in rows}

    async def forget(self, user_id: int) -> None:
        with self.remembered.changing(user_id):
            await self._database.fetch("DELETE FROM acceptances WHERE user_id = :user", {"user": user_id})
