"""`python -m bot demo`: the local Discord, the real bot and the real engine together, with nothing to set up."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from bot.sandbox import blueprint
from bot.sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

STOP_S = 20.0
"""How long the bot may take to end by itself, its engine included."""

_CONFIG = """\
[wire]
url = "unix:engine.sock"

[engine]
model = "{model}"
offline = true
device = "cpu"

[bot]
data_dir = "data"

[bot.discord]
api = "{api}"

[bot.defaults]
steps = 12
"""


async def demo(port: int) -> None:
    """Run all three until Ctrl-C, and leave nothing behind.

    Args:
        port: Of the page, on loopback; 0 takes a free one.
    """
    world = msgspec.structs.replace(blueprint.starter(), bot_name="Eshi")
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with tempfile.TemporaryDirectory(prefix="eshi-demo-") as folder:
        async with Sandbox.serve(plan=world, port=port) as sandbox:
            config, model = Path(folder, "config.toml"), Path(folder, "model")
            await _make_checkpoint(model)
            await asyncio.to_thread(config.write_text, _CONFIG.format(api=sandbox.api_url, model=model))
            async with _bot(config, sandbox.token) as bot:
                print(f"\n  Eshi is at {sandbox.page_url}\n  Type /imagine there. Ctrl-C ends it.\n", flush=True)  # noqa: T201
                stopped = asyncio.create_task(stop.wait())
                ended = asyncio.create_task(bot.wait())
                await asyncio.wait([stopped, ended], return_when=asyncio.FIRST_COMPLETED)
                stopped.cancel()
                if ended.done():
                    sys.exit("The bot ended by itself; its last lines are above.")
                ended.cancel()


async def _make_checkpoint(folder: Path) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "engine.demo.untrained", str(folder))
    if await process.wait():
        sys.exit("The demo's checkpoint could not be made; the reason is above.")


@contextlib.asynccontextmanager
async def _bot(config: Path, token: str) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Run the bot in a session of its own, so that Ctrl-C reaches it only through us and once."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "run", "--config", str(config)),
        env={**os.environ, "ESHI_TOKEN": token},
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), STOP_S)
            except TimeoutError:
                process.kill()
                await process.wait()
