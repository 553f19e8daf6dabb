"""How often things happen for one picture: calls of the networks, waits for the device, and different shapes."""

from __future__ import annotations

import dataclasses
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch._dynamo.utils import counters

from engine import compiling, random_weights
from engine.conditioning import encode
from engine.config import Engine
from engine.denoise import Key, Sample, predict_noise
from engine.timing import DEFAULT
from engine.wire import SamplingParams
from tests.bench._versus_stock import NEGATIVE, PROMPT
from tests.engine.elsewhere import Counting, Elsewhere, move
from tests.engine.test_compiling import SIZES

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


def compilations() -> tuple[int, int]:
    """Compile with one shape, then call every size, batch and length; the compiler's own count of graphs, and of more.

    Its trivial backend is enough, and needs no C++ compiler: what is counted happens before. The topology is SDXL's,
    and narrower still, because nine sizes of a million pixels are drawn.
    """
    model = random_weights.make("tiny", Engine(device="cpu"))
    torch.compiler.reset()
    counters.clear()
    compute = compiling.compiled("eager")
    compiling.warm(model, compute, [DEFAULT])
    graphs = counters["stats"]["unique_graphs"]
    more = [Key(height, width, chunks) for width, height in SIZES for chunks in (1, 3)]
    compiling.warm(model, compute, more, rows=(2, 8))
    return graphs, counters["stats"]["unique_graphs"] - graphs


def waits_a_step(model: Model) -> float:
    """Count on a device that is not there: waits for it and copies to it, a step, over all rows of a guided picture."""
    size = {"width": 64, "height": 64}
    here = encode(model, PROMPT, NEGATIVE, **size)
    names = [field.name for field in dataclasses.fields(here)]
    with torch.inference_mode(), Counting() as counting:
        far = move(model)
        there = dataclasses.replace(here, **{name: Elsewhere(getattr(here, name)) for name in names})
        sample = Sample(far, there, SamplingParams(num_inference_steps=8, **size), seed=0)
        counting.copies.clear()
        while not sample.finished:
            sample.advance(*predict_noise(far, [sample]))
    return (counting.waits.total() + counting.copies.total()) / sample.steps
