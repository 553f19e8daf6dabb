"""`python -m bot run` and `demo` start what runs until it is told to stop; `unlock` is done beside it."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bot import config
from bot.errors import ConfigError
from bot.watchdog import Watchdog

if TYPE_CHECKING:
    import argparse


def add_parsers(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage] -- it has no public name
) -> None:
    parser = commands.add_parser("run", help="run the bot and its engine until Ctrl-C", description=_run.__doc__)
    parser.add_argument(
        "--config", type=Path, default=Path("config.toml"), help="the configuration file (default: config.toml)"
    )
    parser.add_argument("--verbose", action="store_true", help="write more into the log, prompts included")
    parser.set_defaults(run=_run)
    parser = commands.add_parser(
        "demo", help="try everything in your browser, without a token or a graphics card", description=_demo.__doc__
    )
    parser.add_argument(
        "--port", type=int, default=8765, help="port of the page on this computer (default: 8765; 0: any free one)"
    )
    parser.set_defaults(run=_demo)
    parser = commands.add_parser(
        "unlock", help="let somebody who is locked out draw again, in all servers", description=_unlock.__doc__
    )
    parser.add_argument("user_id", type=int, help="their id: Copy User ID in Discord's developer mode")
    parser.add_argument("--config", type=Path, help="the configuration file (default: config.toml where it exists)")
    parser.set_defaults(run=_unlock)


def _run(arguments: argparse.Namespace) -> int:
    """Run the bot until Ctrl-C or SIGTERM. It starts its engine, unless bot.engine.url is set."""
    if sys.platform == "win32":
        raise ConfigError("the bot needs signals, which event loops on Windows lack: use WSL2, as docs/windows.md says")
    from bot import app, logs  # discord.py takes a second that no other command should

    read = config.load(arguments.config)
    config.require_all(read)
    token = config.token(read)
    logs.set_up(secrets=(token, os.environ.get("ESHI_WIRE_SECRET", "")), verbose=arguments.verbose)
    watchdog = Watchdog()
    with asyncio.Runner(loop_factory=watchdog.loop) as runner:
        runner.run(app.run(read, token, watchdog=watchdog))
    return 0


def _demo(arguments: argparse.Namespace) -> int:
    """Run the bot, the engine and a local Discord on this computer. Ctrl-C ends it and leaves nothing behind."""
    from bot.demo import demo, require_extras

    require_extras()
    try:
        asyncio.run(demo(arguments.port))
    except OSError as error:
        print(f"The page cannot be served on port {arguments.port}: {error.strerror}.", file=sys.stderr)
        return 1
    return 0


def _unlock(arguments: argparse.Namespace) -> int:
    """Let somebody draw again in all servers: delete their strikes and their time-outs. The bot may be running."""
    from bot.store.everywhere import lift_everywhere  # the store takes a moment that no other command should

    lifted = lift_everywhere(config.find(arguments.config).data_dir, arguments.user_id, now=time.time())
    print(f"{arguments.user_id} {'can draw again everywhere' if lifted else 'was not locked out'}.")
    return 0
