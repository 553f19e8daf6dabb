"""Which packages the engine needs that the bot does not, so that a sentence can name them where they are missing."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

from engine.errors import ModelLoadError

if TYPE_CHECKING:
    from collections.abc import Iterable

PACKAGES = ("torch", "diffusers", "transformers", "accelerate", "safetensors")
"""What the extra ``engine`` brings."""


def missing(names: Iterable[str] = PACKAGES) -> list[str]:
    """Name those packages that are not installed."""
    return [name for name in names if importlib.util.find_spec(name) is None]


def require(names: Iterable[str] = PACKAGES) -> None:
    """Say in a sentence what an import in the middle of something would fail with.

    Raises:
        ModelLoadError: One of them is not installed.
    """
    if absent := missing(names):
        raise ModelLoadError(
            f"the engine's packages are not installed ({', '.join(absent)}): run make install, or install Eshi with "
            'the extra "engine"',
            passing=True,
        )
