"""The checkpoints that may be switched to: found and checked at the start, read ahead of their turn, kept for the next.

What is read lies on the host, in memory that copies fast where the system gives any, and in the page cache besides.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from engine import checkpoint
from engine.applied_weights import BASE
from engine.errors import ModelLoadError, ModelRefused
from engine.wire import OtherModel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Executor, Future

    from engine.checkpoint import Source
    from engine.checkpoint_weights import CheckpointWeights
    from engine.config import Engine
    from engine.model import Model

log = logging.getLogger(__name__)


class FoundCheckpoint(NamedTuple):
    """One that was complete when it was looked at."""

    source: Source
    seen: tuple[tuple[int, int], ...]
    """Sizes and times of change of its files."""


def find_all(config: Engine, base: Source, report: Callable[[str], None]) -> dict[str, FoundCheckpoint]:
    """Look at every checkpoint of the configuration, and read single files once; one that is wrong is left out.

    Args:
        config: Names them.
        base: The one that the engine begins with.
        report: Told the stage, in words for an operator.
    """
    found = {BASE: FoundCheckpoint(base, _seen(base))}
    for entry in config.others:
        report(f"checking the checkpoint {entry.name}")
        its = msgspec.structs.replace(config, model=entry.file, sha256=entry.sha256, revision="")
        try:
            source = checkpoint.check(checkpoint.find(its), entry.sha256)
            found[entry.name] = FoundCheckpoint(source, _seen(source))
        except ModelLoadError as error:
            log.error("the checkpoint %s is not offered: %s", entry.name, error)  # noqa: TRY400  (one line says all)
    return found


class Checkpoints:
    """By name; may be called from any thread, and is closed by whoever made it."""

    def __init__(
        self, found: Mapping[str, FoundCheckpoint], read: Callable[[Source, Model], CheckpointWeights], *, kept: int
    ) -> None:
        """Read nothing yet.

        Args:
            found: All that there are.
            read: Brings one to the host.
            kept: How many stay there.
        """
        self.found = found
        self._read = read
        self._kept = max(kept, 1)
        self._lock = threading.Lock()
        self._ready: OrderedDict[str, Future[CheckpointWeights]] = OrderedDict()
        self._aside: Executor = ThreadPoolExecutor(1, thread_name_prefix="checkpoint")

    @property
    def others(self) -> tuple[OtherModel, ...]:
        """Those besides the one that the engine begins with, as the bot is told of them."""
        return tuple(
            OtherModel(name=name, model_name=one.source.name, model_hash=one.source.hash)
            for name, one in self.found.items()
            if name != BASE
        )

    def close(self) -> None:
        """Read nothing more."""
        self._aside.shutdown(wait=False, cancel_futures=True)

    def read_ahead(self, model: Model, name: str) -> None:
        """Begin to read one that is not on the host, where the model will have to have it.

        Raises:
            ModelRefused: There is none of that name.
        """
        if name != model.checkpoint.current:
            self._begin(model, name)

    def read(self, model: Model, name: str) -> CheckpointWeights:
        """Give one; waits for what is still being read.

        Raises:
            ModelRefused: There is none of that name, it is another by now, or it cannot be read.
        """
        try:
            return self._begin(model, name).result()
        except ModelLoadError as error:
            raise ModelRefused(name, str(error)) from error

    def _begin(self, model: Model, name: str) -> Future[CheckpointWeights]:
        found = self.found.get(name)
        if found is None:
            raise ModelRefused(name, "there is no such checkpoint")
        with self._lock:
            reading = self._ready.get(name)
            if reading is None or (reading.done() and reading.exception() is not None):
                reading = self._ready[name] = self._aside.submit(self._read_unchanged, name, found, model)
            self._ready.move_to_end(name)
            while len(self._ready) > self._kept:
                self._ready.popitem(last=False)
        return reading

    def _read_unchanged(self, name: str, found: FoundCheckpoint, model: Model) -> CheckpointWeights:
        if _seen(found.source) != found.seen:
            raise ModelRefused(name, "its files were changed since the engine started")
        return self._read(found.source, model)


def _seen(source: Source) -> tuple[tuple[int, int], ...]:
    try:
        status = [Path(file).stat() for file in source.weights]
    except OSError:
        return ()
    return tuple((one.st_size, one.st_mtime_ns) for one in status)
