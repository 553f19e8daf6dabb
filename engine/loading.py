"""Loads what the configuration names: its files are read from the disk while the libraries for them are imported.

Both take seconds, one of the disk and one of a processor. So importing this module is light, and `load` imports torch.
"""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from engine import checkpoint, checkpoints, environment
from engine.config import VAE_OF_THE_CHECKPOINT
from engine.readahead import reading_ahead

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.checkpoints import Checkpoints
    from engine.config import Engine
    from engine.model import Model


def load(config: Engine, report: Callable[[str], None]) -> Model:
    """Load what the configuration names; call it in the thread that will draw.

    Args:
        config: Its paths are taken as they are, so relative ones must have been resolved.
        report: Told each stage, in words for an operator.

    Raises:
        ModelLoadError: With one line that names the path and what was expected.
    """
    report("looking for the checkpoint")
    found = checkpoint.find(config)
    another_vae = None if config.vae in VAE_OF_THE_CHECKPOINT else checkpoint.find_vae(Path(config.vae).expanduser())
    files = [*found.weights, *(another_vae.weights if another_vae else ())]
    with reading_ahead(files), ThreadPoolExecutor(1, thread_name_prefix="checksum") as aside:
        checked = aside.submit(checkpoint.check, found, config.sha256)
        report("importing torch")
        environment.prepare()
        from engine import model

        if found.statement.words:
            report(f"drawing as the file says: {found.statement.words}")
        if found.file:
            report("checking the file")
        from engine import upscaler

        named = partial(upscaler.load, config.upscaler) if config.upscaler else None
        return model.read(checked.result(), another_vae, config, report, upscaler=named)


def load_others(config: Engine, model: Model, report: Callable[[str], None]) -> Checkpoints:
    """Find the checkpoints that this model may become; what is wrong with one is logged, and it is not offered.

    Args:
        config: As `load` had it.
        model: What that gave.
        report: As `load`.
    """
    from engine import checkpoint_weights

    found: dict[str, checkpoints.FoundCheckpoint] = {}
    if config.others:
        base = dataclasses.replace(checkpoint.find(config), hash=model.hash)
        found = checkpoints.find_all(config, base, report)
    read = partial(checkpoint_weights.read, another_vae=config.vae not in VAE_OF_THE_CHECKPOINT)
    return checkpoints.Checkpoints(found, read, kept=config.models_in_memory)
