"""The line with a thousand, ten thousand and a hundred thousand jobs waiting: choosing, submitting, restarting.

A tenth as many people wait in a two-hundredth as many servers, so the largest is 100,000 jobs of 10,000 people in 500.
"""

from __future__ import annotations

import asyncio
import gc
import random
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiosqlite
import msgspec

from bot.delivery.delivery import Delivery
from bot.engine.engines import Engines
from bot.flow.journeys import Journeys
from bot.flow.pool import Pool
from bot.flow.queue_filling import QueueFilling
from bot.flow.recovery import Recovery
from bot.flow.restored import Restored
from bot.job import NewJob, public_id
from bot.queue.arrivals import Arrivals
from bot.queue.forecast import Forecast
from bot.queue.joint_pace import JointPace
from bot.queue.queue import Queue
from bot.queue.ticket import Ticket, cost_of
from bot.request import SHAPES, Request
from bot.store import Store
from engine.wire import SamplingParams
from tests.bench._piece import Pieces
from tests.bench._rows import noted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIZES = (1_000, 10_000, 100_000)
PICKS = 2_000
"""Jobs that are chosen, and new ones that take their places."""
LOOKS = 300
SUBMITS = 1_000
"""Enough that SQLite writes its log back twice meanwhile."""
MOST_OF_A_RESTART = 8_300.0
MOST = {"next job chosen": 1.4}
"""Times the piece of work beside it: 3 s and 0.5 ms where that takes 0.36."""
MOST_OF_A_SUBMIT = 4.2
"""Times the piece of work, of what a submit takes beyond a bare commit of as much, each after a submit: 1.5 ms where
the piece takes 0.36. Disk and log are the same for both, and on a quick disk a commit is less than anything that is
computed. The latest ones are told without a goal: on a machine that does other things they say how long its processors
were away."""

TEXT = "1girl, smile, night, looking at viewer, long hair, masterpiece, high score, great score, absurdres, " * 4
NOW = 1_800_000_000.0


def run() -> Iterator[dict[str, Any]]:
    """Measure each size; a row a number."""
    for jobs in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            yield from asyncio.run(_measured(Path(folder), jobs))


async def _measured(folder: Path, jobs: int) -> list[dict[str, Any]]:
    rng, pieces = random.Random(jobs), Pieces()
    async with Store.open(folder):
        pass
    _fill(folder / "eshi.sqlite3", jobs, rng)
    gc.collect()
    began = time.perf_counter()
    async with Store.open(folder) as store:
        queue = Queue(max_jobs=10**9)
        pace = JointPace()
        forecast = Forecast(queue, pace, now=lambda: NOW)
        nobody: Any = None  # a restart with nothing under way asks neither Discord nor the engine
        pool = Pool(Engines([]), queue, pace, now=lambda: NOW)
        delivery = Delivery(
            client=nobody,
            store=store,
            editor=nobody,
            gatekeeper=nobody,
            picture_filter=nobody,
            budget=nobody,
            notices=nobody,
            measures=nobody,
            now=lambda: NOW,
        )
        journeys = Journeys(queue=queue, arrivals=Arrivals(), pool=pool, delivery=delivery, store=store)
        recovery = Recovery(
            store=store,
            queue=queue,
            filling=QueueFilling(store=store, queue=queue, pace=pace, admission=nobody, now=lambda: NOW),
            editor=nobody,
            journeys=journeys,
            places=nobody,
            dispatch=nobody,
            restored=Restored(store=store, queue=queue, editor=nobody, journeys=journeys, now=lambda: NOW),
            now=lambda: NOW,
        )
        await recovery.recover()
        restart_s = time.perf_counter() - began
        pieces.beside()
        restart = f"restart until ready, {jobs:,} waiting"
        rows = [noted(restart, restart_s, "s"), pieces.at_most(restart, 1e3 * restart_s, MOST_OF_A_RESTART)]
        assert len(queue) == jobs
        waiting = [ticket async for page in store.queue.waiting() for ticket in page]
        tickets = rng.sample(waiting, LOOKS)
        new = iter([_ticket(key, jobs, rng) for key in range(jobs + 1, jobs + PICKS + 1)])
        for name, took_ms in (
            ("place and wait told", [_timed(lambda t=t: forecast.wait(t)) for t in tickets]),
            ("head of the line told", [_timed(lambda: forecast.at_head(10)) for _ in range(LOOKS)]),
            ("next job chosen", list(_picks(queue, new, pieces))),
        ):
            took_ms.sort()
            p99 = took_ms[len(took_ms) * 99 // 100]
            rows.append(noted(f"{name}, median, {jobs:,} waiting", took_ms[len(took_ms) // 2], "ms"))
            rows.append(noted(f"{name}, 99th percentile, {jobs:,} waiting", p99, "ms"))
            if name in MOST:
                rows.append(pieces.at_most(f"{name}, 99th percentile, {jobs:,} waiting", p99, MOST[name]))
        return [*rows, *await _submits(store, queue, jobs, folder, pieces)]


async def _submits(store: Store, queue: Queue, jobs: int, folder: Path, pieces: Pieces) -> list[dict[str, Any]]:
    """Take more jobs, each followed by a bare commit of as much into a file beside."""
    rng = random.Random(f"{jobs} more")
    submits: list[float] = []
    bare: list[float] = []
    await store.lengthen_log()  # as the bot does before it is at work
    async with aiosqlite.connect(folder / "bare.sqlite3", isolation_level=None) as connection:
        await connection.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE bare (request, prompt, other, token)"
        )
        for _ in range(SUBMITS):
            pieces.beside()
            submits.append(await _submit(store, queue, jobs, rng))
            values = (msgspec.json.encode(_request(rng)).decode(), TEXT, TEXT, "t" * 200)
            began = time.perf_counter()
            await connection.execute_fetchall("INSERT INTO bare VALUES (?, ?, ?, ?)", values)
            bare.append((time.perf_counter() - began) * 1e3)
    submits.sort()
    bare.sort()
    middle, late = SUBMITS // 2, SUBMITS * 99 // 100
    median, p99 = (f"job submitted, committed, {which}, {jobs:,} waiting" for which in ("median", "99th percentile"))
    more = f"job submitted, median beyond a bare commit's, {jobs:,} waiting"
    return [
        noted(median, submits[middle], "ms"),
        noted(f"{median}, beside a bare commit's", submits[middle] / bare[middle], "times"),
        pieces.at_most(more, submits[middle] - bare[middle], MOST_OF_A_SUBMIT),
        noted(p99, submits[late], "ms"),
        noted(f"{p99}, beside a bare commit's", submits[late] / bare[late], "times"),
    ]


def _picks(queue: Queue, new: Iterator[Ticket], pieces: Pieces) -> Iterator[float]:
    """Choose as the bot does, one in four times by shape; what was drawn makes room for somebody new."""
    for number, ticket in zip(range(PICKS), new, strict=False):
        pieces.beside()
        like = (832, 1216) if number % 4 == 3 else None
        began = time.perf_counter()
        chosen = queue.pop(like)
        yield (time.perf_counter() - began) * 1e3
        if chosen is not None:
            queue.release(chosen.id)
            queue.push(ticket)


async def _submit(store: Store, queue: Queue, jobs: int, rng: random.Random) -> float:
    """Take one more job, from the look at the limits to the commit."""
    user_id, guild_id = _whose(jobs, rng)
    job = NewJob(
        user_id=user_id,
        guild_id=guild_id,
        channel_id=2,
        application_id=3,
        interaction_id=4,
        interaction_token="t" * 200,
        token_created_at=NOW,
        request=_request(rng),
        prompt=TEXT,
        negative_prompt=TEXT,
    )
    began = time.perf_counter()
    with queue.reserve(user_id, guild_id):
        await store.jobs.submit(job, now=NOW)
    return (time.perf_counter() - began) * 1e3


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1e3


def _whose(jobs: int, rng: random.Random) -> tuple[int, int]:
    """Draw somebody and the server that they are in; ids as large as Discord's."""
    user = rng.randrange(jobs // 10)
    return 2**60 + user, 2**61 + user % max(1, jobs // 200)


def _request(rng: random.Random) -> Request:
    width, height = rng.choice(list(SHAPES.values()))
    steps, count = rng.choice((20, 28, 40)), rng.choice((1, 1, 1, 2, 4))
    return Request(
        tags=TEXT,
        seed=1,
        sampling=SamplingParams(width=width, height=height, num_inference_steps=steps),
        count=count,
    )


def _ticket(key: int, jobs: int, rng: random.Random) -> Ticket:
    user_id, guild_id = _whose(jobs, rng)
    ticket = Ticket.of_new(_request(rng), user_id=user_id, guild_id=guild_id)
    return msgspec.structs.replace(ticket, id=public_id(key))


def _fill(path: Path, jobs: int, rng: random.Random) -> None:
    """Write the rows of a bot that was stopped with so many waiting, and with as many done."""
    with sqlite3.connect(path) as connection:
        connection.executemany(
            """
            INSERT INTO jobs (
                state, user_id, guild_id, channel_id, message_id, application_id, interaction_id, interaction_token,
                token_created_at, request, prompt, negative_prompt, notes, created_at, width, height, pictures, cost
            ) VALUES (?, ?, ?, 2, ?, 3, 4, ?, ?, ?, ?, ?, '[]', ?, ?, ?, ?, ?)
            """,
            (_values("queued" if key < jobs else "delivered", key, jobs, rng) for key in range(2 * jobs)),
        )
    connection.close()


def _values(state: str, key: int, jobs: int, rng: random.Random) -> tuple[object, ...]:
    user_id, guild_id = _whose(jobs, rng)
    request = _request(rng)
    asked_at = NOW - (jobs - key % jobs)  # one a second, so that of some the tokens still live
    return (
        *(state, user_id, guild_id, 2**62 + key, "t" * 200, asked_at, msgspec.json.encode(request).decode()),
        *(TEXT, TEXT, asked_at, request.sampling.width, request.sampling.height, request.count, cost_of(request)),
    )


if __name__ == "__main__":
    for measured in run():
        print(measured)
