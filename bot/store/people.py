"""The tables of what people keep: their defaults and their favourites."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from bot.request import Options
from bot.store.remembered import Remembered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.store.database import Database


class People:
    """What one person keeps, by the person's id."""

    def __init__(self, database: Database, remembered: Remembered[int, Options] | None = None) -> None:
        self._database = database
        self.remembered: Remembered[int, Options] = remembered or Remembered()

    async def defaults(self, user_id: int) -> Options:
        """Give what stands for the options that this person leaves out; everything else is None."""
        return await self.remembered.of(user_id, partial(self._read_defaults, user_id))

    async def _read_defaults(self, user_id: int) -> Options:
        rows = await self._database.fetch("SELECT options FROM defaults WHERE user_id = :user", {"user": user_id})
        return msgspec.json.decode(rows[0]["options"], type=Options) if rows else Options()

    async def change_defaults(self, user_id: int, changes: Mapping[str, str | int | None]) -> Options:
        """Set defaults by the name of their option, or forget them where the value is None; give all of them."""
        with self.remembered.changing(user_id):
            [row] = await self._database.fetch(
                """
                INSERT INTO defaults (user_id, options) VALUES (:user, json_patch('{}', :changes))
                ON CONFLICT (user_id) DO UPDATE SET options = json_patch(options, :changes)
                RETURNING options
                """,
                {"user": user_id, "changes": msgspec.json.encode(dict(changes)).decode()},
            )
        return msgspec.json.decode(row["options"], type=Options)

    async def forget_defaults(self, user_id: int) -> None:
        with self.remembered.changing(user_id):
            await self._database.fetch("DELETE FROM defaults WHERE user_id = :user", {"user": user_id})

    async def favourites(self, user_id: int) -> dict[str, str]:
        """Give this person's favourites, text by name, in the order of the names."""
        rows = await self._database.fetch(
            "SELECT name, text FROM favourites WHERE user_id = :user ORDER BY name", {"user": user_id}
        )
        return {row["name"]: row["text"] for row in rows}

    async def save_favourite(self, user_id: int, name: str, text: str, *, most: int) -> bool:
        """Keep a favourite, in place of one of the same name; False where this person has as many as may be."""
        rows = await self._database.fetch(
            """
            INSERT INTO favourites (user_id, name, text) SELECT :user, :name, :text
            WHERE (SELECT count(*) FROM favourites WHERE user_id = :user AND name <> :name) < :most
            ON CONFLICT (user_id, name) DO UPDATE SET text = excluded.text
            RETURNING name
            """,
            {"user": user_id, "name": name, "text": text, "most": most},
        )
        return bool(rows)

    async def delete_favourite(self, user_id: int, name: str) -> bool:
        """Forget a favourite; False where there was none of that name."""
        rows = await self._database.fetch(
            "DELETE FROM favourites WHERE user_id = :user AND name = :name RETURNING name",
            {"user": user_id, "name": name},
        )
        return bool(rows)

    async def is_always_told(self, user_id: int) -> bool:
        """Whether this person wants to be told of everything that took a while."""
        rows = await self._database.fetch("SELECT 1 FROM always_told WHERE user_id = :user", {"user": user_id})
        return bool(rows)

    async def tell_always(self, user_id: int, *, wanted: bool) -> None:
        sql = (
            "INSERT OR IGNORE INTO always_told VALUES (:user)"
            if wanted
            else ("DELETE FROM always_told WHERE user_id = :user")
        )
        await self._database.fetch(sql, {"user": user_id})

    async def forget(self, user_id: int) -> None:
        """Forget everything that this person keeps."""
        await self.forget_defaults(user_id)
        await self.tell_always(user_id, wanted=False)
        await self._database.fetch("DELETE FROM favourites WHERE user_id = :user", {"user": user_id})
