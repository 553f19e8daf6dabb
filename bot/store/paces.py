"""The table of what this machine takes for a step, so that a restart can tell a wait at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.queue.pace import StepTime

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.store.database import Database


class Paces:
    """One row for each device, shape, with guidance or without, and number of pictures at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Sequence[StepTime]:
        rows = await self._database.fetch("SELECT * FROM paces")
        return [msgspec.convert({**dict(row), "guided": bool(row["guided"])}, StepTime) for row in rows]

    async def keep(self, measured: Iterable[StepTime]) -> None:
        """Put these in place of what was known of the same."""
        for one in measured:
            await self._database.fetch(
                """
                INSERT OR REPLACE INTO paces (device, width, height, guided, at_once, step_s, measured)
                VALUES (:device, :width, :height, :guided, :at_once, :step_s, :measured)
                """,
                msgspec.structs.asdict(one),
                durable=False,  # it is measured again
            )
