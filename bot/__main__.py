"""The command line of the bot: ``python -m bot COMMAND``; each command lives beside what it shows."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from bot import cli
from bot.doctor import cli as doctor
from bot.errors import BotError, Refused
from bot.picture import cli as picture
from bot.prompt import cli as prompt
from bot.prompt.vocabulary import cli as vocabulary
from bot.safety import cli as safety
from bot.sentences.rendering import plain
from bot.setup import cli as setup
from engine.terminal import Version, as_called, keep_to_what_is_installed, to_a_reader

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = (
    setup.add_parsers,
    cli.add_parsers,
    doctor.add_parsers,
    prompt.add_parsers,
    picture.add_parsers,
    vocabulary.add_parsers,
    safety.add_parsers,
)
"""Each adds its parser and sets ``run``, which takes the parsed arguments and gives the exit status."""

MISUSED = 2


def parser() -> argparse.ArgumentParser:
    """Make the whole command line."""
    whole = argparse.ArgumentParser(
        prog=as_called("python -m bot"),
        description="Eshi, a Discord bot that draws anime pictures on your own graphics card.",
        epilog=as_called("`python -m bot COMMAND --help` explains a command."),
    )
    whole.add_argument("--version", action=Version)
    commands = whole.add_subparsers(metavar="COMMAND")
    for add_parsers in COMMANDS:
        add_parsers(commands)
    return whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        0; 1 after a sentence on stderr that says what cannot be done, of `run` 78 where the configuration is why; 2,
        with the help on stderr, without a command. Wrong usage exits with 2, as `argparse` does.
    """
    return to_a_reader(lambda: _run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    keep_to_what_is_installed()
    whole = parser()
    parsed = whole.parse_args(arguments)
    if "run" not in parsed:
        whole.print_help(sys.stderr)
        return MISUSED
    try:
        return parsed.run(parsed)
    except BotError as error:
        print(as_called(plain(error.sentence) if isinstance(error, Refused) else str(error)), file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
