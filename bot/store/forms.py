"""The table of opened forms: a form that was open while the bot restarted can still be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.job import public_id, row_key
from bot.request import Options

if TYPE_CHECKING:
    from bot.store.database import Database

LIFE_S = 24 * 3600.0
"""Nobody leaves a form open for longer; a picture can be read again."""

KEPT = 20
"""Of one person's."""


class Forms:
    """What a form was opened with, by its public id; the same kind of id as jobs have, and another table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, user_id: int, options: Options, *, now: float) -> str:
        """Remember a form, and forget old ones."""
        [row] = await self._database.fetch(
            "INSERT INTO forms (user_id, options, opened_at) VALUES (:user_id, :options, :now) RETURNING key",
            {"user_id": user_id, "options": msgspec.json.encode(options).decode(), "now": now},
        )
        await self._database.fetch(
            """
            DELETE FROM forms WHERE opened_at < :oldest OR user_id = :user_id AND key NOT IN (
                SELECT key FROM forms WHERE user_id = :user_id ORDER BY key DESC LIMIT :kept
            )
            """,
            {"user_id": user_id, "oldest": now - LIFE_S, "kept": KEPT},
        )
        return public_id(row["key"])

    async def get(self, form_id: str, user_id: int) -> Options | None:
        """Give what this person's form was opened with; None if it is no longer kept."""
        rows = await self._database.fetch(
            "SELECT options FROM forms WHERE key = :key AND user_id = :user_id",
            {"key": row_key(form_id), "user_id": user_id},
        )
        return msgspec.json.decode(rows[0]["options"], type=Options) if rows else None
