"""Reads files into the system's cache before somebody maps them.

Weights are mapped, so whoever touches them first waits for the disk page by page, at a quarter of its rate. Several
threads that read large pieces in order keep it busy, also while the part before is built and moved to the device.
"""

from __future__ import annotations

import itertools
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from pathlib import Path

THREADS = 4
PIECE_BYTES = 16 * 1024 * 1024


@contextmanager
def reading_ahead(files: Sequence[Path]) -> Generator[None]:
    """Read files, in this order, until they are all read or the block ends."""
    pieces, lock, ended = _pieces(files), threading.Lock(), threading.Event()

    def read() -> None:
        into = bytearray(PIECE_BYTES)
        while not ended.is_set():
            with lock:
                piece = next(pieces, None)
            if piece is None:
                return
            path, offset = piece
            try:
                with path.open("rb", buffering=0) as file:
                    file.seek(offset)
                    file.readinto(into)
            except OSError:
                return  # whoever needs the file will say what is wrong with it

    threads = [threading.Thread(target=read, name="readahead", daemon=True) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def _pieces(files: Sequence[Path]) -> Iterator[tuple[Path, int]]:
    return itertools.chain.from_iterable(
        ((path, offset) for offset in range(0, path.stat().st_size, PIECE_BYTES)) for path in files if path.is_file()
    )
