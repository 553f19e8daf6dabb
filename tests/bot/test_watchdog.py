"""What holds the event loop up is found, and what does not is left in peace."""

import asyncio
import ctypes
import re
import subprocess
import sys
import threading
import time
import zlib
from functools import partial
from pathlib import Path

import pytest

from bot.watchdog import Watchdog, _children_waited_for_processor_s

PACKED = zlib.compress(bytes(20_000_000))


def watched(work, **options):
    """Run something in a loop that is watched."""
    watchdog = Watchdog(**options)

    async def main():
        with watchdog.watching():
            await asyncio.sleep(0)
            await work()
            await asyncio.sleep(0)

    with asyncio.Runner(loop_factory=watchdog.loop) as runner:
        runner.run(main())


def compute(seconds=0.2):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        sum(range(1000))


def block():
    time.sleep(0.2)


async def computing():
    compute()


async def blocking():
    block()


def found(caplog):
    return [message for message in caplog.messages if "held up" in message]


@pytest.mark.parametrize(("work", "place"), [(computing, "compute"), (blocking, "block")])
def test_what_holds_the_loop_up_is_named_with_its_place(caplog, work, place):
    """Whether it computes or waits; the operator reads where."""
    watched(work, waited_s=lambda: 0.0)
    [message] = found(caplog)
    assert message.startswith("The event loop was held up for ")
    assert "tests/bot/test_watchdog.py:" in message
    assert f"({place})" in message


def test_what_the_machine_took_is_not_held_against_the_loop(caplog):
    """Time in which the program waited for a processor, as the system tells it."""
    waited = iter([0.0, 10.0])
    watched(blocking, waited_s=lambda: next(waited, 10.0))
    assert not found(caplog)


def test_what_the_machine_took_of_a_child_that_is_being_started_is_not_held_against_the_loop(caplog):
    """Its parent stands still until it has become another program."""
    ages = []
    watched(blocking, waited_s=lambda: 0.0, child_waited_s=lambda age_s: ages.append(age_s) or 10.0)
    assert not found(caplog)
    assert 0.2 <= min(ages) < 10.0


def test_a_child_that_was_there_before_excuses_nothing():
    """It may wait for a processor as long as it likes."""
    before = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-c", "print(sum(range(2_000_000)), flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        child.stdout.readline()
        started = time.monotonic() - before
        assert _children_waited_for_processor_s(started) == pytest.approx(
            int(Path(f"/proc/{child.pid}/schedstat").read_text().split()[1]) / 1e9, abs=0.05
        )
        assert _children_waited_for_processor_s(0.0) == 0.0


def test_a_machine_that_lets_the_watchdog_itself_wait_is_not_held_against_the_loop(caplog):
    """While it reads the system's account: that tells of the time before the reading's end."""

    def reading():
        if threading.current_thread() is threading.main_thread():  # where the loop is
            time.sleep(0.2)
        return 0.2

    async def nothing():
        await asyncio.sleep(0)

    watched(nothing, waited_s=reading)
    assert not found(caplog)


def test_a_standstill_of_the_whole_program_is_not_held_against_the_loop(caplog):
    """As when a machine stops for a moment: whoever looks on could not look either."""

    async def standing_still():
        ctypes.PyDLL(None).usleep(200_000)  # this library's calls let no other thread run

    watched(standing_still, waited_s=lambda: 0.0)
    assert not found(caplog)


SLOW = "a" * 22 + "b"


def keep_the_interpreter():
    """Compute in C with its lock held; some tenths of a second on any machine."""
    end = time.thread_time() + 0.3
    while time.thread_time() < end:
        re.match("(a+)+$", SLOW)


def test_a_thread_that_keeps_the_interpreter_to_itself_is_found_while_the_loop_works(caplog):
    """Nobody can look on then; that the program computed says that it was no fault of the machine's."""

    async def working():
        thread = threading.Thread(target=keep_the_interpreter)
        thread.start()
        thread.join()

    watched(working, waited_s=lambda: 0.0)
    [message] = found(caplog)
    assert message.startswith("The event loop was held up for ")


def test_a_thread_that_keeps_the_interpreter_to_itself_is_found_while_the_loop_waits(caplog):
    """Whatever came meanwhile was not answered."""
    watchdog = Watchdog(waited_s=lambda: 0.0)

    def keep_it_then():
        while watchdog._began:  # the loop is not in its selector yet
            time.sleep(0.001)
        keep_the_interpreter()

    async def main():
        with watchdog.watching():
            await asyncio.to_thread(keep_it_then)

    with asyncio.Runner(loop_factory=watchdog.loop) as runner:
        runner.run(main())
    assert found(caplog)
    assert "by another thread, which kept the interpreter to itself" in found(caplog)[0]
    assert "(keep_the_interpreter)" in found(caplog)[0]


def in_a_thread(work):
    """Run something in a thread while the loop waits for it."""

    async def main():
        await asyncio.to_thread(work)

    return main


def test_a_thread_that_computes_and_lets_others_through_is_left_in_peace(caplog):
    """The interpreter changes threads every few milliseconds, and a decoder that gives its lock away costs nobody.

    Both go on for four times the limit, which is long: a machine that stops one of its processors for a tenth of a
    second, and does not say so, looks just like a thread that keeps the interpreter.
    """
    limit_s = 0.4

    def decode():
        end = time.thread_time() + 4 * limit_s
        while time.thread_time() < end:
            zlib.decompress(PACKED)

    watched(in_a_thread(partial(compute, 4 * limit_s)), limit_s=limit_s)
    watched(in_a_thread(decode), limit_s=limit_s)
    assert not found(caplog)


def test_where_the_system_tells_nothing_only_what_was_computed_counts(caplog, monkeypatch, tmp_path):
    monkeypatch.setattr("bot.watchdog._SCHEDSTAT", tmp_path / "absent")
    watched(blocking)
    assert not found(caplog)
    watched(computing)
    assert len(found(caplog)) == 1


def test_a_look_that_takes_long_while_the_loop_is_busy_is_not_held_against_it(caplog):
    """Reading the system's account, it waits for the interpreter again and again; the loop comes round meanwhile."""

    def reading():
        if threading.current_thread() is not threading.main_thread():  # where the loop is
            time.sleep(0.2)
        return 0.0

    async def busy():
        for _ in range(100):
            compute(0.005)
            await asyncio.sleep(0)

    watched(busy, waited_s=reading)
    assert not found(caplog)


def test_a_loop_that_is_only_busy_or_idle_is_not_held_up(caplog):
    """Many short works in a row let others through between them, and waiting is no work."""

    async def busy():
        for _ in range(30):
            end = time.thread_time() + 0.005
            while time.thread_time() < end:
                sum(range(100))
            await asyncio.sleep(0)
        await asyncio.sleep(0.2)

    watched(busy)
    assert not found(caplog)


def test_before_the_bot_is_at_work_nobody_waits_for_it(caplog):
    watchdog = Watchdog(waited_s=lambda: 0.0)

    async def main():
        block()
        with watchdog.watching():
            await asyncio.sleep(0)
        block()

    with asyncio.Runner(loop_factory=watchdog.loop) as runner:
        runner.run(main())
    assert not found(caplog)


def test_a_child_process_can_be_awaited_in_the_watched_loop():
    """The engine is one."""

    async def main():
        process = await asyncio.create_subprocess_exec("true")
        return await process.wait()

    with asyncio.Runner(loop_factory=Watchdog().loop) as runner:
        assert runner.run(main()) == 0
