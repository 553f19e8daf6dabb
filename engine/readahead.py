"""Reads files into the system's cache before somebody maps them.

Weights are mapped, so whoever touches them first waits for the disk page by page, at a quarter of its rate. Several
threads that read large pieces in order keep it busy, also while libraries are imported and the part before is built.
"""

from __future__ import annotations

import itertools
import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from pathlib import Path
    from typing import Self

THREADS = 4
PIECE_BYTES = 16 * 1024 * 1024


@contextmanager
def reading_ahead(files: Sequence[Path]) -> Generator[Callable[[], None]]:
    """Read files, in this order, until they are all read or the block ends.

    Yields:
        What waits until they are all read, for those who want nothing else.
    """
    pieces, lock, ended = _pieces(files), threading.Lock(), threading.Event()

    def read() -> None:
        with _Reader() as reader:
            while not ended.is_set():
                with lock:
                    piece = next(pieces, None)
                if piece is None:
                    return
                try:
                    reader.read(*piece)
                except OSError:
                    return  # whoever needs the file will say what is wrong with it

    threads = [threading.Thread(target=read, name="readahead", daemon=True) for _ in range(THREADS)]
    for thread in threads:
        thread.start()

    def wait() -> None:
        for thread in threads:
            thread.join()

    try:
        yield wait
    finally:
        ended.set()
        wait()


class _Reader:
    """Reads pieces for one thread, without keeping what it reads.

    Linux sends them from its cache to nowhere; elsewhere they are copied, which takes five times the processor's time
    while the imports want it.
    """

    def __enter__(self) -> Self:
        self._nowhere = os.open(os.devnull, os.O_WRONLY) if sys.platform == "linux" else None
        self._copy = bytearray(0 if self._nowhere is not None else PIECE_BYTES)
        return self

    def __exit__(self, *_: object) -> None:
        if self._nowhere is not None:
            os.close(self._nowhere)

    def read(self, path: Path, offset: int) -> None:
        """Read the piece that starts there.

        Raises:
            OSError: The file cannot be read.
        """
        end = offset + PIECE_BYTES
        with path.open("rb", buffering=0) as file:
            if self._nowhere is None:
                file.seek(offset)
                file.readinto(self._copy)
                return
            while offset < end and (sent := os.sendfile(self._nowhere, file.fileno(), offset, end - offset)):
                offset += sent


def _pieces(files: Sequence[Path]) -> Iterator[tuple[Path, int]]:
    return itertools.chain.from_iterable(
        ((path, offset) for offset in range(0, path.stat().st_size, PIECE_BYTES)) for path in files if path.is_file()
    )
