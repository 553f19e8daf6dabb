"""The local Discord, the engine and the bot as three real processes, and people who use them."""

import asyncio
import json
import os
import signal
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest_asyncio

from bot.sandbox.driver import Person
from tests.journey.people import accept_terms

ROOT = Path(__file__).parents[2]
OPENAPI = ROOT.parent / "shared" / "data" / "discord-openapi.json"
START_S = 120.0
PEOPLE = ("ada", "mio", "yuki", "nico")


class Studio:
    """Everything that runs, and what the tests want to do to it."""

    def __init__(self, folder, *, checkpoint=None):
        """Without a checkpoint, a stand-in engine draws flat colours, a step every 50 ms."""
        self.folder = folder
        self.config = folder / "config.toml"
        self.log = folder / "bot.log"
        self.token = ""
        self.page_url = ""
        self._checkpoint = checkpoint
        self._processes = {}

    async def start(self):
        process = await self._spawn(
            "sandbox",
            *("-m", "bot.sandbox", "--json", "--no-rate-limits"),
            *(("--openapi", str(OPENAPI)) if OPENAPI.exists() else ()),
            stdout=asyncio.subprocess.PIPE,
        )
        addresses = json.loads(await asyncio.wait_for(process.stdout.readline(), START_S))
        self.token, self.page_url = addresses["token"], addresses["page_url"]
        self.config.write_text(f"""
            [wire]
            url = "unix:engine.sock"
            [engine]
            model = "{self._checkpoint or "none"}"
            offline = true
            device = "cpu"
            [bot]
            data_dir = "data"
            [bot.discord]
            api = "{addresses["api_url"]}"
            [bot.engine]
            url = "unix:engine.sock"
            [bot.ratings]
            highest = "explicit"
            [bot.defaults]
            steps = 2
        """)
        await self.start_engine()
        await self.start_bot()
        for username in PEOPLE:
            async with self.person(username) as person:
                await accept_terms(person)

    async def start_engine(self):
        real, flat = ("-m", "engine", "serve"), ("tests/bot/fake_engine.py", "serve", "--step-s", "0.05")
        await self._spawn("engine", *(real if self._checkpoint else flat), "--config", str(self.config))

    async def start_bot(self):
        """Start it, and wait until it is at the gateway and its engine is ready."""
        lines_before = self._log_text().count("\n")
        with self.log.open("ab") as log:
            await self._spawn("bot", "-m", "bot", "run", "--config", str(self.config), stderr=log)
        async with asyncio.timeout(START_S):
            while True:
                fresh = self._log_text().split("\n")[lines_before:]
                if any("The engine is ready" in line for line in fresh) and any("Gateway" in line for line in fresh):
                    return
                assert self._processes["bot"].returncode is None, "\n".join(fresh)
                await asyncio.sleep(0.05)  # a process and a file, not a state of ours: nothing to be woken by

    async def logged(self, words):
        """Wait until a bot has logged this."""
        async with asyncio.timeout(START_S):
            while words not in self._log_text():  # noqa: ASYNC110  a file of another process wakes nobody
                await asyncio.sleep(0.05)

    def _log_text(self):
        return self.log.read_text() if self.log.exists() else ""

    async def kill(self, name, number=signal.SIGKILL):
        process = self._processes.pop(name)
        if process.returncode is None:
            process.send_signal(number)
        return await asyncio.wait_for(process.wait(), 30)

    async def stop(self):
        for name in list(self._processes)[::-1]:
            await self.kill(name, signal.SIGTERM)

    async def _spawn(self, name, *arguments, **streams):
        environment = {**os.environ, "ESHI_TOKEN": self.token}
        process = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT, env=environment, **streams)
        self._processes[name] = process
        return process

    @asynccontextmanager
    async def person(self, username):
        async with Person.visit(self.page_url, username) as person:
            yield person

    async def developer(self, method, path, body=None):
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, f"{self.page_url}/developer{path}", json=body) as answer,
        ):
            return await answer.json() if answer.content_type == "application/json" else None


async def _run(folder, **options):
    studio = Studio(folder, **options)
    try:
        await studio.start()
        yield studio
    finally:
        await studio.stop()


async def _watch(studio):
    """Lend what runs; afterwards Discord must have had nothing to complain about."""
    yield studio
    found = await studio.developer("GET", "/violations")
    await studio.developer("DELETE", "/violations")
    await studio.developer("DELETE", "/faults")
    assert found["violations"] == []


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _flat(tmp_path_factory):
    async for studio in _run(tmp_path_factory.mktemp("flat")):
        yield studio


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _real(tmp_path_factory, tiny_checkpoint):
    async for studio in _run(tmp_path_factory.mktemp("real"), checkpoint=tiny_checkpoint):
        yield studio


@pytest_asyncio.fixture(loop_scope="session")
async def studio(_flat):
    """What runs for the whole session, with an engine that takes no time."""
    async for lent in _watch(_flat):
        yield lent


@pytest_asyncio.fixture(loop_scope="session")
async def drawing_studio(_real):
    """The same with the real engine and a tiny checkpoint."""
    async for lent in _watch(_real):
        yield lent


@pytest_asyncio.fixture(loop_scope="session")
async def yuki(studio):
    """A member."""
    async with studio.person("yuki") as person:
        yield person


@pytest_asyncio.fixture(loop_scope="session")
async def nico(studio):
    """Another member."""
    async with studio.person("nico") as person:
        yield person


@pytest_asyncio.fixture(loop_scope="session")
async def mio(studio):
    """A moderator."""
    async with studio.person("mio") as person:
        yield person


@pytest_asyncio.fixture(loop_scope="session")
async def ada(studio):
    """An admin."""
    async with studio.person("ada") as person:
        yield person
