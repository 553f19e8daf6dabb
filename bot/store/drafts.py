"""The table of requests that wait for a press: drawn later, exactly as they were when their asker looked at them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.errors import StoreError
from bot.job import public_id, row_key
from bot.request import Request

if TYPE_CHECKING:
    from bot.store.database import Database

KEPT = 20
"""Of one person's."""


class Drafts:
    """Requests by public id; the same kind of id as jobs have, and another table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, user_id: int, request: Request, *, now: float) -> str:
        """Remember a request, in place of this person's oldest one where there are as many as may be."""
        [row] = await self._database.fetch(
            "INSERT INTO drafts (user_id, request, created_at) VALUES (:user_id, :request, :now) RETURNING key",
            {"user_id": user_id, "request": msgspec.json.encode(request).decode(), "now": now},
        )
        await self._database.fetch(
            """
            DELETE FROM drafts WHERE user_id = :user_id AND key NOT IN (
                SELECT key FROM drafts WHERE user_id = :user_id ORDER BY key DESC LIMIT :kept
            )
            """,
            {"user_id": user_id, "kept": KEPT},
        )
        return public_id(row["key"])

    async def get(self, draft_id: str) -> Request | None:
        """Look a request up; None if it is no longer kept."""
        rows = await self._database.fetch("SELECT request FROM drafts WHERE key = :key", {"key": row_key(draft_id)})
        return _request(draft_id, rows[0]["request"]) if rows else None

    async def take(self, draft_id: str, user_id: int) -> Request | None:
        """Look a person's own request up and forget it; None if it is no longer kept, or somebody else's."""
        rows = await self._database.fetch(
            "DELETE FROM drafts WHERE key = :key AND user_id = :user_id RETURNING request",
            {"key": row_key(draft_id), "user_id": user_id},
        )
        return _request(draft_id, rows[0]["request"]) if rows else None

    async def of(self, user_id: int) -> tuple[Request, ...]:
        """Give all of a person's, the oldest first."""
        rows = await self._database.fetch(
            "SELECT key, request FROM drafts WHERE user_id = :user_id ORDER BY key", {"user_id": user_id}
        )
        return tuple(_request(public_id(row["key"]), row["request"]) for row in rows)

    async def forget(self, user_id: int) -> None:
        await self._database.fetch("DELETE FROM drafts WHERE user_id = :user_id", {"user_id": user_id})

    async def sweep(self, *, before: float) -> None:
        """Delete those that were kept before this moment."""
        await self._database.fetch("DELETE FROM drafts WHERE created_at < :before", {"before": before})


def _request(draft_id: str, json: str) -> Request:
    try:
        return msgspec.json.decode(json, type=Request)
    except msgspec.DecodeError as error:
        raise StoreError(f"draft {draft_id}: its row in the database cannot be read: {error}") from error
