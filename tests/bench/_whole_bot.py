"""The whole bot beside the local Discord, and a front with cards that sleep: what a picture costs each of the two."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
import time
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from bot.sandbox.people.driver import Visitor
from tests.bench._rows import noted, row
from tests.chaos.machines import Machines
from tests.journey.people import accept_terms

if TYPE_CHECKING:
    from collections.abc import Iterator

PEOPLE, EACH, CARDS = 4, 10, 2
STEP_S = 0.02


def pictures_of_the_whole_bot(card_s: float, goal: int) -> Iterator[dict[str, Any]]:
    """Have pictures drawn and delivered; a row a number.

    Args:
        card_s: What a card takes for a picture.
        goal: So many such cards one bot is to feed.
    """
    os.environ["ESHI_SLEEPING_BYTES"] = "1500000"
    with tempfile.TemporaryDirectory(prefix="e-") as folder:
        bot_ms, front_ms = asyncio.run(_measure(Path(folder)))
    yield noted("whole bot, Discord's side too: CPU a picture", bot_ms, "ms")
    yield noted("its front: CPU a picture", front_ms, "ms")
    cards = 1e3 * card_s / max(bot_ms, front_ms)
    yield row(f"cards of {card_s:g} s a picture that one bot feeds", cards, "", f"≥ {goal}", ok=cards >= goal)


async def _measure(folder: Path) -> tuple[float, float]:
    """Give the milliseconds of a processor that bot and front take for a picture."""
    async with (
        Machines(folder, people=PEOPLE, step_s=STEP_S, cards=CARDS) as machines,
        AsyncExitStack() as visits,
    ):
        people = [
            await visits.enter_async_context(Visitor.visit(machines.page_url, f"person{number:02}"))
            for number in range(PEOPLE)
        ]
        await people[0].wait_for_event("bot", lambda bot: bot["online"])
        await asyncio.gather(*(accept_terms(person, "room-0-0") for person in people))
        await _ask(people, 1)  # what is loaded once is there afterwards
        await _all_delivered(machines, PEOPLE)
        processes = [psutil.Process(machines.pid(name)) for name in ("bot", "engine")]
        before = [_cpu_s(process) for process in processes]
        for turn in range(2, 2 + EACH):
            await _ask(people, turn)
            await _all_delivered(machines, PEOPLE * turn - PEOPLE)  # a few wait, and nobody is refused
        await _all_delivered(machines, PEOPLE * (1 + EACH))
        took = [_cpu_s(process) - earlier for process, earlier in zip(processes, before, strict=True)]
    bot_s, front_s = (one / (PEOPLE * EACH) for one in took)
    return 1e3 * bot_s, 1e3 * front_s


async def _ask(people: list[Visitor], turn: int) -> None:
    await asyncio.gather(
        *(
            person.slash(person.channel("room-0-0"), "imagine", prompt="apple", seed=turn, steps=28, count=1)
            for person in people
        )
    )


async def _all_delivered(machines: Machines, jobs: int) -> None:
    until = time.monotonic() + 300
    while time.monotonic() < until:
        with closing(sqlite3.connect(f"file:{machines.data / 'eshi.sqlite3'}?mode=ro", uri=True)) as database:
            [(done,)] = database.execute("SELECT count(*) FROM jobs WHERE state = 'delivered'")
        if done >= jobs:
            return
        await asyncio.sleep(0.2)
    raise TimeoutError(f"{jobs} pictures were not delivered; the bot said:\n{machines.log_text()[-2000:]}")


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system
