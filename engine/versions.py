"""Which versions draw here: with others, the same seed may be another picture."""

from __future__ import annotations

import diffusers
import torch
import transformers

from engine import __version__


def versions(*, keep_brightness: bool = False) -> dict[str, str]:
    """Give the versions of this engine and of what it computes with; torch's names its CUDA, too.

    Args:
        keep_brightness: Pictures are made lighter before they are drawn over, which is no version, but decides as much.
    """
    return {
        "eshi": __version__,
        "torch": str(torch.__version__),  # which is a class of its own, and no message takes it
        "diffusers": diffusers.__version__,
        "transformers": transformers.__version__,
        **({"keep_brightness": "on"} if keep_brightness else {}),
    }
