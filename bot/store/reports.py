"""The table of reports: which pictures are hidden until a moderator looks, and whose reports were right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import msgspec
from msgspec import Struct

from bot.job import public_id, row_key
from bot.safety.audit import pseudonym
from bot.sentences.reports import Reason

if TYPE_CHECKING:
    import sqlite3

    from bot.job import Job
    from bot.store.database import Database

Outcome: TypeAlias = Literal["restored", "deleted"]


class Report(Struct, frozen=True, kw_only=True):
    """What one person said about the pictures of one job."""

    job_id: str
    reporter_id: int | None
    """None: somebody who asked to be forgotten."""
    author: str
    """Whoever asked for the pictures, as `bot.safety.audit.pseudonym` calls them."""
    guild_id: int | None
    """None: a direct message, where nobody moderates."""
    reported_at: float
    """Unix seconds."""
    hides: bool
    """The pictures are hidden for as long as nobody decided."""
    outcome: Outcome | None = None
    """None: not decided."""
    decider_id: int | None = None
    """None: not decided, or by somebody who asked to be forgotten."""
    decided_at: float | None = None
    notice_channel_id: int | None = None
    """Of the message that told the moderators; None: no message did."""
    notice_id: int | None = None
    reason: Reason | Literal[""] = ""
    """"": it was made before there were reasons."""
    words: str = ""
    """The reporter's own, which nobody judged."""
    spoiled: bool = False
    """The pictures were behind a spoiler when this hid them."""
    withdrawn_at: float | None = None
    """When its reporter took it back; None: it stands."""

    @property
    def open(self) -> bool:
        """Whether it waits for a moderator."""
        return self.outcome is None and self.withdrawn_at is None


class ReportReason(NamedTuple):
    """What somebody says about a picture that should not be there."""

    reason: Reason
    words: str = ""


class ReporterRecord(NamedTuple):
    """How somebody's earlier reports ended."""

    rejected: int
    """The moderators put the pictures back."""
    upheld: int
    """The pictures were deleted."""


class Reports:
    """Reports by the public id of their job."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._key = key

    async def add(
        self, job: Job, user_id: int, why: ReportReason, *, hides: bool, now: float, spoiled: bool = False
    ) -> bool:
        """Remember a report; False where this person's report of this job stands already, which is left as it is.

        Args:
            job: What is reported.
            user_id: By whom.
            why: For which reason.
            hides: Until somebody decided.
            now: Unix time in seconds.
            spoiled: The pictures are behind a spoiler.
        """
        rows = await self._database.fetch(
            """
            INSERT INTO reports
                (job, reporter, reporter_id, author, guild_id, reported_at, hides, reason, words, spoiled)
            VALUES (:job, :reporter, :reporter_id, :author, :guild, :now, :hides, :reason, :words, :spoiled)
            ON CONFLICT DO UPDATE SET reporter_id = :reporter_id, reported_at = :now, hides = :hides,
                reason = :reason, words = :words, spoiled = :spoiled, withdrawn_at = NULL
            WHERE withdrawn_at IS NOT NULL RETURNING job
            """,
            {
                "job": row_key(job.id),
                "reporter": self._person(user_id),
                "reporter_id": user_id,
                "author": self._person(job.user_id),
                "guild": job.guild_id,
                "now": now,
                "hides": hides,
                "reason": why.reason,
                "words": why.words,
                "spoiled": spoiled,
            },
        )
        return bool(rows)

    async def withdraw(self, job_id: str, user_id: int, *, since: float, now: float) -> bool:
        """Take a person's report back that was made since this moment; False where there is none, or it is decided."""
        rows = await self._database.fetch(
            """
            UPDATE reports SET withdrawn_at = :now
            WHERE job = :job AND reporter = :reporter AND reported_at >= :since
                AND outcome IS NULL AND withdrawn_at IS NULL
            RETURNING job
            """,
            {"job": row_key(job_id), "reporter": self._person(user_id), "since": since, "now": now},
        )
        return bool(rows)

    async def noticed(self, job_id: str, user_id: int, channel_id: int, message_id: int) -> None:
        """Note which message told the moderators of a report."""
        await self._database.fetch(
            """
            UPDATE reports SET notice_channel_id = :channel, notice_id = :message
            WHERE job = :job AND reporter = :reporter
            """,
            {
                "job": row_key(job_id),
                "reporter": self._person(user_id),
                "channel": channel_id,
                "message": message_id,
            },
        )

    async def of(self, job_id: str) -> tuple[Report, ...]:
        """Give every report of a job, the oldest first."""
        rows = await self._database.fetch(
            "SELECT * FROM reports WHERE job = :job ORDER BY reported_at", {"job": row_key(job_id)}
        )
        return tuple(map(_report, rows))

    async def by(self, user_id: int) -> tuple[Report, ...]:
        """Give every report that a person made, the oldest first."""
        rows = await self._database.fetch(
            "SELECT * FROM reports WHERE reporter = :reporter ORDER BY reported_at", {"reporter": self._person(user_id)}
        )
        return tuple(map(_report, rows))

    async def hidden(self, job_id: str) -> bool:
        """Tell whether a job's pictures are hidden until a moderator looks."""
        rows = await self._database.fetch(
            "SELECT 1 FROM reports WHERE job = :job AND hides AND outcome IS NULL AND withdrawn_at IS NULL LIMIT 1",
            {"job": row_key(job_id)},
        )
        return bool(rows)

    async def decide(self, job_id: str, outcome: Outcome, user_id: int | None, *, now: float) -> bool:
        """Close the open reports of a job; False where there was none, because somebody was faster.

        Args:
            job_id: Whose reports.
            outcome: What became of the pictures.
            user_id: Who decided; None where that is forgotten at once.
            now: Unix time in seconds.
        """
        rows = await self._database.fetch(
            """
            UPDATE reports SET outcome = :outcome, decider_id = :user, decided_at = :now
            WHERE job = :job AND outcome IS NULL AND withdrawn_at IS NULL RETURNING job
            """,
            {"job": row_key(job_id), "outcome": outcome, "user": user_id, "now": now},
        )
        return bool(rows)

    async def standing(self, user_id: int, guild_id: int | None, *, since: float) -> ReporterRecord:
        """Count how a person's reports in one server ended that were made since this moment."""
        [row] = await self._database.fetch(
            """
            SELECT count(*) FILTER (WHERE outcome = 'restored') AS rejected,
                count(*) FILTER (WHERE outcome = 'deleted') AS upheld
            FROM reports WHERE reporter = :reporter AND guild_id IS :guild AND reported_at >= :since
            """,
            {"reporter": self._person(user_id), "guild": guild_id, "since": since},
        )
        return ReporterRecord(row["rejected"], row["upheld"])

    async def forget(self, user_id: int) -> None:
        """Forget who it was that reported or decided, and in which words; never what."""
        await self._database.fetch(
            "UPDATE reports SET reporter_id = NULL, words = '' WHERE reporter = :reporter",
            {"reporter": self._person(user_id)},
        )
        await self._database.fetch("UPDATE reports SET decider_id = NULL WHERE decider_id = :user", {"user": user_id})

    async def sweep(self, *, before: float) -> None:
        """Delete the reports that were made before this moment."""
        await self._database.fetch("DELETE FROM reports WHERE reported_at < :before", {"before": before})

    def _person(self, user_id: int) -> str:
        return pseudonym(user_id, self._key)


def _report(row: sqlite3.Row) -> Report:
    values = dict(row)
    return msgspec.convert({**values, "job_id": public_id(values["job"])}, Report, strict=False)
