"""The three processes: each is started again whenever it ends, as a service manager would."""

import asyncio
import contextlib
import itertools
import json
import os
import resource
import shutil
import signal
import struct
import sys
import tempfile
from pathlib import Path

import aiohttp
import msgspec
import psutil

from bot.demo import ENGINE_URL, configuration
from bot.sandbox.world.blueprint import PlannedChannel, PlannedGuild, PlannedRole, PlannedUser, PlannedWorld
from tests.chaos.asking import LORAS

ROOT = Path(__file__).parents[2]
OPENAPI = ROOT.parent / "shared" / "data" / "discord-openapi.json"
AGAIN_S = 0.3
"""Between the end of a process and its next start."""

SERVERS, CHANNELS = 3, 3

HOSTILE = "mallory"
"""See `tests.chaos.hostile_member`."""


def world(people):
    """So many people, and the hostile member, in every one of a few servers."""
    names = [*(f"person{number:02}" for number in range(people)), HOSTILE]
    return PlannedWorld(
        users=tuple(PlannedUser(username=name) for name in names),
        guilds=tuple(
            PlannedGuild(
                name=f"Server {server}",
                owner=names[0],
                roles=(PlannedRole(name="member", permissions=("ATTACH_FILES", "EMBED_LINKS")),),
                members=dict.fromkeys(names, ("member",)),
                channels=tuple(PlannedChannel(name=f"room-{server}-{room}") for room in range(CHANNELS)),
            )
            for server in range(SERVERS)
        ),
    )


class Machines:
    """Bot, engine and local Discord; open it with ``async with``."""

    def __init__(self, folder: Path, *, people: int, step_s: float, checkpoint: Path | None = None, cards: int = 0):
        """Prepare them.

        Args:
            folder: For everything that is written.
            people: How many there are.
            step_s: Seconds that a step takes where flat colours are drawn.
            checkpoint: For the real engine, started by the bot; None: flat colours, a process of its own.
            cards: Of a cluster that draws flat colours in place of one such process; 0: there is none.
        """
        self.folder = folder
        self.data = folder / "data"
        self.ended_by_themselves: list[str] = []
        self._people = people
        self._checkpoint = checkpoint
        self._step_s = step_s
        self._cards = cards
        self._ray = Path(tempfile.mkdtemp(prefix="eshi-r-")) if cards else None
        self._turns = itertools.count()
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._keepers: list[asyncio.Task] = []
        self._killed: set[int] = set()
        self._stopping = False
        self._log = (folder / "bot.log").open("ab")

    async def __aenter__(self):
        plan = self.folder / "world.json"
        plan.write_bytes(msgspec.json.encode(world(self._people)))
        with (self.folder / "discord.log").open("wb") as log:
            discord = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot.sandbox", "--json", "--no-rate-limits", "--world", str(plan)),
                *(("--openapi", str(OPENAPI)) if OPENAPI.exists() else ()),
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
            )
        self._processes["discord"] = discord
        addresses = json.loads(await discord.stdout.readline())
        self.page_url, self._token = addresses["page_url"], addresses["token"]
        config = self.folder / "config.toml"
        connected = {} if self._checkpoint else {"engine": {"url": ENGINE_URL}}
        tables = {"drain_s": 5.0, "defaults": {"steps": 2}, **connected}
        model, engine = self._checkpoint or "none", {}
        if self._cards:
            model = f"sleeping/{self._step_s:.3f}"
            for name in LORAS:
                _write_lora(self.folder / f"{name}.safetensors")
            engine = {"cluster": {"cards": self._cards, "folder": str(self._ray)}, "loras": str(self.folder)}
        config.write_bytes(configuration(addresses["api_url"], model=model, engine=engine, bot=tables))
        if self._cards:
            self._keep("engine", "-m", "tests.cluster.front", "--config", str(config))
        elif self._checkpoint is None:
            flat = ("tests/bot/fake_engine.py", "serve", "--step-s", f"{self._step_s:.3f}")
            flat += tuple(word for name in LORAS for word in ("--lora", name))
            self._keep("engine", *flat, "--config", str(config))
        self._keep("bot", "-m", "bot", "run", "--config", str(config))
        return self

    async def __aexit__(self, *exc_info):
        self._stopping = True
        for name in ("bot", "engine", "discord"):
            if process := self._processes.get(name):
                with contextlib.suppress(ProcessLookupError):
                    process.terminate()
                await process.wait()
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        self._log.close()
        if self._ray is not None:
            shutil.rmtree(self._ray, ignore_errors=True)

    def _keep(self, name, *command):
        self._keepers.append(asyncio.create_task(self._live(name, command)))

    async def _live(self, name, command):
        while not self._stopping:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *command,
                cwd=ROOT,
                env={**os.environ, "ESHI_TOKEN": self._token, "OMP_NUM_THREADS": "1"},
                stderr=asyncio.subprocess.PIPE,  # not the file itself: a full disk must not silence the bot
            )
            self._processes[name] = process
            async for line in process.stderr:
                if name == "bot":
                    self._log.write(line)
                    self._log.flush()
            status = await process.wait()
            if process.pid not in self._killed and not self._stopping:
                self.ended_by_themselves.append(f"the {name} ended by itself with status {status}")
            await asyncio.sleep(AGAIN_S)

    async def kill(self, name):
        """Kill a process where it stands; wait for one where it is just being started."""
        worker_s_turn = self._cards and name == "engine" and next(self._turns) % 2
        while True:
            if worker_s_turn:
                pid = self._worker()
            else:
                pid = self._engine_of_bot() if name == "engine" and self._checkpoint else self.pid(name)
            if pid is not None:
                self._killed.add(pid)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    return
            await asyncio.sleep(0.1)

    def pid(self, name):
        """None: it is just being started."""
        process = self._processes.get(name)
        return None if process is None or process.returncode is not None else process.pid

    def memory(self):
        """Of the bot and of what reads files for it, in bytes; 0 for what is not there just now."""
        found = {"bot": 0, "reader": 0}
        with contextlib.suppress(psutil.Error):
            bot = psutil.Process(self.pid("bot"))
            found["bot"] = bot.memory_info().rss
            for child in bot.children():
                if "bot.reading.reader" in child.cmdline():
                    found["reader"] = child.memory_info().rss
        return found

    def _engine_of_bot(self):
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process(self.pid("bot")).children():
                if "engine" in child.cmdline():
                    return child.pid
        return None

    def _worker(self):
        """One of a cluster's workers, the youngest; None: there is none just now."""
        with contextlib.suppress(psutil.Error):
            children = psutil.Process(self.pid("engine")).children(recursive=True)
            actors = [child for child in children if child.cmdline()[:1] and "WorkerActor" in child.cmdline()[0]]
            if actors:
                return max(actors, key=lambda child: child.create_time()).pid
        return None

    async def fill_disk(self, seconds):
        """Let the bot write no byte more into any file for so long."""
        pid = self.pid("bot")
        if pid is None:
            return
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
            await asyncio.sleep(seconds)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)

    def log_text(self):
        return (self.folder / "bot.log").read_text(errors="replace")

    async def developer(self, method, path, body=None):
        """Ask the local Discord's developer API."""
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, f"{self.page_url}/developer{path}", json=body) as answer,
        ):
            return await answer.json() if answer.content_type == "application/json" else None


def _write_lora(path):
    """The smallest file that a node takes for a LoRA: one layer, changed by nothing."""
    layer, size = "lora_unet_down_blocks_1_attentions_0_proj_in", 2 * 640
    tensors = {
        f"{layer}.lora_down.weight": {"dtype": "F16", "shape": [1, 640], "data_offsets": [0, size]},
        f"{layer}.lora_up.weight": {"dtype": "F16", "shape": [640, 1], "data_offsets": [size, 2 * size]},
    }
    header = json.dumps(tensors).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(2 * size))
