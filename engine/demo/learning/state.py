"""The folder in which unfinished training is kept: what is saved there, and the file that makes it wait."""

from __future__ import annotations

import json
import logging
import os
import time
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

log = logging.getLogger(__name__)

PAUSE = "PAUSE"
"""While a file of this name is in the folder, training waits between two steps."""

_LOOK_S = 1.0


class TrainingState:
    """One network's unfinished training, as a file that is always whole."""

    def __init__(
        self, folder: Path, name: str, *, save_every_s: float = 45.0, clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        """Take the folder, whose file is named after the network."""
        self.folder = folder
        self.path = folder / f"{name}.pt"
        self._name = name
        self._save_every_s = save_every_s
        self._clock = clock
        self._sleep = sleep
        self._saved = clock()
        folder.mkdir(parents=True, exist_ok=True)

    def load(self, device: str) -> dict[str, Any] | None:
        """Give what was saved last; None at the very beginning."""
        return torch.load(self.path, map_location=device, weights_only=True) if self.path.exists() else None

    def save(self, values: dict[str, Any]) -> None:
        """Keep values in the place of what was kept before; a kill at any moment leaves one of the two."""
        unfinished = self.path.with_suffix(".part")
        with unfinished.open("wb") as file:
            torch.save(values, file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self.path)
        self._saved = self._clock()

    @property
    def due(self) -> bool:
        """Tell whether it is time to save again."""
        return self._clock() - self._saved >= self._save_every_s

    def report(self, **figures: float | str) -> None:
        """Write how far training is, for whoever wants to know, and to the log."""
        line = json.dumps({"network": self._name, **figures})
        unfinished = self.folder / f"{self._name}.progress.part"
        unfinished.write_text(line + "\n")
        unfinished.replace(self.folder / f"{self._name}.progress.json")
        log.info("%s", line)

    def wait_while_paused(self) -> None:
        """Wait until nobody wants the processor for something else."""
        if not (self.folder / PAUSE).exists():
            return
        log.info("%s: paused by %s", self._name, self.folder / PAUSE)
        while (self.folder / PAUSE).exists():
            self._sleep(_LOOK_S)
        log.info("%s: goes on", self._name)
