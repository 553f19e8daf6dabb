"""People ask for thousands of pictures, connections break all the while, and in the end nothing may be left over."""

import asyncio
import contextlib
import json
import os
import sqlite3
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import psutil

from bot.demo import ENGINE_URL, configuration
from bot.sandbox.people.driver import Visitor
from tests.journey.people import accept_terms
from tests.soak.slope import Sample, slope_mb

ROOT = Path(__file__).parents[2]
PEOPLE = ("yuki", "mio", "nico", "ada")
BREAKS = (
    {"fault": "reconnect"},
    {"fault": "invalidate", "resumable": False},
    {"fault": "drop", "code": 1006},
    {"fault": "invalidate", "resumable": True},
)
"""RESUME by request, IDENTIFY anew, RESUME after a cut, RESUME of what was called invalid; one after the other."""

BREAKS_IN_ALL, LEAST_PEACE_S = 20, 20.0
"""A short run has fewer: an IDENTIFY anew takes five seconds and more."""

STEPS, STEP_S = 4, 0.02
WARM_SHARE = 0.2
"""Of the jobs: what is loaded and kept once is there after them."""
GOAL_MB = 1.0
"""For each thousand jobs."""
JUDGED_FROM = 2000
"""Jobs: in fewer, what is kept once and grows to its bound looks like growth."""
ANSWERED_SHARE = 0.8
"""At least; after an IDENTIFY anew, which comes a fourth of the times, the bot is away for five seconds or more."""
SAMPLE_S = 2.0
START_S, SETTLE_S = 120.0, 120.0
WITHOUT_END = {"max_queue": 100_000, "max_queue_per_server": 0, "max_queue_per_person": 100_000}


@dataclass
class Verdict:
    asked: int = 0
    answered: int = 0
    """With a message that promised a picture; while the bot is not connected, nobody is."""
    shown: int = 0
    breaks: int = 0
    slope_mb: float = 0.0
    before: dict = field(default_factory=dict)
    after: dict = field(default_factory=dict)
    wrong: list = field(default_factory=list)


class Bot:
    """Its process, looked at from outside, and its tasks as it tells them."""

    def __init__(self, process, told, database):
        self.process = process
        self._psutil = psutil.Process(process.pid)
        self._told = told
        self._database = database

    def own_bytes(self):
        return self._psutil.memory_full_info().uss

    def done(self):
        """How many jobs were delivered."""
        with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True)) as database:
            return database.execute("SELECT count(*) FROM jobs WHERE state = 'delivered'").fetchone()[0]

    def unfinished(self):
        with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True)) as database:
            return database.execute(
                "SELECT count(*) FROM jobs WHERE state IN ('queued', 'running', 'rendered')"
            ).fetchone()[0]

    def held(self):
        """What it has open, and how much it is about."""
        tasks = json.loads(self._told.read_text().splitlines()[-1])
        return {
            "tasks": tasks["tasks"],
            "files": self._psutil.num_fds(),
            "sockets": len(self._psutil.net_connections("all")),
            "threads": self._psutil.num_threads(),
            "names": tasks["names"],
        }


class Seen:
    """Which messages answered people, and which show a result."""

    def __init__(self):
        self.answers, self.results = set(), set()

    async def listen(self, session, url):
        """Hear what one person does."""
        async with session.ws_connect(url, max_msg_size=2**26) as socket:
            async for frame in socket:
                if '"interaction.answer"' in frame.data[:60]:  # all others need not be read
                    self.answers.add(frame.json()["data"]["message_id"])
                elif '"Recipe"' in frame.data:
                    self.results.add(frame.json()["data"]["id"])


async def run(folder, *, jobs, seconds, say=lambda _line: None):
    """Give the verdict of so many jobs in so many seconds."""
    verdict = Verdict()
    async with contextlib.AsyncExitStack() as stack:
        chat, bot = await _started(stack, folder)
        session = await stack.enter_async_context(aiohttp.ClientSession(raise_for_status=True))
        people = []
        for name in PEOPLE:
            async with Visitor.visit(chat["page_url"], name) as person:
                if not people:
                    await _online(person)
                await accept_terms(person)
                people.append((person.id, person.channel("general")))
        seen = Seen()
        for user, _ in people:
            url = f"{chat['page_url']}/people/{user}/events"
            stack.callback(asyncio.create_task(seen.listen(session, url)).cancel)
        verdict.asked += await _ask(session, chat, people, 20, 5.0)
        await _idle(bot)
        verdict.before = bot.held()
        say(f"at rest after 20 jobs: {verdict.before}")
        samples, over = [], asyncio.Event()
        looking = asyncio.create_task(_sample(bot, samples, over))
        breaking = asyncio.create_task(_break(session, chat, over, seconds, verdict))
        began = time.monotonic()
        verdict.asked += await _ask(session, chat, people, jobs, seconds)
        say(f"{verdict.asked} asked in {time.monotonic() - began:.0f} s")
        over.set()
        await asyncio.gather(looking, breaking)
        await _idle(bot)
        verdict.answered, verdict.shown = len(seen.answers), len(seen.results & seen.answers)
        (folder / "samples.json").write_text(json.dumps(samples))
        verdict.slope_mb = slope_mb(samples, warm_jobs=int(jobs * WARM_SHARE))
        await _judge(bot, verdict)
        violations = await (await session.get(f"{chat['page_url']}/developer/violations")).json()
        verdict.wrong += [f"against Discord's rules: {one}" for one in violations["violations"]]
    log = (folder / "bot.log").read_text()
    verdict.wrong += [line for line in log.splitlines() if "event loop was held up" in line or "Traceback" in line]
    return verdict


async def _online(person):
    """Wait until the bot is there with its commands; it may have come before anybody looked."""
    async with asyncio.timeout(START_S):
        while True:
            state = await person.call("GET", "/state")
            offered = await person.call("GET", f"/channels/{person.channel('general')}/commands")
            if state["bot"]["online"] and any(one["name"] == "imagine" for one in offered["commands"]):
                return
            await asyncio.sleep(0.5)  # another process, whose state is nobody's event


async def _judge(bot, verdict):
    """Compare with the beginning, as long as what closes by itself takes to close."""
    until = time.monotonic() + SETTLE_S
    while True:
        verdict.after = bot.held()
        grown = {
            name: verdict.after[name] - verdict.before[name]
            for name in ("tasks", "files", "sockets", "threads")
            if verdict.after[name] > verdict.before[name]
        }
        grown.pop("threads", None)  # a pool makes them when they are first needed, and keeps them
        if not grown or time.monotonic() > until:
            break
        await asyncio.sleep(SAMPLE_S)
    verdict.wrong += [f"{more} {name} more than at the beginning" for name, more in grown.items()]
    if verdict.slope_mb > GOAL_MB and verdict.answered >= JUDGED_FROM:
        verdict.wrong.append(f"{verdict.slope_mb:.2f} MB more for each thousand jobs")
    done = bot.done()
    if not done == verdict.shown == verdict.answered:
        verdict.wrong.append(f"{verdict.answered} were promised, {done} are delivered, {verdict.shown} are shown")
    if verdict.answered < verdict.asked * ANSWERED_SHARE:
        verdict.wrong.append(f"only {verdict.answered} of {verdict.asked} were answered")


async def _started(stack, folder):
    log = stack.enter_context((folder / "bot.log").open("wb"))
    chat_process = await _spawn(
        stack, "-m", "bot.sandbox", "--json", "--no-rate-limits", out=asyncio.subprocess.PIPE, err=None
    )
    chat = json.loads(await asyncio.wait_for(chat_process.stdout.readline(), START_S))
    file = folder / "config.toml"
    tables = {"engine": {"url": ENGINE_URL}, "limits": WITHOUT_END}
    file.write_bytes(configuration(chat["api_url"], model="none", bot=tables))
    engine = ("tests/bot/fake_engine.py", "serve", "--step-s", str(STEP_S), "--config", str(file))
    await _spawn(stack, *engine, err=asyncio.subprocess.DEVNULL)
    told = folder / "inside.jsonl"
    watched = ("-m", "tests.soak._watched_bot", str(told), "run", "--config", str(file))
    process = await _spawn(stack, *watched, err=log, token=chat["token"])
    return chat, Bot(process, told, folder / "data" / "eshi.sqlite3")


async def _spawn(stack, *arguments, out=None, err, token=""):
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=ROOT, env={**os.environ, "ESHI_TOKEN": token}, stdout=out, stderr=err
    )
    stack.push_async_callback(_end, process)
    return process


async def _end(process):
    if process.returncode is None:
        process.terminate()
    await process.wait()


async def _ask(session, chat, people, jobs, seconds):
    """Let people ask for so many, evenly over this time; give how many were taken."""
    began = time.monotonic()
    asking = []
    for number in range(jobs):
        await asyncio.sleep(max(0.0, began + number * seconds / jobs - time.monotonic()))
        user, channel = people[number % len(people)]
        url = f"{chat['page_url']}/people/{user}/channels/{channel}/slash"
        body = {"command": "imagine", "options": {"prompt": "1girl, smile", "steps": STEPS}}
        asking.append(asyncio.create_task(_ask_once(session, url, body)))
    return sum(await asyncio.gather(*asking))


async def _ask_once(session, url, body):
    async with session.post(url, json=body) as answer:
        await answer.read()
    return 1


async def _sample(bot, samples, over):
    while not over.is_set():
        samples.append(Sample(await asyncio.to_thread(bot.done), await asyncio.to_thread(bot.own_bytes)))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), SAMPLE_S)


async def _break(session, chat, over, seconds, verdict):
    """Break the gateway's connection in each way in turn."""
    while not over.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), max(seconds / BREAKS_IN_ALL, LEAST_PEACE_S))
            return
        fault = BREAKS[verdict.breaks % len(BREAKS)]
        async with session.post(f"{chat['page_url']}/developer/faults", json=fault) as answer:
            await answer.read()
        verdict.breaks += 1


async def _idle(bot):
    """Wait until nothing is under way, for as long as one job after the other ends: a busy machine is behind."""
    left, since = -1, time.monotonic()
    while now := await asyncio.to_thread(bot.unfinished):
        if now != left:
            left, since = now, time.monotonic()
        if time.monotonic() - since > SETTLE_S:
            raise RuntimeError(f"{left} jobs came to no end within {SETTLE_S:g} s")
        await asyncio.sleep(0.5)  # another process's file
    await asyncio.sleep(SAMPLE_S)  # and the bot has told of itself since
