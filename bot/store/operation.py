"""The tables of what the operator decided while the bot ran, which hold until they decide otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from bot.store.database import Database


class Decided(NamedTuple):
    """What holds for everybody, and for some servers."""

    paused: bool = False
    """Nothing is begun."""
    closed: bool = False
    """Nothing new is taken."""
    blocked: frozenset[int] = frozenset()
    """Servers that draw nothing."""


class Operation:
    """Read at the start and written at every decision."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self) -> Decided:
        """Give what was decided last."""
        rows = await self._database.fetch("SELECT paused, closed FROM operation")
        blocked = await self._database.fetch("SELECT guild_id FROM blocked_servers")
        paused, closed = (bool(rows[0]["paused"]), bool(rows[0]["closed"])) if rows else (False, False)
        return Decided(paused, closed, frozenset(row["guild_id"] for row in blocked))

    async def decide(self, *, paused: bool, closed: bool) -> None:
        """Keep what holds for everybody."""
        await self._database.fetch(
            """
            INSERT INTO operation (only_row, paused, closed) VALUES (1, :paused, :closed)
            ON CONFLICT (only_row) DO UPDATE SET paused = excluded.paused, closed = excluded.closed
            """,
            {"paused": paused, "closed": closed},
        )

    async def block(self, guild_id: int, *, blocked: bool, now: float) -> None:
        """Keep that a server draws nothing, or that it may again."""
        if blocked:
            sql = "INSERT INTO blocked_servers (guild_id, at) VALUES (:guild, :now) ON CONFLICT (guild_id) DO NOTHING"
        else:
            sql = "DELETE FROM blocked_servers WHERE guild_id = :guild AND at <= :now"
        await self._database.fetch(sql, {"guild": guild_id, "now": now})
