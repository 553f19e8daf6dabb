"""`python -m bot run` and `demo` start what runs until it is told to stop; `unlock` is done beside it."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bot import config
from bot.errors import ConfigError
from bot.watchdog import Watchdog
from engine.config import EXIT_UNUSABLE
from engine.logs import LOG_FORMS
from engine.metrics import MetricsError, ask
from engine.terminal import as_called

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
    parser.add_argument(
        "--log",
        choices=LOG_FORMS,
        default="auto",
        help="how the log is written: as text, or as JSON for a service (default: auto, JSON where systemd reads it)",
    )
    parser.set_defaults(run=_run)
    parser = commands.add_parser(
        "health", help="ask the running bot whether it is well, by its page", description=_health.__doc__
    )
    parser.add_argument("--config", type=Path, help="the configuration file (default: config.toml where it exists)")
    parser.add_argument("--ready", action="store_true", help="ask whether it takes requests, not only whether it lives")
    parser.set_defaults(run=_health)
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
    parser = commands.add_parser(
        "backup", help="copy database, pictures and key, also while the bot runs", description=_backup.__doc__
    )
    parser.add_argument("--to", type=Path, help="the folder to put it in (default: bot.backup_dir)")
    parser.add_argument("--config", type=Path, help="the configuration file (default: config.toml where it exists)")
    parser.set_defaults(run=_backup)
    parser = commands.add_parser(
        "restore", help="put a backup in the place of the data folder", description=_restore.__doc__
    )
    parser.add_argument("backup", nargs="?", type=Path, help="its folder; left out, those that there are are listed")
    parser.add_argument("--old", action="store_true", help="take one that is older than bot.retention.backups_days")
    parser.add_argument("--config", type=Path, help="the configuration file (default: config.toml where it exists)")
    parser.set_defaults(run=_restore)


def _run(arguments: argparse.Namespace) -> int:
    """Run the bot until Ctrl-C or SIGTERM. It starts its engine, unless bot.engine.url or urls is set."""
    try:
        return _run_bot(arguments)
    except ConfigError as error:
        print(as_called(str(error)), file=sys.stderr)
        return EXIT_UNUSABLE  # whoever started it need not try again before the configuration has changed


def _run_bot(arguments: argparse.Namespace) -> int:
    if sys.platform == "win32":
        raise ConfigError("the bot needs signals, which event loops on Windows lack: use WSL2, as docs/windows.md says")
    from bot import app, logs  # discord.py takes a second that no other command should

    read = config.load(arguments.config)
    config.require_all(read)
    token = config.token(read)
    logs.set_up(secrets=(token, *config.other_secrets(read)), verbose=arguments.verbose, form=arguments.log)
    watchdog = Watchdog()
    with asyncio.Runner(loop_factory=watchdog.loop) as runner:
        runner.run(app.run(read, token, watchdog=watchdog))
    return 0


def _health(arguments: argparse.Namespace) -> int:
    """Ask the running bot whether its event loop answers; for container health checks. It needs bot.metrics.listen."""
    read = config.find(arguments.config)
    try:
        print(ask(read.bot.metrics, read.path.parent, "/healthz/ready" if arguments.ready else "/healthz/live"))
    except MetricsError as error:
        print(error, file=sys.stderr)
        return 1
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


def _backup(arguments: argparse.Namespace) -> int:
    """Copy what must not be lost. The bot may be running, and is not held up."""
    from bot.store.backup import take  # the store takes a moment that no other command should

    found = config.find(arguments.config)
    made = take(
        found.data_dir, arguments.to or found.backup_dir, now=time.time(), config=_where_there_is_one(found.path)
    )
    kept = made.manifest
    print(
        f"{made.path}: {kept.jobs} jobs, {kept.unfinished} of them unfinished, and {len(kept.spool)} files of pictures."
    )
    if arguments.to:
        print(f"Delete it within {found.bot.retention.backups_days:g} days: the bot does not look there.")
    return 0


def _restore(arguments: argparse.Namespace) -> int:
    """Put a backup in the place of the data folder; what is there is laid aside. Stop the bot first."""
    from bot.store.kept_backups import KeptBackups
    from bot.store.restore import restore

    found = config.find(arguments.config)
    if arguments.backup is None:
        there = KeptBackups(found.data_dir, found.backup_dir).whole()
        for one in there:
            print(f"{one.path}: schema {one.manifest.schema}, {one.manifest.jobs} jobs")
        print("Name the one to restore." if there else f"{found.backup_dir}: no backup", file=sys.stderr)
        return 2
    done = restore(
        found.data_dir,
        arguments.backup,
        now=time.time(),
        days=found.bot.retention.backups_days,
        old=arguments.old,
    )
    print(f"Restored: {done.jobs} jobs. {done.on_hold} were not finished: they wait until their askers want them.")
    if done.forgotten:
        print(f"{done.forgotten} asked to be forgotten since, and are.")
    if done.lost:
        print(f"{done.lost} files of pictures are damaged or missing in the backup.")
    print(f"What was there before is in {done.replaced}; it is deleted like a backup.")
    return 0


def _where_there_is_one(path: Path) -> Path | None:
    return path if path.is_file() else None
