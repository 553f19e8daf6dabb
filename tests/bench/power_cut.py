"""What it costs a request that the disk is waited for, so that a power cut takes nothing that was acknowledged.

Requests that only wait for the commit (`synchronous = NORMAL`), those that SQLite syncs one by one (`FULL`), and those
that wait for the sync that all share (`bot.store.durability`) take turns on one database in one run, whatever else the
machine does. Whether this disk really waits for its medium is told too: where it does not, waiting costs nothing, and
keeps nothing either. The folder is that of TMPDIR: name one on the disk where the data folder will be.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.job import NewJob
from bot.request import Request
from bot.store.database import Database, open_database
from bot.store.jobs import Jobs
from tests.bench._rows import at_most, noted

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

ROUNDS, SUBMITS, AT_ONCE = 21, 25, 16
"""Of each kind, taking turns: five hundred requests of each one after the other, and as many as come together."""
SYNCS = 300
LEAST_MS = 0.05
"""A write of 4 KiB that waits for a medium takes longer: flash with a capacitor behind it takes about 0.05 ms."""
GOAL_MS = 10.0
"""What a request may take longer at the median for the sake of a power cut."""


def run() -> list[dict[str, Any]]:
    """Measure; a row a number."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measured(Path(folder)))


async def _measured(folder: Path) -> list[dict[str, Any]]:
    sync_ms = sorted(_syncs(folder / "file"))
    took: dict[str, list[float]] = {}
    async with open_database(folder / "eshi.sqlite3", busy_timeout_s=5.0) as database:
        jobs, only_committed = Jobs(database), Jobs(_NotSynced(database))
        for number in range(ROUNDS):
            kinds = (("NORMAL", only_committed), ("FULL", only_committed), ("shared sync", jobs))
            for kind, asked in kinds[number % 3 :] + kinds[: number % 3]:  # none is always behind another
                await database.fetch(f"PRAGMA synchronous = {'FULL' if kind == 'FULL' else 'NORMAL'}")
                one_by_one = [await _submit(asked) for _ in range(SUBMITS)]
                at_once = await asyncio.gather(*(_submit(asked) for _ in range(AT_ONCE)))
                took.setdefault(kind, []).extend(one_by_one)
                took.setdefault(f"{kind}, {AT_ONCE} at once", []).extend(at_once)
    rows = [
        noted(f"4 KiB written and synced, {name}", _percentile(sync_ms, percent), "ms")
        for name, percent in (("median", 50), ("p99", 99))
    ]
    waits = _percentile(sync_ms, 50) >= LEAST_MS
    rows.append(noted(f"this disk {'waits' if waits else 'does NOT wait'} for its medium", None, ""))
    for kind, all_ms in took.items():
        for name, percent in (("median", 50), ("p99", 99)):
            rows.append(noted(f"request committed, {kind}, {name}", _percentile(all_ms, percent), "ms"))
    more = _percentile(took["shared sync"], 50) - _percentile(took["NORMAL"], 50)
    return [*rows, at_most("waiting for the disk costs a request, median", more, "ms", GOAL_MS)]


class _NotSynced(Database):
    """The same connection, and nothing waits for the disk."""

    def __init__(self, database: Database) -> None:
        self.__dict__ = database.__dict__.copy()

    async def fetch(
        self, sql: str, values: Mapping[str, object] | None = None, *, durable: bool = False
    ) -> list[sqlite3.Row]:
        return await super().fetch(sql, values, durable=durable)


async def _submit(jobs: Jobs) -> float:
    """Commit a request as it is before Discord is told that it was accepted."""
    new = NewJob(
        user_id=1,
        guild_id=2,
        channel_id=3,
        application_id=4,
        interaction_id=5,
        interaction_token="token",  # noqa: S106  nobody's
        token_created_at=time.time(),
        request=Request(subject="1girl", tags="smile, night, looking at viewer", seed=1),
        prompt="1girl, smile, night, looking at viewer, safe, masterpiece, high score, great score, absurdres",
        negative_prompt="lowres, bad anatomy, bad hands, text, error, missing finger, extra digits, fewer digits",
        notes=(),
        max_file_bytes=10 * 1024 * 1024,
    )
    began = time.perf_counter()
    await jobs.submit(new, now=time.time())
    return (time.perf_counter() - began) * 1e3


def _syncs(path: Path) -> Iterable[float]:
    with path.open("wb", buffering=0) as file:
        for _ in range(SYNCS):
            file.write(os.urandom(4096))
            began = time.perf_counter()
            os.fsync(file.fileno())
            yield (time.perf_counter() - began) * 1e3


def _percentile(values: list[float], percent: int) -> float:
    return sorted(values)[len(values) * percent // 100]


if __name__ == "__main__":
    for measured in run():
        print(measured["name"], measured["value"], measured["unit"])
