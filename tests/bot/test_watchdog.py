"""What holds the event loop up is found, and what does not is left in peace."""

import asyncio
import contextlib
import time

import pytest

from bot.watchdog import Watchdog


@contextlib.asynccontextmanager
async def watched(**options):
    watching = asyncio.create_task(Watchdog(**options).run())
    await asyncio.sleep(0.03)
    try:
        yield
        await asyncio.sleep(0.03)
    finally:
        watching.cancel()
        await asyncio.wait([watching])


def compute():
    end = time.thread_time() + 0.2
    while time.thread_time() < end:
        sum(range(1000))


def block():
    time.sleep(0.2)


@pytest.mark.parametrize("hold_up", [compute, block])
async def test_what_holds_the_loop_up_is_named_with_its_place(caplog, hold_up):
    """Whether it computes or waits; the operator reads where."""
    async with watched(waited_s=lambda: 0.0):
        hold_up()
    [message] = [message for message in caplog.messages if "tests/bot/test_watchdog.py" in message]
    assert message.startswith("The event loop was held up for ")
    assert f"({hold_up.__name__})" in message


async def test_what_the_machine_took_is_not_held_against_the_loop(caplog):
    """Time in which the program waited for a processor, as the system tells it."""
    waited = iter([0.0, 10.0])
    async with watched(waited_s=lambda: next(waited, 10.0)):
        block()
    assert not [message for message in caplog.messages if "test_watchdog" in message]


async def test_where_the_system_tells_nothing_only_what_was_computed_counts(caplog, monkeypatch, tmp_path):
    monkeypatch.setattr("bot.watchdog._SCHEDSTAT", tmp_path / "absent")
    async with watched():
        block()
    assert not [message for message in caplog.messages if "test_watchdog" in message]
    async with watched():
        compute()
    assert [message for message in caplog.messages if "test_watchdog" in message]


async def test_a_loop_that_is_only_busy_is_not_held_up(caplog):
    """Many short works in a row let the tick through between them."""
    async with watched():
        for _ in range(30):
            end = time.thread_time() + 0.005
            while time.thread_time() < end:
                sum(range(100))
            await asyncio.sleep(0)
    assert not [message for message in caplog.messages if "test_watchdog" in message]
