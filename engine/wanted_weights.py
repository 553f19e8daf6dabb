"""Brings the weights that jobs want: which checkpoint, with which LoRAs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engine import applied_loras, checkpoint_weights
from engine.checkpoints import Checkpoints
from engine.lora_folder import LoraFolder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor

    from engine.applied_weights import LoraSet
    from engine.model import Model
    from engine.wire import ChosenLora


class WantedWeights:
    """All that there are to choose from."""

    def __init__(self, loras: LoraFolder | None = None, checkpoints: Checkpoints | None = None) -> None:
        """Read nothing yet.

        Args:
            loras: Those that there are; None: there are none.
            checkpoints: Those that may be switched to; None: the model stays what it is.
        """
        self._loras = loras or LoraFolder(None)
        self._checkpoints = checkpoints or Checkpoints({}, partial(checkpoint_weights.read, another_vae=False), kept=1)

    def read_ahead(self, model: Model, checkpoint: str, loras: Sequence[ChosenLora], pool: Executor) -> None:
        """Begin to read what a job will want.

        Raises:
            ModelRefused: There is no checkpoint of that name.
            LoraRefused: One of the LoRAs has no name of a file.
        """
        if checkpoint != model.checkpoint.current:
            self._checkpoints.read_ahead(model, checkpoint)
        self._loras.read_ahead(model, loras, pool)

    def bring(self, model: Model, checkpoint: str, loras: LoraSet, pool: Executor) -> None:
        """Let the model have them; before anything is written, all of it is on the host.

        Raises:
            ModelRefused: The checkpoint is not there, is another by now, or cannot be read.
            LoraRefused: So is one of the LoRAs.
            RuntimeError: There was no room.
        """
        if checkpoint != model.checkpoint.current:
            checkpoint_weights.apply(model, checkpoint, self._checkpoints.read(model, checkpoint))
        applied_loras.apply(model, loras, self._loras.read(model, loras, pool))
