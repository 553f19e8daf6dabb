"""What both command lines do alike: their name, their version, Ctrl-C, and readers that leave, such as `head`."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

FAILED, MISUSED = 1, 2
INTERRUPTED = 130
"""What a shell reports of a program that SIGINT ended: 128 and its number."""
READER_LEFT = 141
"""What a shell reports of a program that SIGPIPE ended: 128 and its number."""


class Version(argparse.Action):
    """``--version``: Eshi's and Python's; torch is not imported for it."""

    def __init__(self, option_strings: list[str], dest: str, **_kwargs: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, help="print the version and exit")

    def __call__(self, parser: argparse.ArgumentParser, *_arguments: object) -> None:
        sys.stdout.write(f"Eshi {version('eshi')}, Python {platform.python_version()}\n")
        parser.exit()


COMMANDS = {"python -m bot": "eshi", "python -m engine": "eshi-engine"}
"""As which commands the modules are installed (`pyproject.toml`)."""


def installed() -> bool:
    """Tell whether this program was started by a command that was installed, and not as a module."""
    return Path(sys.argv[0]).stem in COMMANDS.values()


def as_called(text: str) -> str:
    """Name commands in a text as this program was started: by a command that was installed, or as a module."""
    if installed():
        for module, command in COMMANDS.items():
            text = text.replace(module, command)
    return text


def complain(error: Exception | str, status: int) -> int:
    """Say what ended a command, and give the status that goes with it."""
    sys.stderr.write(as_called(f"error: {error}") + "\n")
    return status


def keep_to_what_is_installed() -> None:
    """Let no child of an installed command take its modules from the folder that somebody stands in.

    A folder with a ``bot.py`` is likely where bots are made, and ``python -m bot`` would run that.
    """
    if installed():
        os.environ["PYTHONSAFEPATH"] = "1"


def to_a_reader(command: Callable[[], int]) -> int:
    """Run a command; at Ctrl-C, or where whoever reads its output has enough, end without a word as others do.

    Returns:
        The command's status, `INTERRUPTED` or `READER_LEFT`.
    """
    try:
        status = command()
        sys.stdout.flush()
    except KeyboardInterrupt:  # while something is imported, say
        return INTERRUPTED
    except BrokenPipeError:
        # The interpreter flushes once more at its end, and would complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_LEFT
    return status
