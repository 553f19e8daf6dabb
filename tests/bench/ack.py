"""How fast a request is acknowledged, through the local Discord: chat, bot, engine and people as separate processes.

The engine draws flat colours all the while. The same people ask a bare discord.py bot before and after, on the same
machine, so that whatever else the machine does is in all figures. It answers "ok", which promises nothing; and in the
same way it is asked for what Eshi does at least: to keep what was asked for, so that a power cut does not take it, and
to answer with a card. How long the turns of Eshi's event loop took is told beside.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import aiohttp

from bot import config
from bot.care.terms import Terms
from bot.demo import ENGINE_URL, configuration
from bot.store import Store
from bot.views.licence import of_animagine
from tests.bench._rows import noted, row

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

ROOT = Path(__file__).parents[2]
PEOPLE = ("yuki", "mio", "nico", "ada")
PROMPT, SUBJECT = "smile, night, looking at viewer", "1girl"

PACED, RATE = 1_000, 100.0
"""Interactions, and how many a second, of which the slowest are looked at."""
ROUND, IN_FLIGHT = 500, 32
"""Interactions as fast as they are answered, so many at once."""
ROUNDS = 2
WARM = 200
"""Interactions before anything is measured: whatever is slow only once, the growth of a new database's log with it."""
GOAL_MS, GOAL_RATE, GOAL_P99 = 50.0, 1 / 2, 1.5
"""The last two are beside the bare bot in the same run, so that a slow machine says nothing false."""
START_S = 60.0

WITHOUT_END = {"max_queue": 100_000, "max_queue_per_server": 0, "max_queue_per_person": 100_000}
"""The largest limits that there are, so that everybody is acknowledged."""


class TooBusy(Exception):
    """Somebody was not answered within Discord's three seconds: on such a machine nothing can be measured."""


def run() -> list[dict[str, Any]]:
    """Measure; a row a number."""
    try:
        return asyncio.run(_measured())
    except TooBusy as late:
        return [noted("acknowledgements", None, f"not measured, the machine is too busy: {late}")]


class Asked(NamedTuple):
    """What came of asking one bot."""

    paced_ms: list[float]
    """Of each interaction at the set pace."""
    rates: list[float]
    """Answers a second without one, of each round."""
    began: float
    ended: float
    """Of the paced ones, by the clock that all processes share."""


async def _measured() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        ok, keeping = await _bare(place / "first.sqlite3")
        ours, turns_ms = await _ours(place)
        ok_after, keeping_after = await _bare(place / "second.sqlite3")
    p99 = _percentile(ours.paced_ms, 99)
    rows = [
        noted(f"acknowledged at {RATE:.0f} a second, median", _percentile(ours.paced_ms, 50), "ms"),
        row(f"acknowledged at {RATE:.0f} a second, p99", p99, "ms", f"≤ {GOAL_MS:.0f}", ok=p99 <= GOAL_MS),
        noted("a turn of the event loop meanwhile, p99", _percentile(turns_ms, 99), "ms"),
        noted("a turn of the event loop meanwhile, longest", max(turns_ms), "ms"),
        noted("acknowledged, as many as go", _mean(ours.rates), "/s"),
    ]
    for which, before, after in (
        ('a bare discord.py bot that answers "ok"', ok, ok_after),
        ("a bare bot that keeps what was asked and answers with a card", keeping, keeping_after),
    ):
        paced_ms, rate = before.paced_ms + after.paced_ms, _mean(before.rates + after.rates)
        times, share = p99 / _percentile(paced_ms, 99), _mean(ours.rates) / rate
        rows += [
            noted(f"{which}, median", _percentile(paced_ms, 50), "ms"),
            noted(f"{which}, p99", _percentile(paced_ms, 99), "ms"),
            row(f"p99 beside {which}", times, "×", f"≤ {GOAL_P99:.2f}", ok=times <= GOAL_P99),
            noted(f"{which}, as many as go", rate, "/s"),
            row(f"rate beside {which}", share, "×", f"≥ {GOAL_RATE:.2f}", ok=share >= GOAL_RATE),
        ]
    return rows


async def _bare(kept: Path) -> tuple[Asked, Asked]:
    arguments = ("-m", "tests.bench._bare_bot")
    async with _chat() as chat, _process(*arguments, chat["api_url"], str(kept), token=chat["token"]):
        return await _asked(chat, "ok"), await _asked(chat, "keep", prompt=PROMPT, subject=SUBJECT)


async def _ours(folder: Path) -> tuple[Asked, list[float]]:
    turns = folder / "turns.json"
    async with AsyncExitStack() as stack:
        chat = await stack.enter_async_context(_chat())
        file = folder / "config.toml"
        tables = {"engine": {"url": ENGINE_URL}, "limits": WITHOUT_END}
        file.write_bytes(configuration(chat["api_url"], model="none", bot=tables))
        await _accept_terms(folder / "data", await _people(chat))
        engine = ("tests/bot/fake_engine.py", "serve", "--step-s", "0.05", "--config", str(file))
        await stack.enter_async_context(_process(*engine))
        bot = ("-m", "tests.bench._timed_bot", str(turns), "run", "--config", str(file))
        await stack.enter_async_context(_process(*bot, token=chat["token"]))
        asked = await _asked(chat, "imagine", prompt=PROMPT, subject=SUBJECT)
    noted_turns = json.loads(turns.read_text())
    return asked, [1e3 * took_s for at, took_s in noted_turns if asked.began <= at <= asked.ended]


async def _people(chat: dict[str, str]) -> dict[str, str]:
    """Ask who is who: ids by name."""
    async with (
        aiohttp.ClientSession(raise_for_status=True) as session,
        session.get(f"{chat['page_url']}/people") as answer,
    ):
        everybody = {one["user"]["username"]: one["user"]["id"] for one in (await answer.json())["people"]}
    return {name: everybody[name] for name in PEOPLE}


async def _accept_terms(data: Path, people: dict[str, str]) -> None:
    """Let people have accepted the terms, as everybody does once."""
    async with Store.open(data) as store:
        version = Terms(store, of_animagine(), config.TermsSettings(), now=time.time).version
        for user_id in people.values():
            await store.acceptances.add(int(user_id), version, now=time.time())


@asynccontextmanager
async def _chat() -> AsyncGenerator[dict[str, str]]:
    async with _process("-m", "bot.sandbox", "--json", "--no-rate-limits", stdout=asyncio.subprocess.PIPE) as process:
        assert process.stdout is not None
        yield json.loads(await asyncio.wait_for(process.stdout.readline(), START_S))


@asynccontextmanager
async def _process(*arguments: str, token: str = "", **streams: Any) -> AsyncGenerator[asyncio.subprocess.Process]:
    with tempfile.TemporaryFile() as said:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            cwd=ROOT,
            env={**os.environ, "ESHI_TOKEN": token},
            stderr=said,
            **streams,
        )
        try:
            yield process
        finally:
            if process.returncode is not None:
                said.seek(0)
                raise RuntimeError(f"{' '.join(arguments)} ended by itself: {said.read().decode()[-2000:]}")
            process.terminate()
            await process.wait()


async def _asked(chat: dict[str, str], command: str, **options: str) -> Asked:
    """Let people ask one bot."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(raise_for_status=True))
        ids = (await _people(chat)).values()
        people = [Asker(session, f"{chat['page_url']}/people/{user_id}", command, options) for user_id in ids]
        for person in people:
            await stack.enter_async_context(person.there())
        await people[0].ready()
        await _rate(people, WARM)
        began = time.monotonic()
        asking: list[asyncio.Task[float]] = []
        for number in range(PACED):
            await asyncio.sleep(max(0.0, began + number / RATE - time.monotonic()))
            asking.append(asyncio.create_task(people[number % len(people)].ask()))
        took_ms = [one * 1e3 for one in await asyncio.gather(*asking)]
        ended = time.monotonic()
        return Asked(took_ms, [await _rate(people, ROUND) for _ in range(ROUNDS)], began, ended)


async def _rate(people: list[Asker], most: int) -> float:
    numbers = iter(range(most))

    async def ask_on(person: Asker) -> None:
        for _ in numbers:
            await person.ask()

    began = time.perf_counter()
    await asyncio.gather(*(ask_on(people[number % len(people)]) for number in range(IN_FLIGHT)))
    return most / (time.perf_counter() - began)


class Asker:
    """Somebody who asks the same again and again and looks at nothing but whether it was answered."""

    def __init__(self, session: aiohttp.ClientSession, url: str, command: str, options: dict[str, str]) -> None:
        self._session = session
        self._url = url
        self._command = {"command": command, "options": options}
        self._channel = ""
        self._answers: dict[str, asyncio.Future[float]] = {}

    @asynccontextmanager
    async def there(self) -> AsyncGenerator[None]:
        async with self._session.ws_connect(f"{self._url}/events", max_msg_size=2**26) as socket:
            await socket.receive()
            async with self._session.get(f"{self._url}/state") as answer:
                channels = (await answer.json())["guilds"][0]["channels"]
            self._channel = next(one["id"] for one in channels if one["name"] == "general")
            listening = asyncio.create_task(self._listen(socket))
            try:
                yield
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for frame in socket:
            if '"interaction.' in frame.data[:60]:  # all others need not be read
                event = frame.json()
                if event["event"] == "interaction.answer":
                    self._answer(event["data"]["interaction_id"]).set_result(time.perf_counter())
                elif event["event"] == "interaction.failed":
                    late = TooBusy(event["data"]["message"])
                    self._answer(event["data"]["interaction_id"]).set_exception(late)

    def _answer(self, interaction_id: str) -> asyncio.Future[float]:
        return self._answers.setdefault(interaction_id, asyncio.get_running_loop().create_future())

    async def ready(self) -> None:
        """Wait until the bot is there and its commands are known."""
        async with asyncio.timeout(START_S):
            while True:
                async with self._session.get(f"{self._url}/state") as answer:
                    online = (await answer.json())["bot"]["online"]
                async with self._session.get(f"{self._url}/channels/{self._channel}/commands") as answer:
                    commands = {one["name"] for one in (await answer.json())["commands"]}
                if online and self._command["command"] in commands:
                    return
                await asyncio.sleep(0.1)  # another process, whose state is nobody's event

    async def ask(self) -> float:
        """Ask once; give the seconds until the answer was there."""
        began = time.perf_counter()
        url = f"{self._url}/channels/{self._channel}/slash"
        async with self._session.post(url, json=self._command) as response:
            interaction_id = (await response.json())["interaction_id"]
        answered = await asyncio.wait_for(self._answer(interaction_id), START_S)
        del self._answers[interaction_id]
        return answered - began


def _percentile(values: list[float], percent: int) -> float:
    return sorted(values)[len(values) * percent // 100]


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


if __name__ == "__main__":
    for measured in run():
        print(measured)
