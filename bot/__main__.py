"""The command line of the bot: ``python -m bot COMMAND``; each command lives beside what it shows."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from bot import cli
from bot.errors import BotError, Refused
from bot.prompt import cli as prompt
from bot.prompt.vocabulary import cli as vocabulary
from bot.safety import cli as safety
from bot.sentences.rendering import render

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = (cli.add_parsers, prompt.add_parsers, vocabulary.add_parsers, safety.add_parsers)
"""Each adds its parser and sets ``run``, which takes the parsed arguments and gives the exit status."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        0; 1 after a sentence on stderr that says what cannot be done. Wrong usage exits with 2, as `argparse` does.
    """
    parser = argparse.ArgumentParser(prog="python -m bot", description="Eshi, a Discord bot that draws.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add_parsers in COMMANDS:
        add_parsers(commands)
    parsed = parser.parse_args(arguments)
    try:
        return parsed.run(parsed)
    except BotError as error:
        print(render(error.sentence) if isinstance(error, Refused) else error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
