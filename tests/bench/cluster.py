"""A cluster of cards that sleep: how much of them is used, what a picture costs front and bot, how old events are.

All of it shares the processors of this machine, four cards and two programs.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import struct
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import psutil

from bot.engine.client import EngineClient
from bot.flow.pool import Pool
from bot.queue.joint_pace import JointPace
from bot.queue.queue import Queue
from bot.queue.ticket import Ticket
from engine import wire
from tests.bench._rows import at_most, noted, row
from tests.bench._whole_bot import pictures_of_the_whole_bot
from tests.cluster.machines import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

STEPS, STEP_S = 28, 0.05
JOBS_A_WORKER = 12
SIZES = (1, 2, 4)
PICTURE_BYTES = 1_500_000
"""A PNG of 832×1216."""
LINEAR = 97.0
LATE_MS = 100.0
CARD_S = 0.8
"""What an H100 takes for a picture, about."""
CARDS = 24


def run() -> Iterator[dict[str, Any]]:
    """Measure; a row a number."""
    if importlib.util.find_spec("ray") is None:
        yield noted("cluster", None, "skipped: the extra ray is not installed")
        return
    for cards in SIZES:
        with tempfile.TemporaryDirectory(prefix="e-") as folder:
            cluster = {"cards": cards, "folder": f"{folder}/r"}
            tables = {"engine": {"model": f"sleeping/{STEP_S}", "cluster": cluster}}
            Path(folder, "config.toml").write_bytes(msgspec.toml.encode(tables))
            yield from asyncio.run(_measure(cards, Path(folder)))
    yield from pictures_of_the_whole_bot(CARD_S, CARDS)


async def _measure(cards: int, folder: Path) -> list[dict[str, Any]]:
    """Draw with so many cards."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.cluster.front", "--config", str(folder / "config.toml")),
        cwd=ROOT,
        env={**os.environ, "ESHI_SLEEPING_BYTES": str(PICTURE_BYTES)},
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with EngineClient(folder / "engine.sock") as client:
            while sum(isinstance(one.status, wire.Ready) for one in client.workers) < cards:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
            return await _drawn(client, cards, psutil.Process(process.pid))
    finally:
        process.terminate()
        await process.wait()


async def _drawn(client: EngineClient, cards: int, front: psutil.Process) -> list[dict[str, Any]]:
    jobs = cards * JOBS_A_WORKER
    queue = Queue(max_jobs=jobs)
    pool = Pool(client, queue, JointPace(), now=time.monotonic)
    for number in range(jobs):
        values = {"user_id": number, "guild_id": 1, "width": 832, "height": 1216, "pictures": 1, "cost": 1.0}
        queue.push(Ticket(id=f"{number:05}", **values))
    late: list[float] = []

    async def draw(turn: Any) -> None:
        async for event in turn.slot.engine.generate(_job(turn.ticket.id)):
            if isinstance(event, wire.Preview | wire.Picture):
                data = event.image if isinstance(event, wire.Preview) else event.png
                late.append(time.time() - struct.unpack("<d", data[-8:])[0])
        pool.leave(turn.ticket.id)

    async def dispatch() -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(jobs):
                group.create_task(draw(await pool.next()))

    own = psutil.Process()
    before = _cpu_s(front), _cpu_s(own)
    began = time.monotonic()
    await dispatch()
    took_s = time.monotonic() - began
    front_ms, own_ms = (
        1e3 * (after - earlier) / jobs for after, earlier in zip((_cpu_s(front), _cpu_s(own)), before, strict=True)
    )
    late.sort()
    share = 100 * JOBS_A_WORKER * STEPS * STEP_S / took_s
    scene = f"{cards} card{'s' * (cards > 1)} that sleep{'s' * (cards == 1)}"
    return [
        row(f"{scene}: pictures a second of linear", share, "%", f"≥ {LINEAR:g}", ok=share >= LINEAR),
        noted(f"{scene}: the front's CPU a picture", front_ms, "ms"),
        noted(f"{scene}: the bot's client and queue, CPU a picture", own_ms, "ms"),
        noted(f"{scene}: events' age when the bot has them, median", 1e3 * late[len(late) // 2], "ms"),
        at_most(
            f"{scene}: events' age when the bot has them, 99th percentile",
            1e3 * late[len(late) * 99 // 100],
            "ms",
            LATE_MS,
        ),
    ]


def _job(job_id: str) -> wire.Generate:
    return wire.Generate(
        job_id=job_id,
        prompt=job_id,
        negative_prompt="",
        sampling=wire.SamplingParams(num_inference_steps=STEPS),
        seeds=(1,),
        preview_every=5,
    )


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


if __name__ == "__main__":
    for measured in run():
        print(measured)
