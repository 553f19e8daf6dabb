"""A stand-in engine in a process of its own, and what a client is heard to say of it."""

import asyncio
import contextlib
import subprocess
import sys
from pathlib import Path

import msgspec
import psutil
import pytest

from bot import config
from bot.engine.child import USUAL_WAITS, EngineChild, Waits
from bot.engine.client import EngineClient
from engine import wire
from engine.silence_timeout import SilenceTimeout

FAKE = Path(__file__).parents[1] / "fake_engine.py"


def generate(job_id="A", **changes):
    usual = wire.SamplingParams(num_inference_steps=4, width=64, height=128)
    sampling = {name: changes.pop(name) for name in wire.SamplingParams.__struct_fields__ if name in changes}
    values = {
        "job_id": job_id,
        "prompt": f"prompt of {job_id}",
        "negative_prompt": "",
        "sampling": msgspec.structs.replace(usual, **sampling),
        "seeds": (7, 8),
    }
    return wire.Generate(**values | changes)


async def drawn(client, job):
    async with contextlib.aclosing(client.generate(job)) as events:
        return [event async for event in events]


def pictures(events):
    return {event.number: event for event in events if isinstance(event, wire.Picture)}


class Statuses:
    """Remembers what a client told its listeners, and waits for what it will tell."""

    def __init__(self, client):
        self.seen = []
        self.news = asyncio.Event()
        client.listen(self.hear)

    def hear(self, status):
        self.seen.append(status)
        self.news.set()

    async def until(self, test):
        while not any(map(test, self.seen)):
            self.news.clear()
            await self.news.wait()


@pytest.fixture
def settings(tmp_path):
    """Write a configuration file and read it back."""

    def make(text=""):
        path = tmp_path / "config.toml"
        path.write_text(text)
        return config.load(path)

    return make


@pytest.fixture
def fake(settings, tmp_path):
    """Make a client that keeps a stand-in engine alive, with troubles on its command line."""

    def make(*troubles, silence_s=30.0, heartbeat_s=30.0, start_timeout_s=30.0, stop_s=USUAL_WAITS.stop_s, **options):
        read = settings()
        command = (sys.executable, FAKE, "serve", "--config", read.path, "--die-with-parent", *map(str, troubles))
        child = EngineChild(
            command,
            environ={"PATH": "/usr/bin"},
            start_timeout_s=start_timeout_s,
            waits=Waits(backoff_s=(0.0,), stop_s=stop_s),
            **options,
        )
        silence_timeout = SilenceTimeout(first_s=silence_s, floor_s=silence_s)
        return EngineClient(
            tmp_path / "engine.sock",
            child=child,
            silence_timeout=silence_timeout,
            heartbeat_s=heartbeat_s,
            reconnect_s=(0.01,),
        )

    return make


def children():
    """Every engine below this process; a browser that other tests keep open comes and goes as it likes."""
    return {child for child in psutil.Process().children(recursive=True) if child.name().startswith("python")}


@pytest.fixture
def nothing_left(tmp_path):
    """Whatever a test does to it, the engine leaves neither a process, nor a zombie, nor a socket."""
    before = children()
    yield before
    assert children() <= before
    assert not (tmp_path / "engine.sock").exists()


@contextlib.asynccontextmanager
async def running_engine(read, secret, *troubles):
    """An engine that somebody else started."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        FAKE,
        "serve",
        "--config",
        read.path,
        *troubles,
        env={"ESHI_WIRE_SECRET": secret},
        stderr=subprocess.PIPE,
    )
    try:
        assert await process.stderr.readline() == b"listening\n"
        yield
    finally:
        process.terminate()
        await process.communicate()
