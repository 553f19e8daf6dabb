"""`python -m engine cluster`: Ray, the front, and the end of both."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import threading
from typing import TYPE_CHECKING

from engine import config, listen, metrics, serving
from engine.cluster.ray_session import ray_session
from engine.errors import ClusterError, ModelLoadError
from engine.terminal import FAILED, MISUSED, complain

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from pathlib import Path

    from engine.config import Engine
    from engine.listen import Listener
    from engine.metrics import PageAddress

WORKER_CLASS = "engine.worker:Worker"

END_S = 15.0
"""How long Ray may take to end; one whose head is gone waits for it."""


def run(parsed: argparse.Namespace, *, worker_class: str = WORKER_CLASS) -> int:
    """Serve until told to stop, and give the exit status.

    Args:
        parsed: The options of `engine.serving`.
        worker_class: What draws on each card, as MODULE:NAME.

    Raises:
        EngineConfigError: The configuration cannot be used.
        ClusterError: There is no cluster, or none that may be used.
    """
    path: Path = parsed.config
    base = path.resolve().parent
    engine, wire = config.load(path)
    serving.start_log(parsed.log, engine, wire, base)
    try:
        page = metrics.address_of(engine.metrics, base)
        listener = listen.bind(wire, base, os.environ)
        return _run(engine, listener, page, parsed, worker_class)
    except metrics.MetricsError as error:
        return complain(f"{path}: $.engine.{error}", MISUSED)


def _run(
    engine: Engine, listener: Listener, page: PageAddress | None, parsed: argparse.Namespace, worker_class: str
) -> int:
    def reread() -> Engine:
        return config.load(parsed.config)[0]

    os.environ.pop(listen.SECRET_VARIABLE, None)  # else every process of Ray's would have it
    if parsed.die_with_parent:
        threading.Thread(target=serving.await_end_of_input, args=[_ask_to_stop], daemon=True).start()
    try:
        with ray_session(engine.cluster):
            return asyncio.run(_serve(engine, listener, page, reread, worker_class))
    except (KeyboardInterrupt, SystemExit):  # while Ray was starting, whose own handler says the second
        return 0
    finally:
        listener.close()


async def _serve(
    engine: Engine, listener: Listener, page: PageAddress | None, reread: Callable[[], Engine], worker_class: str
) -> int:
    from engine.cluster.front import Front  # imports Ray, which is there by now

    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def tell_to_stop() -> None:
        with contextlib.suppress(RuntimeError):  # told twice, and the loop is closed already
            loop.call_soon_threadsafe(stop.set)

    for number in (signal.SIGINT, signal.SIGTERM):  # after Ray, which has put its own there
        signal.signal(number, lambda *_: tell_to_stop())
    status = 0
    try:
        await Front(engine, listener, page, reread=reread, worker_class=worker_class).run(stop)
    except ModelLoadError as error:
        status = complain(error, config.EXIT_UNUSABLE)
    except ClusterError as error:
        status = complain(error, FAILED)
    _end_in_any_case(status)
    return status


def _end_in_any_case(status: int) -> None:
    """Bound what still waits for a head that may be gone; what Ray started on this machine ends with this process."""

    def end() -> None:
        logging.shutdown()
        os._exit(status)

    timer = threading.Timer(END_S, end)
    timer.daemon = True
    timer.start()


def _ask_to_stop() -> None:
    os.kill(os.getpid(), signal.SIGTERM)
