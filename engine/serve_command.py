"""`python -m engine serve`: draws for the bot until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from engine import config, logs, metrics, packages, textfile
from engine.terminal import MISUSED, complain

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from engine.listen import Listener


def add_options(serve: argparse.ArgumentParser) -> None:
    serve.add_argument(
        "--config", type=Path, default=Path("config.toml"), help="the configuration file (default: %(default)s)"
    )
    serve.add_argument("--die-with-parent", action="store_true", help="stop when standard input ends")
    serve.add_argument(
        "--log", choices=logs.LOG_FORMS, default="auto", help="write the log as text or as JSON (default: %(default)s)"
    )


def run(parsed: argparse.Namespace) -> int:
    from engine import listen

    path: Path = parsed.config
    engine, wire = config.load(path)
    secrets_ = _secrets(engine, wire, path.resolve().parent)
    logging.basicConfig(level=logging.INFO, handlers=[logs.handler(parsed.log, secrets_)])
    logs.log_what_nobody_caught()
    packages.require()

    def reread() -> config.Engine:
        return config.load(path)[0]

    try:
        page = metrics.address_of(engine.metrics, path.resolve().parent)
        listener = listen.bind(wire, path.resolve().parent, os.environ)
        ended = asyncio.run(serve_until_told(engine, listener, reread, page, die_with_parent=parsed.die_with_parent))
    except metrics.MetricsError as error:
        return complain(f"{path}: $.engine.{error}", MISUSED)
    if not ended:
        # The worker is deep in torch and cannot be interrupted; it keeps nothing, so nothing is lost.
        logging.shutdown()
        os._exit(0)
    return 0


def _secrets(engine: config.Engine, wire: config.Wire, base: Path) -> list[str]:
    """Find what must never be shown, for the log; what cannot be read is said by whoever needs it."""
    found = [os.environ.get(name, "") for name in ("ESHI_WIRE_SECRET", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")]
    for name in (wire.secret_file, engine.metrics.token_file):
        with contextlib.suppress(textfile.TextFileError):
            found.append(textfile.read(textfile.beside(base, name)).strip() if name else "")
    return found


async def serve_until_told(
    engine: config.Engine,
    listener: Listener,
    reread: Callable[[], config.Engine],
    page: metrics.PageAddress | None,
    *,
    die_with_parent: bool,
) -> bool:
    from engine.server import Server

    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def tell_to_stop() -> None:
        with contextlib.suppress(RuntimeError):  # told twice, and the loop is closed already
            loop.call_soon_threadsafe(stop.set)

    for number in (signal.SIGINT, signal.SIGTERM):
        # a plain handler, not the loop's, because there is one on every system
        signal.signal(number, lambda *_: tell_to_stop())
    if die_with_parent:
        threading.Thread(target=_await_end_of_input, args=[tell_to_stop], daemon=True).start()
    return await Server(engine, listener, page, reread=reread).run(stop)


def _await_end_of_input(then: Callable[[], None]) -> None:
    """Wait for whoever holds the other end of stdin to go away: its kernel closes it however it died."""
    while os.read(0, 4096):  # not sys.stdin, whose lock a thread may not hold while the interpreter ends
        pass
    then()
