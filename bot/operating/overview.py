"""How the bot is at this moment, for whoever watches it; it names nobody and no place."""

from __future__ import annotations

import asyncio
import math
import os
import shutil
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from bot.errors import StoreError
from bot.job import State
from bot.measures import MAX_SHARDS, MAX_WORKERS
from bot.store.queue import Unfinished
from engine import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import discord

    from bot.delivery.invalid import InvalidRequests
    from bot.engine.drawing_engine import DrawingEngines, Status
    from bot.measures import BotMeasures
    from bot.store import Store

SIZES_EVERY_S = 60.0
"""How old the sizes of what is on the disk may be: a spool may have thousands of files."""

WRITES_WITHIN_S = 1.0
"""How long the database may take to give the lock of a writer."""


class DiskUse(NamedTuple):
    """Of what is on the disk, in bytes."""

    database: int
    spool: int
    free: int
    backed_up: float | None
    """When, in Unix seconds; None: there is no backup."""


class Snapshot(NamedTuple):
    """How the bot is."""

    gateway: bool
    database: bool
    """It gave the lock of a writer."""
    engine: str
    """``ready``, ``loading``, ``draining``, ``away`` or ``unusable``: of the one that is nearest to drawing."""
    jobs: Mapping[str, int]
    """Unfinished ones by state; empty where the database cannot say."""
    oldest_s: float
    """Of what waits in line."""

    @property
    def ready(self) -> bool:
        """Whether requests are taken."""
        return self.gateway and self.database


@dataclass(kw_only=True, eq=False)
class Overview:
    """Asks everything that can be asked at once, whoever wants to know."""

    client: discord.AutoShardedClient
    store: Store
    engines: DrawingEngines
    invalid: InvalidRequests
    measures: BotMeasures
    data_dir: Path
    now: Callable[[], float]
    """Unix time in seconds."""
    clock: Callable[[], float] = time.monotonic
    _disk_use: tuple[float, DiskUse] | None = field(default=None, init=False)

    async def snapshot(self) -> Snapshot:
        """Look at everything that decides how it is."""
        writes, waiting = False, Unfinished({}, None)
        try:
            async with asyncio.timeout(WRITES_WITHIN_S):
                await self.store.require_writable()
                waiting = await self.store.queue.unfinished()
                writes = True
        except (StoreError, TimeoutError):
            pass
        oldest_s = 0.0 if waiting.oldest is None else max(self.now() - waiting.oldest, 0.0)
        return Snapshot(self.client.is_ready(), writes, self.engine_state, waiting.jobs, oldest_s)

    @property
    def engine_state(self) -> str:
        """Name the state of the engine that is nearest to drawing, in one word."""
        return _word(self.engines.status)

    async def status(self) -> str:
        """Say in a line how it is, for the operator."""
        seen = await self.snapshot()
        waiting, drawing = seen.jobs.get(State.QUEUED, 0), seen.jobs.get(State.RUNNING, 0)
        parts = [f"{waiting} in line", f"drawing {drawing}"]
        parts += [" ".join(filter(None, ("engine", name, _word(status)))) for name, status in self.engines.statuses]
        parts += [] if seen.gateway else ["gateway away"]
        parts += [] if seen.database else ["database takes nothing"]
        return ", ".join(parts)

    async def health(self) -> Mapping[str, object]:
        """Say how it is, for the page."""
        seen = await self.snapshot()
        return {
            "ready": seen.ready,
            "gateway": seen.gateway,
            "database": seen.database,
            "engine": seen.engine,
            "engines": [_word(status) for _, status in self.engines.statuses],
            "jobs": dict(seen.jobs),
            "oldest_waiting_s": round(seen.oldest_s, 1),
        }

    async def look(self) -> None:
        """Set every gauge."""
        seen, disk, measures = await self.snapshot(), await self.disk_use(), self.measures
        for state in (State.QUEUED, State.RUNNING, State.RENDERED):
            if seen.database:
                measures.jobs.set(state, to=seen.jobs.get(state, 0))
        measures.oldest.set(to=seen.oldest_s)
        measures.gateway.set(to=seen.gateway)
        measures.database.set(to=seen.database)
        measures.engine.values.clear()  # a worker may leave
        for number, (_, status) in enumerate(self.engines.statuses[:MAX_WORKERS]):
            measures.engine.set(str(number), to=isinstance(status, wire.Ready))
        measures.invalid.set(to=self.invalid.recent)
        latencies = self.client.latencies
        if len(latencies) <= MAX_SHARDS:
            for shard, latency in latencies:
                if math.isfinite(latency):
                    measures.latency.set(str(shard), to=latency)
        measures.database_bytes.set(to=disk.database)
        measures.spool_bytes.set(to=disk.spool)
        measures.free_bytes.set(to=disk.free)
        if disk.backed_up is not None:
            measures.backup.set(to=max(self.now() - disk.backed_up, 0.0))

    async def disk_use(self) -> DiskUse:
        """Say how much there is on the disk, as it was a minute ago at most."""
        now = self.clock()
        if self._disk_use is None or now - self._disk_use[0] > SIZES_EVERY_S:
            self._disk_use = now, await asyncio.to_thread(_disk_use, self.data_dir, self.store.backups.newest)
        return self._disk_use[1]


def _word(status: Status) -> str:
    """Name an engine's state; why it is so stands in the log."""
    match status:
        case wire.Ready():
            return "ready"
        case wire.Loading():
            return "loading"
        case wire.Draining():
            return "draining"
        case away:
            return "unusable" if away.unusable else "away"


def _disk_use(folder: Path, newest: Callable[[], float | None]) -> DiskUse:
    database = sum(_bytes(path) for path in folder.glob("eshi.sqlite3*"))
    with os.scandir(folder / "spool") as files:
        spool = sum(_bytes(file) for file in files)
    return DiskUse(database, spool, shutil.disk_usage(folder).free, newest())


def _bytes(file: Path | os.DirEntry[str]) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:  # deleted meanwhile
        return 0
