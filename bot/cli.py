"""`python -m bot run` and `demo`: start what runs until it is told to stop."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bot import config
from bot.watchdog import Watchdog

if TYPE_CHECKING:
    import argparse


def add_parsers(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage] -- it has no public name
) -> None:
    parser = commands.add_parser("run", help="be the bot, until SIGTERM or Ctrl-C", description=_run.__doc__)
    parser.add_argument("--config", type=Path, default=Path("config.toml"), help="default: config.toml")
    parser.add_argument("--verbose", action="store_true", help="log this program's own details, prompts included")
    parser.set_defaults(run=_run)
    parser = commands.add_parser("demo", help="the bot, the engine and a local Discord", description=_demo.__doc__)
    parser.add_argument("--port", type=int, default=8765, help="of the page, on loopback (default: 8765; 0: any)")
    parser.set_defaults(run=_demo)


def _run(arguments: argparse.Namespace) -> int:
    """Run the bot and, unless bot.engine.url is set, its engine."""
    from bot import app, logs  # discord.py takes a second that no other command should

    read = config.load(arguments.config)
    token = config.token(read)
    logs.set_up(secrets=(token, os.environ.get("ESHI_WIRE_SECRET", "")), verbose=arguments.verbose)
    watchdog = Watchdog()
    with asyncio.Runner(loop_factory=watchdog.loop) as runner:
        runner.run(app.run(read, token, watchdog=watchdog))
    return 0


def _demo(arguments: argparse.Namespace) -> int:
    """Run everything on this machine, with nothing to set up; Ctrl-C ends it and leaves nothing behind."""
    from bot.demo import demo

    try:
        asyncio.run(demo(arguments.port))
    except OSError as error:
        print(f"The page cannot be served on port {arguments.port}: {error.strerror}.", file=sys.stderr)
        return 1
    return 0
