"""The table of opened forms: a form that was open while the bot restarted can still be sent."""

from __future__ import annotations

from bot.job import row_key
from bot.request import Options
from bot.store.kept_values import KeptValues


class Forms(KeptValues[Options]):
    """What a form was opened with, by its public id."""

    _kind, _table, _column, _kept_at = Options, "forms", "options", "opened_at"

    async def get(self, form_id: str, user_id: int) -> Options | None:
        """Give what this person's form was opened with; None if it is no longer kept."""
        return self._first(
            await self._database.fetch(
                "SELECT * FROM forms WHERE key = :key AND user_id = :user_id",
                {"key": row_key(form_id), "user_id": user_id},
            )
        )
