"""Five thousand servers in several shards: how fast somebody is answered while the bot connects, and what they weigh.

The local Discord presents them, each with as many channels and roles as a usual one. Somebody in a server of the first
shard asks for `/help` all the while, from when the bot is first online until all shards are ready. What is done where a
shard is not connected yet reaches no bot: Discord lets one begin every five seconds.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import tempfile
import time
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp

from bot.demo import ENGINE_URL, configuration
from bot.sandbox.discord.routes.identity import GUILDS_A_SHARD
from bot.sandbox.world import blueprint
from tests.bench._rows import at_most, noted
from tests.bench.ack import ROOT, Asker

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

SERVERS = int(os.environ.get("SERVERS", "5000"))
CHANNELS, ROLES = 40, 25
"""Of a server of middling size."""
HELD_UP = re.compile(r"event loop was held up for (\d+) ms")
EVERY_S = 0.2
GOAL_MS = 1000.0
TOO_LATE_MS = 3000.0
"""What Discord no longer takes counts so much."""
START_S = 600.0


def run() -> list[dict[str, Any]]:
    """Measure; a row a number."""
    with tempfile.TemporaryDirectory() as folder:
        few = asyncio.run(_connected(Path(folder), "few", servers=1))
        many = asyncio.run(_connected(Path(folder), "many", servers=SERVERS))
    took = sorted(many["took_ms"])
    per_server = (many["rss_kb"] - few["rss_kb"]) / (SERVERS - 1)
    return [
        noted(f"{SERVERS:,} servers, shards", many["shards"], ""),
        noted(f"{SERVERS:,} servers, until all are there", many["ready_s"], "s"),
        noted(f"asked meanwhile, {len(took)} times, median", took[len(took) // 2], "ms"),
        at_most("asked meanwhile, p99", took[len(took) * 99 // 100], "ms", GOAL_MS),
        noted("asked meanwhile, slowest", took[-1], "ms"),
        noted("the bot's own event loop was held up, at longest", _longest_ms(many["held_up"]), "ms"),
        noted("memory of the bot in one server", few["rss_kb"] / 1024, "MiB"),
        noted("memory for each server more", per_server, "KiB"),
    ]


def _longest_ms(lines: list[str]) -> float:
    """Read from the bot's log for how long it answered nobody: what is slower than that, the machine was busy with."""
    return max((float(found[1]) for line in lines if (found := HELD_UP.search(line))), default=0.0)


def _world(servers: int) -> dict[str, Any]:
    """Plan them: one of the first shard is somebody's, and nobody looks into the others."""
    shards = -(-servers // GUILDS_A_SHARD)
    theirs = -(blueprint.FIRST_ID >> 22) % shards
    channels = [{"name": "general"}, *({"name": f"channel-{number}"} for number in range(CHANNELS - 1))]
    roles = [{"name": f"role-{number}"} for number in range(ROLES)]
    return {
        "users": [{"username": "yuki"}, {"username": "owner"}],
        "bot_name": "Eshi",
        "guilds": [
            {
                "name": f"Server {number}",
                "owner": "owner",
                "members": {"owner": [], "yuki": []} if number == theirs else {"owner": []},
                "channels": channels,
                "roles": roles,
            }
            for number in range(servers)
        ],
    }


async def _connected(folder: Path, name: str, *, servers: int) -> dict[str, Any]:
    world, file, log = (folder / f"{name}.{ending}" for ending in ("json", "toml", "log"))
    world.write_text(json.dumps(_world(servers)))
    async with AsyncExitStack() as stack:
        chat_process = await stack.enter_async_context(
            _process("-m", "bot.sandbox", "--json", "--no-rate-limits", "--world", str(world), log=folder / "chat.log")
        )
        assert chat_process.stdout is not None
        chat = json.loads(await asyncio.wait_for(chat_process.stdout.readline(), START_S))
        tables = {"engine": {"url": ENGINE_URL}, "data_dir": f"data-{name}"}
        file.write_bytes(configuration(chat["api_url"], model="none", bot=tables))
        engine = ("tests/bot/fake_engine.py", "serve", "--config", str(file))
        await stack.enter_async_context(_process(*engine, log=folder / "engine.log"))
        session = await stack.enter_async_context(aiohttp.ClientSession(raise_for_status=True))
        async with session.get(f"{chat['page_url']}/people") as answer:
            people = {one["user"]["username"]: one["user"]["id"] for one in (await answer.json())["people"]}
        yuki = Asker(session, f"{chat['page_url']}/people/{people['yuki']}", "help", {})
        await stack.enter_async_context(yuki.there())
        began = time.perf_counter()
        bot = await stack.enter_async_context(
            _process("-m", "bot", "run", "--config", str(file), log=log, token=chat["token"])
        )
        await yuki.ready()
        asking: list[asyncio.Task[float]] = []
        while "ready: in " not in log.read_text():
            asking.append(asyncio.create_task(yuki.ask()))
            await asyncio.sleep(EVERY_S)
        took = await asyncio.gather(*asking, asyncio.create_task(yuki.ask()), return_exceptions=True)
        if failed := [one for one in took if isinstance(one, BaseException) and "in time" not in str(one)]:
            raise failed[0]
        ready = log.read_text().partition("ready: in ")[2].split()
        assert int(ready[0]) == servers, ready
        return {
            "ready_s": time.perf_counter() - began,
            "took_ms": [TOO_LATE_MS if isinstance(one, BaseException) else one * 1e3 for one in took],
            "held_up": [line for line in log.read_text().splitlines() if "event loop was held up" in line],
            "rss_kb": _rss_kb(bot.pid),
            "shards": int(ready[3]),
        }


@asynccontextmanager
async def _process(*arguments: str, log: Path, token: str = "") -> AsyncGenerator[asyncio.subprocess.Process]:
    with log.open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            cwd=ROOT,
            env={**os.environ, "ESHI_TOKEN": token},
            stdout=asyncio.subprocess.PIPE,
            stderr=said,
        )
        try:
            yield process
        finally:
            if process.returncode is not None:
                told = await asyncio.to_thread(log.read_text)
                raise RuntimeError(f"{' '.join(arguments)} ended by itself: {told[-2000:]}")
            process.terminate()
            await process.wait()


def _rss_kb(pid: int) -> int:
    """Read how much memory a process has in use (Linux)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


if __name__ == "__main__":
    for measured in run():
        print(measured["name"], measured["value"], measured["unit"])
