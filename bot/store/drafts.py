"""The table of requests that wait for a press: drawn later, exactly as they were when their asker looked at them."""

from __future__ import annotations

from bot.job import row_key
from bot.request import Request
from bot.store.kept_values import KeptValues


class Drafts(KeptValues[Request]):
    """Requests by public id."""

    _kind, _table, _column, _kept_at = Request, "drafts", "request", "created_at"

    async def get(self, draft_id: str) -> Request | None:
        """Look a request up; None if it is no longer kept."""
        return self._first(
            await self._database.fetch("SELECT * FROM drafts WHERE key = :key", {"key": row_key(draft_id)})
        )

    async def take(self, draft_id: str, user_id: int) -> Request | None:
        """Look a person's own request up and forget it; None if it is no longer kept, or somebody else's."""
        return self._first(
            await self._database.fetch(
                "DELETE FROM drafts WHERE key = :key AND user_id = :user_id RETURNING *",
                {"key": row_key(draft_id), "user_id": user_id},
            )
        )
