"""`python -m engine serve`: draws for the bot until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import threading
from typing import TYPE_CHECKING

from engine import config, metrics, packages, serving
from engine.terminal import MISUSED, complain

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from pathlib import Path

    from engine.listen import Listener


def run(parsed: argparse.Namespace) -> int:
    from engine import listen

    path: Path = parsed.config
    engine, wire = config.load(path)
    serving.start_log(parsed.log, engine, wire, path.resolve().parent)
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
        threading.Thread(target=serving.await_end_of_input, args=[tell_to_stop], daemon=True).start()
    return await Server(engine, listener, page, reread=reread).run(stop)
