"""What the line keeps: its tickets, what was held, moved, paused and closed, and what a day's limits count."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from bot.job import public_id, row_key
from bot.queue.ticket import Ticket

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import AsyncGenerator, Sequence

    from bot.store.database import Database

_PAGE = 1000
"""Tickets read at a time: a few milliseconds each, so that the event loop is not held up."""

_COUNTS = "created_at > :since AND state IN ('queued', 'running', 'rendered', 'delivered')"
"""Failed, refused and cancelled jobs are given back."""

_COLUMNS = "key, user_id, guild_id, width, height, pictures, guided, cost, weights, weight, held, moved_at"

_WAITING = "state = 'queued' AND message_id IS NOT NULL"
"""A job that was acknowledged; before that it is nobody's yet."""


class Steered(NamedTuple):
    """What the moderators of a server decided about its line."""

    guild_id: int
    paused: bool
    closed: bool


class Drawn(NamedTuple):
    """For how many pictures something counts, and when it was asked for."""

    at: float
    pictures: int


class Whose(NamedTuple):
    """Whose pictures are counted: a person's, a server's, or a person's in one server."""

    user_id: int | None = None
    guild_id: int | None = None

    @property
    def condition(self) -> str:
        return " AND ".join(f"{name} = :{name}" for name, value in self._asdict().items() if value is not None)


class Unfinished(NamedTuple):
    """What has not ended."""

    jobs: dict[str, int]
    """How many there are, by state; those that are not there are none."""
    oldest: float | None
    """When the one that waits and came first was asked for, what is held left out; None: nothing waits."""


class StoredQueue:
    """Everything about jobs that wait, by their public ids."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(self) -> AsyncGenerator[Sequence[Ticket]]:
        """Read every job that waits and was acknowledged, the oldest first, a page at a time."""
        after = -1
        while rows := await self._database.fetch(
            f"""
            SELECT {_COLUMNS} FROM jobs WHERE {_WAITING} AND key > :after
            ORDER BY key LIMIT :page
            """,  # noqa: S608  our own words
            {"after": after, "page": _PAGE},
        ):
            yield [_ticket(row) for row in rows]
            after = rows[-1]["key"]

    async def unfinished(self) -> Unfinished:
        """Count what has not ended."""
        rows = await self._database.fetch(
            f"""
            SELECT state, count(*) AS jobs FROM jobs
            WHERE state IN ('running', 'rendered') OR state = 'queued' AND message_id IS NULL GROUP BY state
            UNION ALL SELECT 'queued', count(*) FROM jobs WHERE {_WAITING}
            """  # noqa: S608  our own words
        )
        jobs = Counter[str]()
        for row in rows:
            jobs[row["state"]] += row["jobs"]
        first = await self._database.fetch(
            f"""
            SELECT created_at FROM jobs
            WHERE key = (SELECT key FROM jobs WHERE {_WAITING} AND held = 0 ORDER BY key LIMIT 1)
            """  # noqa: S608  our own words
        )
        return Unfinished(dict(jobs), first[0]["created_at"] if first else None)

    async def started_since(self, since: float) -> Sequence[Ticket]:
        """Read what was started, the earliest first; what has to be drawn again has not been, and pays when it is."""
        rows = await self._database.fetch(
            f"SELECT {_COLUMNS} FROM jobs WHERE started_at > :since AND state <> 'running' ORDER BY started_at",  # noqa: S608  our own words
            {"since": since},
        )
        return [_ticket(row) for row in rows]

    async def hold(self, job_id: str, *, held: bool) -> bool:
        """Note that a job is held or no longer; False if it does not wait any more."""
        rows = await self._database.fetch(
            "UPDATE jobs SET held = :held, restored = 0 WHERE key = :key AND state = 'queued' RETURNING key",
            {"key": row_key(job_id), "held": held},
        )
        return bool(rows)

    async def move_up(self, job_id: str, *, now: float) -> bool:
        """Note that a job stands before the others of its asker; False if it does not wait any more."""
        rows = await self._database.fetch(
            "UPDATE jobs SET moved_at = :now WHERE key = :key AND state = 'queued' RETURNING key",
            {"key": row_key(job_id), "now": now},
        )
        return bool(rows)

    async def steered(self) -> Sequence[Steered]:
        """Read every server whose line is paused or closed."""
        rows = await self._database.fetch("SELECT guild_id, paused, closed FROM lines WHERE paused OR closed")
        return [Steered(row["guild_id"], bool(row["paused"]), bool(row["closed"])) for row in rows]

    async def steer(self, decided: Steered) -> None:
        """Note what moderators decided, in place of what stood."""
        await self._database.fetch(
            """
            INSERT INTO lines (guild_id, paused, closed) VALUES (:guild_id, :paused, :closed)
            ON CONFLICT (guild_id) DO UPDATE SET paused = excluded.paused, closed = excluded.closed
            """,
            decided._asdict(),
        )

    async def pictures(self, whose: Whose, *, since: float) -> int:
        """Add up for how many pictures everything counts that was asked for since then and not given back."""
        [row] = await self._database.fetch(
            f"SELECT coalesce(sum(counted), 0) AS pictures FROM jobs WHERE {whose.condition} AND {_COUNTS}",  # noqa: S608  our own words
            {**whose._asdict(), "since": since},
        )
        return row["pictures"]

    async def drawn(self, whose: Whose, *, since: float) -> Sequence[Drawn]:
        """Read the same one by one, the oldest first."""
        rows = await self._database.fetch(
            f"SELECT created_at, counted FROM jobs WHERE {whose.condition} AND {_COUNTS} ORDER BY created_at",  # noqa: S608  our own words
            {**whose._asdict(), "since": since},
        )
        return [Drawn(row["created_at"], row["counted"]) for row in rows]


def _ticket(row: sqlite3.Row) -> Ticket:
    key, user_id, guild_id, width, height, pictures, guided, cost, weights, weight, held, moved_at = row
    return Ticket(
        id=public_id(key),
        user_id=user_id,
        guild_id=guild_id,
        width=width,
        height=height,
        pictures=pictures,
        guided=bool(guided),
        cost=cost,
        weights=weights,
        weight=weight,
        held=bool(held),
        moved_at=moved_at,
    )
