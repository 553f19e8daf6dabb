"""Which versions draw here: with others, the same seed may be another picture."""

from __future__ import annotations

import diffusers
import torch
import transformers

from engine import __version__


def versions() -> dict[str, str]:
    """Give the versions of this engine and of what it computes with; torch's names its CUDA, too."""
    return {
        "eshi": __version__,
        "torch": str(torch.__version__),  # which is a class of its own, and no message takes it
        "diffusers": diffusers.__version__,
        "transformers": transformers.__version__,
    }
