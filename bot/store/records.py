"""The table of the audit log; it forgets whom, never what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.safety.audit import AuditRecord, pseudonym
from bot.store import sentences

if TYPE_CHECKING:
    import sqlite3

    from bot.store.database import Database


class Records:
    """Records of all servers, in the order in which they were written."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._key = key

    async def keep(self, record: AuditRecord) -> None:
        await self._database.fetch(
            """
            INSERT INTO audit (event, at, person, user_id, guild_id, channel_id, rule, prompt, detail)
            VALUES (:event, :at, :person, :user_id, :guild_id, :channel_id, :rule, :prompt, :detail)
            """,
            {
                **msgspec.structs.asdict(record),
                "detail": "" if record.detail is None else sentences.written(record.detail),
                "person": "" if record.user_id is None else pseudonym(record.user_id, self._key),
            },
        )

    async def of(self, user_id: int) -> tuple[AuditRecord, ...]:
        """Give everything that a person did or was refused, the oldest first."""
        rows = await self._database.fetch(
            f"SELECT {_FIELDS} FROM audit WHERE person = :person ORDER BY key",  # noqa: S608  names of our own
            {"person": pseudonym(user_id, self._key)},
        )
        return tuple(map(_record, rows))

    async def forget(self, user_id: int) -> None:
        """Forget who it was, and what they wrote: what happened stays until its time is over."""
        await self._database.fetch(
            "UPDATE audit SET user_id = NULL, prompt = '' WHERE person = :person",
            {"person": pseudonym(user_id, self._key)},
        )

    async def sweep(self, *, before: float) -> int:
        """Delete the records that were written before this moment, and say how many they were."""
        rows = await self._database.fetch("DELETE FROM audit WHERE at < :before RETURNING key", {"before": before})
        return len(rows)


def _record(row: sqlite3.Row) -> AuditRecord:
    detail = row["detail"]
    return msgspec.convert({**dict(row), "detail": sentences.read(detail) if detail else None}, AuditRecord)


_FIELDS = ", ".join(AuditRecord.__struct_fields__)
