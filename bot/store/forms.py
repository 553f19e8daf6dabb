"""The table of opened forms: a form that was open while the bot restarted can still be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.job import public_id, row_key
from bot.request import Options

if TYPE_CHECKING:
    from bot.store.database import Database

KEPT = 20
"""Of one person's."""


class Forms:
    """What a form was opened with, by its public id; the same kind of id as jobs have, and another table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, user_id: int, options: Options, *, now: float) -> str:
        """Remember a form, in place of this person's oldest one where there are as many as may be."""
        [row] = await self._database.fetch(
            "INSERT INTO forms (user_id, options, opened_at) VALUES (:user_id, :options, :now) RETURNING key",
            {"user_id": user_id, "options": msgspec.json.encode(options).decode(), "now": now},
        )
        await self._database.fetch(
            """
            DELETE FROM forms WHERE user_id = :user_id AND key NOT IN (
                SELECT key FROM forms WHERE user_id = :user_id ORDER BY key DESC LIMIT :kept
            )
            """,
            {"user_id": user_id, "kept": KEPT},
        )
        return public_id(row["key"])

    async def get(self, form_id: str, user_id: int) -> Options | None:
        """Give what this person's form was opened with; None if it is no longer kept."""
        rows = await self._database.fetch(
            "SELECT options FROM forms WHERE key = :key AND user_id = :user_id",
            {"key": row_key(form_id), "user_id": user_id},
        )
        return msgspec.json.decode(rows[0]["options"], type=Options) if rows else None

    async def of(self, user_id: int) -> tuple[Options, ...]:
        """Give what all of a person's forms were opened with, the oldest first."""
        rows = await self._database.fetch(
            "SELECT options FROM forms WHERE user_id = :user_id ORDER BY key", {"user_id": user_id}
        )
        return tuple(msgspec.json.decode(row["options"], type=Options) for row in rows)

    async def forget(self, user_id: int) -> None:
        await self._database.fetch("DELETE FROM forms WHERE user_id = :user_id", {"user_id": user_id})

    async def sweep(self, *, before: float) -> None:
        """Delete those that were opened before this moment."""
        await self._database.fetch("DELETE FROM forms WHERE opened_at < :before", {"before": before})
