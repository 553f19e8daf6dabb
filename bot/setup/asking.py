"""Asks at a terminal until an answer is right; without a terminal a flag has to have answered."""

from __future__ import annotations

import getpass
import signal
import sys
from typing import TYPE_CHECKING, Protocol

from bot.errors import BotError

if TYPE_CHECKING:
    from bot.setup.questions import SetupQuestion


class WrongAnswer(BotError):
    """A flag holds what cannot be used; the message is one line."""


class Missing(BotError):
    """Nobody can be asked, and flags are missing; the message names them."""


class Terminal(Protocol):
    """Where somebody answers."""

    def line(self, prompt: str, *, secret: bool) -> str:
        """Read one line."""
        ...

    def say(self, text: str) -> None:
        """Write one line."""
        ...


class Keyboard:
    """The terminal that this program runs in."""

    def __init__(self) -> None:
        """Let Ctrl-C end it, also where a shell's background job starts with that ignored."""
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def line(self, prompt: str, *, secret: bool) -> str:
        return getpass.getpass(prompt) if secret else input(prompt)

    def say(self, text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def interactive() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def answer(question: SetupQuestion, given: str | None, terminal: Terminal | None) -> str:
    """Get a right answer.

    Args:
        question: What is asked.
        given: By a flag; None: by none.
        terminal: Where somebody can be asked; None: nowhere, and then what is offered is taken.

    Raises:
        WrongAnswer: What a flag holds cannot be used.
    """
    if given is not None or terminal is None:
        value = question.offered if given is None else given.strip()
        if wrong := _wrong(question, value):
            raise WrongAnswer(f"{question.flag}: {wrong}")
        return value
    terminal.say(f"\n{question.text}")
    offered = f" [{question.offered}]" if question.offered else ""
    while True:
        value = terminal.line(f"{offered.lstrip()}> " if offered else "> ", secret=question.secret).strip()
        value = value or question.offered
        if not (wrong := _wrong(question, value)):
            return value
        terminal.say(f"  {wrong[0].upper()}{wrong[1:]}.")


def _wrong(question: SetupQuestion, value: str) -> str:
    """Say what is wrong with an answer; what no file can hold is not asked about any further."""
    return question.check(value) if value.isprintable() else "it holds characters that cannot be typed"


def yes(text: str, given: bool | None, terminal: Terminal | None, *, usually: bool) -> bool:
    """Ask for yes or no; without a terminal nothing is done that no flag asks for."""
    if given is not None or terminal is None:
        return bool(given)
    while True:
        said = terminal.line(f"\n{text} [{'Y/n' if usually else 'y/N'}] ", secret=False).strip().casefold()
        if said in {"", "y", "yes", "n", "no"}:
            return usually if not said else said.startswith("y")
        terminal.say("  Answer y or n.")
