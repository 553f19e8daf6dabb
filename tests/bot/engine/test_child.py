"""The engine's process: started, started again, ended, and outlived by nothing."""

import asyncio
import contextlib
import logging
import signal
import subprocess
import sys

import psutil
import pytest

from bot.engine.child import LOOK_S, EngineChild, Waits
from bot.errors import EngineUnavailable
from engine import wire
from engine.config import EXIT_UNUSABLE
from tests.bot.engine.conftest import FAKE, generate
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.usefixtures("nothing_left")


async def test_nothing_is_left_of_an_engine_that_was_being_ended(caplog):
    """Whoever leaves between its SIGTERM, of which it takes no notice, and its SIGKILL waits for the latter."""
    caplog.set_level(logging.INFO)
    program = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); time.sleep(600)"
    child = EngineChild((sys.executable, "-uc", program), environ={}, start_timeout_s=30, waits=Waits(stop_s=0.1))
    task = asyncio.create_task(child.run())
    while "deaf" not in caplog.messages:
        await asyncio.wait([task], timeout=0.01)
    child.replace("hangs")
    while child._process:
        await asyncio.wait([task], timeout=0.001)
    task.cancel()
    await asyncio.wait([task])
    assert "The engine did not stop within 0.1 s of being asked; it is killed." in caplog.messages


async def test_what_a_dead_engine_leaves_behind_delays_no_start_and_is_ended(caplog):
    """A child of its own, as of a compiler, holds its output; what the engine said last is in the log nevertheless."""
    caplog.set_level(logging.INFO)
    again = asyncio.Event()

    async def sleep(_):
        again.set()
        await asyncio.Event().wait()

    orphan = "import time; time.sleep(600)"
    program = f"import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', {orphan!r}]); "
    program += "print('left', child.pid); sys.exit(7)"
    child = EngineChild((sys.executable, "-uc", program), environ={}, start_timeout_s=30, sleep=sleep)
    task = asyncio.create_task(child.run())
    async with asyncio.timeout(PATIENCE_S):
        await again.wait()
    task.cancel()
    await asyncio.wait([task])
    assert "The engine ended with exit status 7; starting it again in 1 s." in caplog.messages
    [left] = [int(said.split()[1]) for said in caplog.messages if said.startswith("left ")]
    with contextlib.suppress(psutil.NoSuchProcess):
        await asyncio.to_thread(psutil.Process(left).wait, PATIENCE_S)
    assert not psutil.pid_exists(left)


async def test_an_engine_that_drew_is_started_again_at_once():
    """Its death is the first of a series, however short its life was."""
    delays, births = [], iter([0.0, 1.0] * 4)
    enough = asyncio.Event()

    async def sleep(delay_s):
        delays.append(delay_s)
        if len(delays) == 3:
            enough.set()
            await asyncio.Event().wait()

    program = "import sys; sys.stdin.read()"
    child = EngineChild(
        (sys.executable, "-c", program), environ={}, start_timeout_s=30, sleep=sleep, clock=lambda: next(births)
    )
    task = asyncio.create_task(child.run())
    while not enough.is_set():
        if (process := child._process) and process.returncode is None:
            child.is_well()
            process.kill()
            await process.wait()
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert delays == [1, 1, 1]


async def test_an_engine_that_is_never_ready_is_ended(fake, caplog):
    """A start has a time of its own, long enough for a slow disk."""
    starts = asyncio.Queue()

    async def sleep(_):
        await starts.put(None)

    async with fake("--protocol", 99, start_timeout_s=0.3, sleep=sleep):
        for _ in range(2):
            await starts.get()
    assert "The engine was not ready within 0.3 s and was ended; starting it again in 0 s." in caplog.messages


async def test_starts_are_spaced_further_and_further_apart():
    """An engine that cannot start is tried after 1, 2, 4 … 60 s; one that lived long starts the row anew."""
    delays = []
    enough = asyncio.Event()

    async def sleep(delay_s):
        delays.append(delay_s)
        if len(delays) == 12:
            enough.set()
            await asyncio.Event().wait()

    births_and_deaths = iter([0.0, 0.0] * 9 + [0.0, 61.0] + [0.0, 0.0] * 2)
    child = EngineChild(
        (sys.executable, "-c", "raise SystemExit(3)"),
        environ={},
        start_timeout_s=30,
        sleep=sleep,
        clock=lambda: next(births_and_deaths),
    )
    task = asyncio.create_task(child.run())
    await enough.wait()
    task.cancel()
    await asyncio.wait([task])
    assert delays == [1, 2, 4, 8, 16, 32, 60, 60, 60, 1, 2, 4]


async def test_a_checkpoint_that_can_never_be_loaded_is_not_tried_for_ever(tmp_path, caplog):
    """The engine says so by how it ends; it is started again when the file has changed, and not before."""
    checkpoint, looks = tmp_path / "model.safetensors", 0
    checkpoint.write_bytes(b"wrong")
    program = f"import pathlib, sys, time; good = pathlib.Path({str(checkpoint)!r}).read_bytes() == b'right'; "
    program += f"print('drawing', flush=True) or time.sleep(600) if good else sys.exit({EXIT_UNUSABLE})"
    stopped = []

    async def sleep(delay_s):
        nonlocal looks
        assert delay_s == LOOK_S
        looks += 1
        stopped.append(child.unusable)
        if looks == 3:
            checkpoint.write_bytes(b"right")

    child = EngineChild(
        (sys.executable, "-uc", program), environ={}, start_timeout_s=30, watched=[checkpoint], sleep=sleep
    )
    caplog.set_level(logging.INFO)
    task = asyncio.create_task(child.run())
    while "drawing" not in caplog.messages:
        await asyncio.wait([task], timeout=0.01)
    assert not child.unusable
    task.cancel()
    await asyncio.wait([task])
    assert (looks, stopped) == (3, [True] * 3)
    assert any("started again when one of these changes" in message for message in caplog.messages)


async def test_an_engine_that_cannot_start_says_why_in_the_log(fake, caplog):
    """Its own last words are there, and how it ended."""
    caplog.set_level(logging.INFO)
    tried = asyncio.Event()

    async def sleep(_):
        tried.set()
        await asyncio.Event().wait()

    async with fake("--exit", 1, sleep=sleep):
        await tried.wait()
    assert "something is wrong with the model" in caplog.messages
    assert "The engine ended with exit status 1; starting it again in 0 s." in caplog.messages


async def test_a_command_that_does_not_exist_is_named(caplog):
    tried = asyncio.Event()

    async def sleep(_):
        tried.set()
        await asyncio.Event().wait()

    child = EngineChild(("/no/such/engine",), environ={}, start_timeout_s=1, sleep=sleep)
    task = asyncio.create_task(child.run())
    await tried.wait()
    task.cancel()
    await asyncio.wait([task])
    assert caplog.messages == [
        "The engine cannot be started (/no/such/engine: No such file or directory); starting it again in 1 s."
    ]


async def test_a_line_without_an_end_does_not_stop_the_engine(caplog):
    """What a child writes is read whatever it is, or it would stand still with a full pipe."""
    caplog.set_level(logging.INFO)
    tried = asyncio.Event()

    async def sleep(_):
        tried.set()
        await asyncio.Event().wait()

    program = "import sys; sys.stdout.write('x' * 1_000_000 + '\\n' + 'last')"
    child = EngineChild((sys.executable, "-c", program), environ={}, start_timeout_s=30, sleep=sleep)
    task = asyncio.create_task(child.run())
    await tried.wait()
    task.cancel()
    await asyncio.wait([task])
    assert "last" in caplog.messages
    assert "The engine ended with exit status 0; starting it again in 1 s." in caplog.messages


async def test_an_engine_that_does_not_stop_is_killed(fake, caplog):
    """Also with a job under way; `nothing_left` sees to the rest."""
    async with fake("--ignore-sigterm", "--trouble", "slow", stop_s=0.05) as client:
        await client.ready()
        events = client.generate(generate())
        assert await anext(events) == wire.Started(job_id="A")
    with pytest.raises(EngineUnavailable, match="the bot is stopping"):
        await anext(events)
    assert "The engine did not stop within 0.05 s of being asked; it is killed." in caplog.messages


async def test_stopping_is_quick_at_any_moment(fake):
    """Before the process exists, while it starts, and once it is ready."""
    for passes in (0, 1, 3, 30):
        async with fake():
            for _ in range(passes):
                await asyncio.sleep(0)


PARENT = """
import asyncio, sys
from pathlib import Path
from bot import config
from bot.engine.engines import Engines

async def main():
    read = config.load(Path(sys.argv[1]))
    command = (sys.executable, sys.argv[2], "serve", "--config", sys.argv[1], "--die-with-parent")
    async with Engines.from_config(read, command=command) as engines:
        [client] = engines.clients
        await client.ready()
        print(client._child._process.pid, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


def test_the_engine_dies_with_the_bot_however_the_bot_dies(settings):
    """Also by SIGKILL: no orphan keeps the GPU."""
    command = [sys.executable, "-c", PARENT, str(settings().path), str(FAKE)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=FAKE.parents[2]) as bot:  # noqa: S603
        engine = psutil.Process(int(bot.stdout.readline()))
        bot.send_signal(signal.SIGKILL)
    with contextlib.suppress(psutil.NoSuchProcess):
        engine.wait(timeout=PATIENCE_S)
