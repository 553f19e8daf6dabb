"""The LoRAs that there are: files of one folder by their names, read ahead of their turn and kept for the next.

It may be called from any thread. A file that is changed while the engine runs is another one from then on.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from engine import lora, lora_header
from engine.errors import LoraRefused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Executor, Future
    from pathlib import Path

    from engine.lora import Lora
    from engine.model import Model
    from engine.wire import ChosenLora

KEPT_BYTES = 2 * 1024**3
"""Of files that were read: a dozen of rank 32, which stay until there is no room for the next."""

SUFFIX = ".safetensors"


class _Read(NamedTuple):
    """A file that is being read, or was."""

    seen: tuple[int, int]
    """Its size and time of change."""
    size: int
    reading: Future[Lora]


class LoraFolder:
    """LoRAs by name; two files of one name are not."""

    def __init__(self, folder: Path | None, others: Mapping[str, Path] = MappingProxyType({})) -> None:
        """Read nothing yet.

        Args:
            folder: Where they lie; None: there are none but `others`.
            others: Name to file, wherever it lies.
        """
        self._folder = folder
        self._others = others
        self._lock = threading.Lock()
        self._read: OrderedDict[str, _Read] = OrderedDict()

    def read_ahead(self, model: Model, chosen: Sequence[ChosenLora], pool: Executor) -> None:
        """Begin to read what is not there yet; what is wrong with a file is said when it is asked for."""
        for one in chosen:
            self._begin(model, one, pool)

    def read(self, model: Model, chosen: Sequence[ChosenLora], pool: Executor) -> list[Lora]:
        """Give them, in the order of `chosen`; waits for what is still being read.

        Raises:
            LoraRefused: One is not there, is not what was chosen, or cannot be used.
        """
        return [self._begin(model, one, pool).result() for one in chosen]

    def _begin(self, model: Model, one: ChosenLora, pool: Executor) -> Future[Lora]:
        key = f"{one.name}:{one.hash}"
        path = self._path_of(one.name)
        try:
            status = path.stat()
            seen = status.st_size, status.st_mtime_ns
        except OSError:
            seen = -1, -1  # and reading it says why
        with self._lock:
            known = self._read.get(key)
            if known is None or known.seen != seen or (known.reading.done() and known.reading.exception()):
                known = self._read[key] = _Read(seen, max(seen[0], 0), pool.submit(_checked, path, one, model))
            self._read.move_to_end(key)
            while len(self._read) > 1 and sum(read.size for read in self._read.values()) > KEPT_BYTES:
                self._read.popitem(last=False)
        return known.reading

    def _path_of(self, name: str) -> Path:
        """Find a file by a name that came over the wire; it is of this folder and of no other."""
        if (other := self._others.get(name)) is not None:
            return other
        if self._folder is None:
            raise LoraRefused(name, "there is no folder of LoRAs: engine.loras names none")
        path = self._folder / f"{name}{SUFFIX}"
        if path.name != f"{name}{SUFFIX}" or path.parent != self._folder:
            raise LoraRefused(name, "this is no name of a file")
        return path


def _checked(path: Path, one: ChosenLora, model: Model) -> Lora:
    found = lora.read(path, model)
    if one.hash:
        digest = lora_header.sha256(lora_header.read(path))
        if not digest.startswith(one.hash):
            raise LoraRefused(path.name, f"it is another file by now: its hash is {digest[: len(one.hash)]}")
    return found
