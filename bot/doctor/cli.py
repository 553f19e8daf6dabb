"""`python -m bot check`."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

from bot import config as configuration
from bot.doctor import report
from bot.errors import BotError

if TYPE_CHECKING:
    import argparse

    from bot.doctor.examination import Extent
    from engine.finding import Finding


def add_parsers(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage] -- it has no public name
) -> None:
    parser = commands.add_parser(
        "check", help="look at everything that a running bot needs, and say what to do", description=_run.__doc__
    )
    parser.add_argument(
        "--config", type=Path, default=Path("config.toml"), help="the configuration file (default: config.toml)"
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="print every row for another program")
    how.add_argument("--report", action="store_true", help="print a report for an issue, without secrets and names")
    parser.add_argument("--strict", action="store_true", help="let a warning be an error, too")
    parser.add_argument("--no-discord", action="store_true", help="do not ask Discord")
    parser.add_argument("--no-engine", action="store_true", help="do not look at the card and the model")
    parser.add_argument("--no-draw", action="store_true", help="draw no picture at the end")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    """Look at the configuration, Discord, this machine, the card and the model, and draw one small picture.

    The exit status is 0 where nothing is wrong, 1 after an error, 2 for wrong usage.
    """
    from bot.doctor.examination import Extent  # with SQLite, HTTP and what they bring

    extent = Extent(
        discord=not arguments.no_discord,
        engine=not arguments.no_engine,
        draw=not (arguments.no_draw or arguments.no_engine),
    )
    found = asyncio.run(_all(arguments.config, extent, live=not (arguments.json or arguments.report)))
    if arguments.json:
        print(report.as_json(found))
    elif arguments.report:
        print(report.as_report(found, *_of_the_file(arguments.config)))
    else:
        print(report.verdict(found))
    bad = {"error", "warning"} if arguments.strict else {"error"}
    return 1 if any(one.level in bad for one in found) else 0


async def _all(path: Path, extent: Extent, *, live: bool) -> list[Finding]:
    from bot.doctor.examination import examine

    found: list[Finding] = []
    async for row in examine(path, extent):
        found.append(row)
        if live:
            print(report.shown(row), flush=True)
    return found


def _of_the_file(path: Path) -> tuple[configuration.Config | None, list[str]]:
    """Give the configuration, and what must not be in a report."""
    secrets = [os.environ.get(name, "") for name in ("ESHI_TOKEN", "ESHI_WIRE_SECRET", "HF_TOKEN")]
    try:
        config = configuration.load(path)
    except BotError:
        return None, secrets
    for read in (configuration.token, configuration.wire_secret):
        try:
            secrets.append(read(config))
        except BotError:
            continue
    return config, secrets
