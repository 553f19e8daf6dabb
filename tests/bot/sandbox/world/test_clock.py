"""The clock moves when it is told to, and timers follow it."""

import asyncio

from bot.sandbox.world.clock import Clock


async def test_what_falls_due_happens_in_order_before_the_move_returns():
    """Two timers in one move run by their times; a third, later one waits."""
    clock, heard = Clock(lambda: 1000.0), []
    clock.call_in(5, lambda: heard.append("late"))
    clock.call_in(3, lambda: heard.append("early"))
    clock.call_in(60, lambda: heard.append("never"))
    clock.advance(10)
    assert heard == ["early", "late"]
    assert (clock.now(), len(clock.timers)) == (1010.0, 1)
    clock.close()


async def test_a_cancelled_timer_stays_silent():
    clock, heard = Clock(lambda: 0.0), []
    clock.call_in(1, lambda: heard.append("no")).cancel()
    clock.advance(10)
    assert heard == []


async def test_a_timer_of_real_time_fires_by_itself():
    clock, rang = Clock(), asyncio.Event()
    clock.call_in(0.01, rang.set)
    await asyncio.wait_for(rang.wait(), 5)
    assert clock.timers == set()


def test_moments_are_written_as_discord_writes_them():
    assert Clock(lambda: 1_600_000_000.5).iso() == "2020-09-13T12:26:40.500000+00:00"
