"""`python -m bot setup`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

MISSING = 2


def add_parsers(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage] -- it has no public name
) -> None:
    parser = commands.add_parser(
        "setup", help="ask what is needed, check each answer, write config.toml, and start", description=_run.__doc__
    )
    parser.add_argument(
        "--config", type=Path, default=Path("config.toml"), help="the file to write (default: config.toml)"
    )
    parser.add_argument("--token-file", metavar="FILE", help="where the bot token is, or will be (default: token)")
    parser.add_argument("--contact", metavar="TEXT", help="how people reach you")
    parser.add_argument("--card", metavar="CARD", help="auto, cuda, mps or cpu")
    parser.add_argument("--checkpoint", metavar="NAME", help="a name to download, a .safetensors file or a folder")
    parser.add_argument(
        "--tagger", metavar="NAME", help="what rates the pictures: a name to download, a folder, or none"
    )
    parser.add_argument("--models", metavar="FOLDER", help="where models go (default: models, beside the file)")
    parser.add_argument(
        "--data", metavar="FOLDER", help="where database and pictures go (default: data, beside the file)"
    )
    parser.add_argument("--api", metavar="URL", help="another address of Discord's API, such as the local Discord's")
    for name, what in (
        ("download", "fetch what is missing"),
        ("check", "check everything at the end"),
        ("service", "run as a systemd service of this user"),
    ):
        parser.add_argument(f"--{name}", action=argparse.BooleanOptionalAction, default=None, help=what)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    """Ask for what a bot needs, check each answer, write config.toml, fetch models, and say what comes next.

    It can be run again over a file that is there. Without a terminal the flags have to say everything; the token is
    read from its file or from ESHI_TOKEN.
    """
    from bot.setup.asking import Missing
    from bot.setup.wizard import Flags, run

    given = {name: getattr(arguments, name) for name in Flags.__struct_fields__}
    try:
        return run(Flags(**given))
    except Missing as missing:
        print(missing, file=sys.stderr)
        return MISSING
    except (KeyboardInterrupt, EOFError):
        print("\nStopped; run it again, and it goes on with what is written.", file=sys.stderr)
        return 130
