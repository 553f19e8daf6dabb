"""The local Discord, the engine and the bot as three real processes, and people who use them."""

import asyncio
import json
import os
import re
import signal
import sqlite3
import sys
from contextlib import asynccontextmanager, closing, contextmanager
from functools import partial
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from bot.demo import ENGINE_URL, configuration
from bot.sandbox.people.driver import Visitor
from tests.journey.people import accept_terms
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
RECORDER = ROOT / "tests" / "recorder"
OPENAPI = ROOT.parent / "shared" / "data" / "discord-openapi.json"
PEOPLE = ("ada", "mio", "yuki", "nico")


class Studio:
    """Everything that runs, and what the tests want to do to it."""

    def __init__(self, folder, *, checkpoint=None, rating="none"):
        """Without a checkpoint, a stand-in engine draws flat colours, a step every 50 ms.

        Where something rates, the stand-in's pictures say themselves what they show (`tests.bot.fake_engine`).
        """
        self.folder = folder
        self.config = folder / "config.toml"
        self.log = folder / "bot.log"
        self.connections = folder / "connections"
        self.token = ""
        self.page_url = ""
        self._checkpoint = checkpoint
        self._rating = rating
        self._processes = {}

    async def start(self):
        process = await self._spawn(
            "sandbox",
            *("-m", "bot.sandbox", "--json", "--no-rate-limits"),
            *(("--openapi", str(OPENAPI)) if OPENAPI.exists() else ()),
            stdout=asyncio.subprocess.PIPE,
        )
        addresses = json.loads(await asyncio.wait_for(process.stdout.readline(), PATIENCE_S))
        self.token, self.page_url = addresses["token"], addresses["page_url"]
        tables = {"engine": {"url": ENGINE_URL}, "ratings": {"highest": "explicit"}, "defaults": {"steps": 2}}
        if self._checkpoint:  # each real picture takes seconds, however small the network is
            tables["limits"] = {"max_count": 1}
        else:  # that one is as shipped, and listens nowhere
            tables["metrics"] = {"listen": "127.0.0.1:0"}
        self.config.write_bytes(
            configuration(
                addresses["api_url"],
                model=self._checkpoint or "none",
                engine={"rating": {"by": self._rating, "folder": "tagger"}},
                bot={"drain_s": 1.0, **tables},
            )
        )
        await self.start_engine()
        await self.start_bot()
        for username in PEOPLE:
            async with self.person(username) as person:
                await accept_terms(person)

    async def start_engine(self, *troubles, rates=None):
        """Start it; troubles are the stand-in's (see tests/bot/fake_engine.py), which rates as configured."""
        real, flat = (
            ("-m", "engine", "serve"),
            ("tests/bot/fake_engine.py", "serve", "--step-s", "0.05", "--lora", "wash"),
        )
        if self._rating != "none" if rates is None else rates:
            flat += ("--rates",)
        await self._spawn("engine", *(real if self._checkpoint else flat), "--config", str(self.config), *troubles)

    async def another_engine(self, *troubles, rates=None):
        """Put another engine in the place of the one that runs, and wait until a bot that runs has noticed."""
        await self.kill("engine")
        before = len(self.log_text())
        await self.start_engine(*troubles, rates=rates)
        if "bot" in self._processes:
            await self.said("The engine is ready", after=before)

    async def start_bot(self):
        """Start it, and wait until it is at the gateway and its engine is ready."""
        lines_before = self.log_text().count("\n")
        with self.log.open("ab") as log:
            no_terminal = {"stdin": asyncio.subprocess.DEVNULL, "stdout": log, "stderr": log}
            await self._spawn("bot", "-m", "bot", "run", "--config", str(self.config), **no_terminal)
        async with asyncio.timeout(PATIENCE_S):
            while True:
                fresh = self.log_text().split("\n")[lines_before:]
                if any("The engine is ready" in line for line in fresh) and any("Gateway" in line for line in fresh):
                    return
                assert self._processes["bot"].returncode is None, "\n".join(fresh)
                await asyncio.sleep(0.05)  # a process and a file, not a state of ours: nothing to be woken by

    async def said(self, words, *, after):
        """Wait until the bot's log holds this, behind so many characters."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if words in self.log_text()[after:]:
                    return
                await asyncio.sleep(0.02)  # a file: nothing to be woken by

    def process(self, name):
        return self._processes[name]

    @property
    def environment(self):
        """What every process is given; whom it connects to is written down (`tests.recorder`)."""
        noting = {"PYTHONPATH": str(RECORDER), "ESHI_TEST_CONNECTIONS": str(self.connections)}
        return {**os.environ, **noting, "ESHI_TOKEN": self.token}

    @property
    def watched_url(self):
        """Where the bot that runs says how it is."""
        return re.findall(r"health and metrics: (\S+)/healthz", self.log_text())[-1]

    def log_text(self):
        return self.log.read_text() if self.log.exists() else ""

    async def kill(self, name, number=signal.SIGKILL):
        process = self._processes.pop(name)
        if process.returncode is None:
            process.send_signal(number)
        return await asyncio.wait_for(process.wait(), PATIENCE_S)

    async def ended(self, name):
        """Wait until it ends by itself, and give its status."""
        return await asyncio.wait_for(self._processes.pop(name).wait(), PATIENCE_S)

    @contextmanager
    def still(self, word=""):
        """Let the stand-in stand still within every job whose prompt has this word; gives what lets it go on."""
        hold = self.folder / "hold"
        hold.write_text(word)
        try:
            yield partial(hold.unlink, missing_ok=True)
        finally:
            hold.unlink(missing_ok=True)

    async def stop(self):
        for name in list(self._processes)[::-1]:
            await self.kill(name, signal.SIGTERM)

    async def renew(self):
        """Begin anew with nothing in line: what went wrong is not there for the next test.

        Discord goes on, and with it what the tests of a module have in common there.
        """
        for name in {"bot", "engine"} & self._processes.keys():
            await self.kill(name)
        with closing(sqlite3.connect(self.folder / "data" / "eshi.sqlite3", timeout=PATIENCE_S)) as base, base:
            unfinished = "state IN ('queued', 'running', 'rendered')"
            base.execute(f"UPDATE jobs SET state = 'cancelled', finished_at = created_at WHERE {unfinished}")  # noqa: S608
            base.execute("UPDATE jobs SET untold = 0, tell = 0")
            for table in ("lines", "operation", "blocked_servers"):
                base.execute(f"DELETE FROM {table}")  # noqa: S608
        await self.forget()
        await self.start_engine()
        await self.start_bot()

    async def forget(self):
        """Take back strikes, faults and complaints: nothing of a test is held against the next."""
        with closing(sqlite3.connect(self.folder / "data" / "eshi.sqlite3", timeout=PATIENCE_S)) as base, base:
            base.execute("DELETE FROM strikes")
            base.execute("DELETE FROM lifts")
        (self.folder / "hold").unlink(missing_ok=True)
        await self.developer("DELETE", "/violations")
        await self.developer("DELETE", "/faults")

    async def _spawn(self, name, *arguments, **streams):
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, cwd=ROOT, env=self.environment, **streams
        )
        self._processes[name] = process
        return process

    @asynccontextmanager
    async def person(self, username):
        async with Visitor.visit(self.page_url, username) as person:
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


_good = pytest.StashKey()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Remember of a test whether all went well, for the fixtures that clean up after it."""
    report = yield
    item.stash[_good] = item.stash.get(_good, True) and not report.failed
    return report


async def _watch(studio, test):
    """Lend what runs; afterwards Discord must have had nothing to complain about, and the loop was never held up.

    A test that failed may leave anything: jobs in line, a line that is paused, an engine that is dead. So after it
    bot and engine begin anew.
    """
    before = len(studio.log_text())
    yield studio
    if not test.stash[_good]:
        await studio.renew()
        return
    found = await studio.developer("GET", "/violations")
    await studio.forget()
    assert [line for line in studio.log_text()[before:].split("\n") if "event loop was held up" in line] == []
    assert found["violations"] == []


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _flat(tmp_path_factory):
    async for studio in _run(tmp_path_factory.mktemp("flat")):
        yield studio


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _real(tmp_path_factory, tiny_checkpoint):
    async for studio in _run(tmp_path_factory.mktemp("real"), checkpoint=tiny_checkpoint):
        yield studio


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _rated(tmp_path_factory):
    async for studio in _run(tmp_path_factory.mktemp("rated"), rating="wd"):
        yield studio


@pytest_asyncio.fixture(loop_scope="session")
async def studio(_flat, request):
    """What runs for the whole session, with an engine that takes no time."""
    async for lent in _watch(_flat, request.node):
        yield lent


@pytest.fixture
def let_go(studio):
    """What is being drawn stays so until it is cancelled, or until this is called."""
    with studio.still() as going_on:
        yield going_on


@pytest_asyncio.fixture(loop_scope="session")
async def drawing_studio(_real, request):
    """The same with the real engine and a tiny checkpoint."""
    async for lent in _watch(_real, request.node):
        yield lent


@pytest_asyncio.fixture(loop_scope="session")
async def rating_studio(_rated, request):
    """The same with an engine that takes no time and rates every picture, as the prompt tells it to."""
    async for lent in _watch(_rated, request.node):
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
