"""`python -m bot demo`: the local Discord, the real bot and the real engine together, with nothing to set up."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import signal
import sys
import tempfile
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import psutil

from bot.errors import ConfigError
from bot.safety.ratings import highest
from bot.sandbox.people.developer import Switch
from bot.sandbox.server import Sandbox
from bot.sandbox.world import blueprint
from engine.wire import Rating

if TYPE_CHECKING:
    from collections.abc import Mapping

ENGINE_URL = "unix:engine.sock"
"""Beside the configuration."""

STOP_S = 20.0
"""How long the bot may take to end by itself, its engine included."""

_ADDRESS = """
  Eshi is at {}
  Open it in a browser; Ctrl-C ends it. The engine that draws is loading: what you ask now waits in the queue.
"""

_WELCOME = blueprint.PlannedWelcome(
    """\
## Welcome
This is a small copy of Discord on your own computer, and **Eshi** is a bot in it that draws. Press an example, or \
type `/imagine` and what you want to see.
-# The model of this demo is tiny: it shows how Eshi works, not how well a real model draws.""",
    starting="Eshi is starting. You can type already: what you ask runs as soon as it is here.",
    examples=(
        blueprint.PlannedExample("Describe a picture", "/imagine a girl with red hair at night"),
        blueprint.PlannedExample("Name a character", "/imagine frieren, smile"),
        blueprint.PlannedExample("Draw four at once", "/imagine 1girl, ponytail, {black|white} dress, sunset count:4"),
        blueprint.PlannedExample("See what the model would read", "/prompt preview 1girl, (blue hair:1.2), day"),
    ),
    people={
        "ada": "Decide what may be drawn: `/settings show`, or **Age-restricted** at the top.",
        "mio": "Watch over it: look at a picture that somebody reported, or pause the `/queue`.",
        "yuki": "Draw every day: **Reroll** and **Edit** a picture, keep words with `/me favourite save`.",
        "nico": "Be new: read the terms first, and ask for more than a channel allows.",
    },
)

_CHECKPOINT = Path(__file__).parents[1] / "engine" / "demo" / "checkpoint"


_NEEDED = {"demo": "jsonschema_rs", "engine": "torch"}
"""What the demo needs beside the bot: an extra, and a package that it brings."""


def require_extras() -> None:
    """Find out what is not installed before anything begins.

    Raises:
        ConfigError: Something is.
    """
    if absent := [extra for extra, package in _NEEDED.items() if importlib.util.find_spec(package) is None]:
        raise ConfigError(
            f"the demo needs packages that are not installed; install Eshi with the extra{'s' * (len(absent) > 1)} "
            f"{' and '.join(absent)}"
        )


def _licence() -> Path:
    """Find the licence's text: in the checkout, or where a wheel puts it."""
    own = Path(__file__).parents[1] / "LICENSE"
    if own.is_file():
        return own
    return next(Path(file.locate()) for file in distribution("eshi").files or () if file.name == own.name)


class Said(msgspec.Struct, frozen=True):
    """What the demo's checkpoint says of itself in `model_index.json`."""

    ratings: tuple[Rating, ...] = msgspec.field(name="_ratings")
    """What may be asked of it: at each of them it draws nothing that is more."""
    steps: int = msgspec.field(name="_num_inference_steps")
    guidance: float = msgspec.field(name="_guidance_scale")
    rescale: float = msgspec.field(name="_guidance_rescale", default=0.0)

    @classmethod
    def by(cls, checkpoint: Path) -> Said:
        """Read it.

        Raises:
            OSError, msgspec.DecodeError: There is no such checkpoint, or it says nothing.
        """
        return msgspec.json.decode((checkpoint / "model_index.json").read_bytes(), type=cls)


def _loras(checkpoint: Path) -> Path | None:
    """Find the LoRAs that the project made for the demo, with what is said of them, beside the checkpoint."""
    folder = checkpoint.with_name("loras")
    return folder if (folder / "loras.toml").is_file() else None


def _tagger(checkpoint: Path) -> Path | None:
    """Find the demo's own tagger, in the checkpoint's folder or beside it; None where none was trained yet."""
    places = (checkpoint / "tagger", checkpoint.with_name("tagger"))
    return next((folder for folder in places if (folder / "model.onnx").is_file()), None)


def configuration(
    api: str, *, model: Path | str, engine: Mapping[str, object] | None = None, bot: Mapping[str, object] | None = None
) -> bytes:
    """Write the configuration of a bot and an engine beside a local Discord, in the folder of the file.

    Args:
        api: The address of the local Discord's API.
        model: The checkpoint; any name where a stand-in draws.
        engine: What else is to be said in the engine's table, or otherwise.
        bot: Likewise of the bot's.
    """
    usual = {"model": str(model), "offline": True, "device": "cpu", "rating": {"by": "none"}}
    tables = {
        "wire": {"url": ENGINE_URL},
        "engine": {**usual, **(engine or {})},
        "bot": {"data_dir": "data", "discord": {"api": api}, **(bot or {})},
    }
    return msgspec.toml.encode(tables)


def demo_configuration(
    api: str,
    checkpoint: Path = _CHECKPOINT,
    *,
    more_of_engine: Mapping[str, object] | None = None,
    more_of_bot: Mapping[str, object] | None = None,
) -> bytes:
    """Write what the demo's bot and engine are told: what the checkpoint says, its tagger and its LoRAs.

    Args:
        api: The address of the local Discord's API.
        checkpoint: The demo's.
        more_of_engine: What else is to be said in the engine's table.
        more_of_bot: Likewise of the bot's.
    """
    said, tagger, loras = Said.by(checkpoint), _tagger(checkpoint), _loras(checkpoint)
    bot: dict[str, object] = {
        "drain_s": 0.0,
        "ratings": {"highest": highest("safe", *said.ratings)},
        "defaults": {"steps": said.steps, "guidance": said.guidance, "guidance_rescale": said.rescale},
        "terms": {  # the demo's model is this project's own
            "licence": "Apache 2.0",
            "licence_url": "https://www.apache.org/licenses/LICENSE-2.0",
            "licence_file": str(_licence()),
        },
    }
    engine: dict[str, object] = {} if tagger is None else {"rating": {"by": "wd", "folder": str(tagger)}}
    if loras is not None:
        engine["loras"] = str(loras)
        bot["loras_file"] = str(loras / "loras.toml")
    return configuration(
        api, model=checkpoint, bot={**bot, **(more_of_bot or {})}, engine={**engine, **(more_of_engine or {})}
    )


async def demo(
    port: int,
    *,
    more_of_engine: Mapping[str, object] | None = None,
    more_of_bot: Mapping[str, object] | None = None,
) -> None:
    """Run all three until Ctrl-C, and leave nothing behind.

    Args:
        port: Of the page, on loopback; 0 takes a free one.
        more_of_engine: What else the configuration is to say in the engine's table.
        more_of_bot: Likewise of the bot's.
    """
    world = msgspec.structs.replace(blueprint.starter(), bot_name="Eshi", welcome=_WELCOME)
    stop, bot = asyncio.Event(), _Bot()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with tempfile.TemporaryDirectory(prefix="eshi-demo-") as folder:
        async with Sandbox.serve(plan=world, port=port, switches=bot.switches) as sandbox:
            config = Path(folder, "config.toml")
            told = demo_configuration(sandbox.api_url, more_of_engine=more_of_engine, more_of_bot=more_of_bot)
            await asyncio.to_thread(config.write_bytes, told)
            try:
                stopped, ended = asyncio.create_task(stop.wait()), asyncio.create_task(bot.run(config, sandbox.token))
                online = asyncio.create_task(sandbox.sessions.came.wait())
                await asyncio.wait([stopped, ended, online], return_when=asyncio.FIRST_COMPLETED)
                if online.done():
                    print(_ADDRESS.format(sandbox.page_url), flush=True)  # noqa: T201
                await asyncio.wait([stopped, ended], return_when=asyncio.FIRST_COMPLETED)
                if ended.done():
                    sys.exit("The bot ended by itself; its last lines are above.")
                for task in (stopped, ended, online):
                    task.cancel()
            finally:
                await bot.stop()


class _Bot:
    """The bot's process and the engine's under it, and what a developer may do to them to see what survives."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._killed = False

    @property
    def switches(self) -> tuple[Switch, ...]:
        return (
            Switch("kill-engine", "Kill the engine now", self._kill_engine),
            Switch("kill-bot", "Kill the bot now, and start it again", self._kill),
        )

    async def run(self, config: Path, token: str) -> None:
        """Run the bot, again after every death that a developer asked for, until it ends by itself."""
        while not self._process or self._killed:
            self._killed = False
            # In a session of its own, so that Ctrl-C reaches it only through us and once.
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "bot", "run", "--config", str(config)),
                env={**os.environ, "ESHI_TOKEN": token},
                start_new_session=True,
            )
            await self._process.wait()

    async def stop(self) -> None:
        """End the bot, which ends its engine."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def _kill_engine(self) -> None:
        if self._process is not None and self._process.returncode is None:
            for child in psutil.Process(self._process.pid).children():
                if "engine" in child.cmdline():  # the other one reads files
                    child.kill()

    async def _kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._killed = True
            self._process.kill()
