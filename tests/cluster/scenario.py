"""What the short form and the long one have in common: nodes and the front die while pictures are drawn."""

import asyncio
import time

from tests.cluster.bot_side import BotSide
from tests.cluster.machines import FrontProcess
from tests.patience import PATIENCE_S

FROZEN_S = 15.0
"""So soon a frozen node has to be noticed."""


async def everything_dies(machines, *, jobs):
    """Kill a node, freeze another, let a third join, kill the front; gives how soon the frozen one was noticed.

    The head runs already, without a card. Whatever is lost has a job under way at that moment.
    """
    machines.start("one", "two")
    config = machines.configure()
    front = await FrontProcess.start(config)
    async with asyncio.timeout(3 * PATIENCE_S), BotSide(machines.folder / "engine.sock") as bot:
        try:
            await bot.until_ready("one", "two")
            machines.hold()
            bot.ask(jobs // 3)
            await bot.until_drawing("one", "two")
            machines.begin("three")
            machines.nodes["one"].kill()
            await bot.until_gone("one")
            machines.hold(held=False)
            await bot.all_drawn()
            await asyncio.to_thread(machines.wait_for, "three")
            await bot.until_ready("three")

            machines.hold()
            bot.ask(jobs // 3)
            await bot.until_drawing("two", "three")
            machines.nodes["two"].freeze()
            frozen = time.monotonic()
            await bot.until_gone("two")
            noticed_s = time.monotonic() - frozen
            machines.hold(held=False)
            await bot.all_drawn()

            machines.hold()
            bot.ask(jobs // 3)
            await bot.until_drawing("three")
            front.process.kill()
            await front.process.wait()
            front = await FrontProcess.start(config)
            machines.hold(held=False)
            await bot.until_ready("three")
            await bot.all_drawn()
        finally:
            status = await front.end()
    assert status == 0, front.text
    judge(bot, machines, jobs=3 * (jobs // 3))
    assert len(bot.seen.lost) >= 3  # one at least of each
    return noticed_s


def judge(bot, machines, *, jobs):
    """Each was finished once, with every picture, and begun again only as often as its worker was lost."""
    seen = bot.seen
    assert len(seen.finished) == jobs
    assert {*seen.finished.values()} == {1}
    for job in seen.finished:
        begun = [one["pid"] for one in machines.drawn() if one["job"] == job]
        assert 1 <= len(begun) <= 1 + len(seen.lost[job]), f"job {job} was drawn {len(begun)} times: {seen.lost[job]}"
        assert len({*begun}) == len(begun)
        assert sorted(seen.pictures[job]) == [0, 1]
        assert max(seen.pictures[job].values()) <= 1 + len(seen.lost[job])
