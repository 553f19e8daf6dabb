"""What `serve` and `cluster` have in common: their options, their log, and the end of whoever started them."""

from __future__ import annotations

import contextlib
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

from engine import logs, textfile

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from engine.config import Engine, Wire
    from engine.logs import LogForm


def add_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--config", type=Path, default=Path("config.toml"), help="the configuration file (default: %(default)s)"
    )
    command.add_argument("--die-with-parent", action="store_true", help="stop when standard input ends")
    command.add_argument(
        "--log", choices=logs.LOG_FORMS, default="auto", help="write the log as text or as JSON (default: %(default)s)"
    )


def start_log(form: LogForm, engine: Engine, wire: Wire, base: Path) -> None:
    """Log in this form from now on, without a secret; `base` is the configuration file's folder."""
    logging.basicConfig(level=logging.INFO, handlers=[logs.handler(form, _secrets(engine, wire, base))])
    logs.log_what_nobody_caught()


def _secrets(engine: Engine, wire: Wire, base: Path) -> list[str]:
    """Find what must never be shown; what cannot be read is said by whoever needs it."""
    found = [os.environ.get(name, "") for name in ("ESHI_WIRE_SECRET", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")]
    for name in (wire.secret_file, engine.metrics.token_file, engine.cluster.token_file):
        with contextlib.suppress(textfile.TextFileError):
            found.append(textfile.read(textfile.beside(base, name)).strip() if name else "")
    return found


def await_end_of_input(then: Callable[[], object]) -> None:
    """Wait for whoever holds the other end of stdin to go away: its kernel closes it however it died."""
    while os.read(0, 4096):  # not sys.stdin, whose lock a thread may not hold while the interpreter ends
        pass
    then()
