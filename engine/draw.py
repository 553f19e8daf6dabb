"""Draws one picture in the terminal, through the worker that serves."""

from __future__ import annotations

import queue
import signal
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TextIO, TypeAlias

from engine.errors import GenerationError
from engine.received_job import ReceivedJob
from engine.wire import Failed, Finished, Generate, Loading, Picture, Progress
from engine.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from engine.config import Engine
    from engine.wire import Event, Ready

BAR_CELLS = 30

_News: TypeAlias = "Event | Loading | Ready | Future[None]"
"""What the worker and its jobs say, and how it ended."""


def draw(config: Engine, request: Generate, out: Path, terminal: TextIO, loras: Mapping[str, Path]) -> bool:
    """Draw and write one picture, showing how far it is; `loras` says where the files of those it names are.

    Returns:
        False where Ctrl-C stopped it; there is no file then.

    Raises:
        ModelLoadError: There is no model to draw with.
        GenerationError: It could not be drawn.
        OSError: It could not be written.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs start with it ignored
    events: queue.SimpleQueue[_News] = queue.SimpleQueue()
    worker = Worker(config, emit=events.put, loras=loras)
    worker.submit(ReceivedJob(request, events.put))
    with ThreadPoolExecutor(1, thread_name_prefix="worker") as thread:
        working = thread.submit(worker.run)
        working.add_done_callback(events.put)
        try:
            data = _follow(events, terminal)
        except KeyboardInterrupt:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # the next Ctrl-C does not wait for the step to end
            terminal.write("\ncancelled\n")
            return False
        finally:
            worker.close()
    _write(out, data)
    return True


def _follow(events: queue.SimpleQueue[_News], terminal: TextIO) -> bytes:
    """Show events until the picture is there.

    Raises:
        GenerationError: The job failed.
        ModelLoadError: The worker ended before.
    """
    data = b""
    while True:
        match events.get():
            case Loading(stage=stage):
                terminal.write(f"{stage}\n")
            case Progress(steps_done=done, steps_total=total):
                cells = BAR_CELLS * done // total
                terminal.write(f"\r[{'#' * cells}{'.' * (BAR_CELLS - cells)}] {done}/{total}")
            case Picture(png=png):
                data = png
            case Finished(engine_s=engine_s):
                terminal.write(f" in {engine_s:.1f} s\n")
                return data
            case Failed(detail=detail):
                raise GenerationError(detail)
            case Future() as ended:
                ended.result()
            case _:
                continue
        terminal.flush()


def _write(path: Path, data: bytes) -> None:
    """Write the whole file or none of it."""
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
