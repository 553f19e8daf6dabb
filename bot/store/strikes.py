"""The tables of strikes, locks and lifts: people stand there by keyed hash, which outlives a wish to be forgotten."""

from __future__ import annotations

import operator
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

from bot.safety.audit import pseudonym
from bot.store.remembered import Remembered

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from bot.store.database import Database


_LIFTED = "coalesce((SELECT at FROM lifts WHERE person = :person AND guild_id = :guild), -1)"
"""Until when strikes of a person do not count in a server."""


_PEOPLE = 1024
"""Whose names are kept at hand: a hash lets the database's thread run meanwhile, and waits for it afterwards."""

EVERYWHERE = 0
"""In place of a server's id: the operator locked somebody out of all. No server has it."""


class Against(NamedTuple):
    """What stands against somebody in one server."""

    strikes: tuple[float, ...]
    """When each was given, in any order; those that an admin lifted here are not among them."""
    locked_until: float | None
    """By a moderator; it may be over."""


class Strikes:
    """What the text filter counted against somebody, and for how long a server's moderators locked them out."""

    def __init__(
        self, database: Database, key: bytes, remembered: Remembered[str, Sequence[sqlite3.Row]] | None = None
    ) -> None:
        self._database = database
        self.person = lru_cache(_PEOPLE)(partial(pseudonym, key=key))
        """Gives by what a person stands in these tables."""
        # Only of whom nothing is known: what is may be lifted from the terminal while the bot runs, and a strike or a
        # lock is given here alone.
        self.remembered: Remembered[str, Sequence[sqlite3.Row]] = remembered or Remembered(operator.not_)

    async def give(self, user_id: int, *, now: float) -> None:
        """Count one more."""
        person = self.person(user_id)
        with self.remembered.changing(person):
            await self._database.fetch(
                "INSERT INTO strikes (person, at) VALUES (:person, :now)", {"person": person, "now": now}
            )

    async def of(self, user_id: int) -> tuple[float, ...]:
        """Give when each strike was given, the oldest first."""
        rows = await self._database.fetch(
            "SELECT at FROM strikes WHERE person = :person ORDER BY at", {"person": self.person(user_id)}
        )
        return tuple(row["at"] for row in rows)

    async def against(self, user_id: int, guild_id: int | None) -> Against:
        """Give all that decides whether somebody may draw; of most people that is nothing, and is remembered."""
        person = self.person(user_id)
        rows = await self.remembered.of(person, partial(self._read, person))
        lifted = max((row["at"] for row in rows if row["what"] == "lift" and row["guild_id"] == guild_id), default=-1)
        strikes = tuple(row["at"] for row in rows if row["what"] == "strike" and row["at"] > lifted)
        locks = [row["at"] for row in rows if row["what"] == "lock" and row["guild_id"] in {guild_id, EVERYWHERE}]
        return Against(strikes, max(locks, default=None))

    async def _read(self, person: str) -> Sequence[sqlite3.Row]:
        return await self._database.fetch(
            """
            SELECT 'strike' AS what, NULL AS guild_id, at FROM strikes WHERE person = :person
            UNION ALL SELECT 'lift', guild_id, at FROM lifts WHERE person = :person
            UNION ALL SELECT 'lock', guild_id, until FROM locks WHERE person = :person
            """,
            {"person": person},
        )

    async def lock_person(self, person: str, guild_id: int, *, until: float) -> None:
        """Lock somebody out in one server, in place of a lock that they have there; one that is over lets them in.

        Args:
            person: The keyed hash of the user's id; after somebody was forgotten nothing else is known.
            guild_id: Of the server.
            until: In Unix seconds.
        """
        with self.remembered.changing(person):
            await self._database.fetch(
                """
                INSERT INTO locks (person, guild_id, until) VALUES (:person, :guild, :until)
                ON CONFLICT (person, guild_id) DO UPDATE SET until = excluded.until
                """,
                {"person": person, "guild": guild_id, "until": until},
            )

    async def lock_everywhere(self, user_id: int, *, until: float) -> None:
        """Lock somebody out of every server, or let them in again, as `lock_person`."""
        await self.lock_person(self.person(user_id), EVERYWHERE, until=until)

    async def locked_until(self, user_id: int, guild_id: int | None) -> float | None:
        """Tell until when a server's moderators locked somebody out; None where they never did."""
        rows = await self._database.fetch(
            "SELECT until FROM locks WHERE person = :person AND guild_id = :guild",
            {"person": self.person(user_id), "guild": guild_id},
        )
        return rows[0]["until"] if rows else None

    async def locks(self, user_id: int) -> dict[int, float]:
        """Give until when somebody is or was locked out, by server."""
        rows = await self._database.fetch(
            "SELECT guild_id, until FROM locks WHERE person = :person", {"person": self.person(user_id)}
        )
        return {row["guild_id"]: row["until"] for row in rows}

    async def lift(self, user_id: int, guild_id: int, *, now: float) -> bool:
        """Let somebody draw again in one server: strikes until now count no more there, and a lock there is over.

        Returns:
            Whether this did it; of two who do it at once, one.
        """
        values = {"person": self.person(user_id), "guild": guild_id, "now": now}
        lifted = await self._database.fetch(
            f"""
            INSERT INTO lifts (person, guild_id, at) SELECT :person, :guild, :now
            WHERE EXISTS (SELECT 1 FROM strikes WHERE person = :person AND at > {_LIFTED})
            ON CONFLICT (person, guild_id) DO UPDATE SET at = excluded.at RETURNING at
            """,  # noqa: S608  words of our own
            values,
        )
        ended = await self._database.fetch(
            """
            UPDATE locks SET until = :now WHERE person = :person AND guild_id = :guild AND until > :now
            RETURNING until
            """,
            values,
        )
        return bool(lifted or ended)

    async def lifts(self, user_id: int) -> dict[int, float]:
        """Give when admins let somebody draw again, by server."""
        rows = await self._database.fetch(
            "SELECT guild_id, at FROM lifts WHERE person = :person", {"person": self.person(user_id)}
        )
        return {row["guild_id"]: row["at"] for row in rows}

    async def sweep(self, *, strikes_before: float, now: float) -> None:
        """Forget the strikes that no longer count, what lifted only such, and the locks that are over."""
        for table in ("strikes", "lifts"):
            await self._database.fetch(f"DELETE FROM {table} WHERE at < :before", {"before": strikes_before})  # noqa: S608  names of our own
        await self._database.fetch("DELETE FROM locks WHERE until < :now", {"now": now})
