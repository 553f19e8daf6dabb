"""How often things happen for one picture: calls of the networks, waits for the device, and different shapes."""

from __future__ import annotations

import dataclasses
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch

from engine.conditioning import encode
from engine.denoise import Sample, predict_noise
from tests.bench._versus_stock import NEGATIVE, PROMPT
from tests.engine.elsewhere import Counting, Elsewhere, move

if TYPE_CHECKING:
    from collections.abc import Generator

    from engine.model import Model

PROMPTS = ("1girl", PROMPT, ", ".join([PROMPT] * 8), "red hair BREAK blue eyes, (night:1.3)", "")
"""From nothing to three chunks, with weights and BREAK."""


@contextmanager
def calls(module: Any, method: str = "forward") -> Generator[list[tuple[int, ...]]]:
    """Collect the shapes of the first argument of a module's calls."""
    shapes: list[tuple[int, ...]] = []
    plain = getattr(module, method)

    def counted(first: Any, *args: Any, **kwargs: Any) -> Any:
        shapes.append(
            (*first.shape, *(part.shape[1] for part in (kwargs.get("encoder_hidden_states"),) if part is not None))
        )
        return plain(first, *args, **kwargs)

    setattr(module, method, counted)
    try:
        yield shapes
    finally:
        delattr(module, method)


def waits_a_step(model: Model) -> float:
    """Count on a device that is not there: waits for it and copies to it, a step, over all rows of a guided picture."""
    size = {"width": 64, "height": 64}
    here = encode(model, PROMPT, NEGATIVE, **size)
    names = [field.name for field in dataclasses.fields(here)]
    with torch.inference_mode(), Counting() as counting:
        far = move(model)
        there = dataclasses.replace(here, **{name: Elsewhere(getattr(here, name)) for name in names})
        sample = Sample(far, there, sampler="euler_a", num_inference_steps=8, guidance_scale=5.0, seed=0, **size)
        counting.copies.clear()
        while not sample.finished:
            sample.advance(*predict_noise(far, [sample]))
    return (counting.waits.total() + counting.copies.total()) / sample.steps
