"""The engine on a CPU, with a fixed tiny checkpoint: against the stock pipeline, its overheads, and a simulated GPU."""

from __future__ import annotations

import dataclasses
import logging
import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.conditioning import encode
from engine.config import Engine
from engine.encoded_texts import EncodedTexts
from engine.loading import load
from tests.bench import _checkpoint, _counters, _overhead, _pictures, _simulated
from tests.bench._rows import at_most, exactly, noted
from tests.bench._versus_stock import NEGATIVE, PROMPT, STEPS, ours, ratio, request, seconds, stock, stock_draw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.model import Model

PAIRS = 15
TINY = "UNet 64/128, latents 8×8"
LARGER = {"width": 208, "height": 304}  # latents 26×38


def run() -> Iterator[dict[str, Any]]:
    """Measure; a row a number, as soon as it is known."""
    logging.getLogger("transformers").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = _checkpoint.make(Path(folder))
        model = load(Engine(model=str(checkpoint), device="cpu"), report=lambda _stage: None)
        pipeline = stock(model, checkpoint)
        yield from _against_stock(model, pipeline)
        yield from _counted(model)
        yield from _prompts(model, pipeline)
        yield from _beside(model)
        yield from _simulated.rows()


def _against_stock(model: Model, pipeline: Any) -> list[dict[str, Any]]:
    four = [request(number) for number in range(4)]
    with ours(model) as engine:
        alone = ratio(lambda: engine.draw(request()), lambda: stock_draw(pipeline, request()), PAIRS)
        together = ratio(
            lambda: engine.draw(*four), lambda: [stock_draw(pipeline, wish) for wish in four], max(PAIRS // 3, 3)
        )
        wide = request(**LARGER)
        larger = ratio(lambda: engine.draw(wide), lambda: stock_draw(pipeline, wide), max(PAIRS // 5, 3))
    return [
        at_most(f"one picture over stock's ({TINY}; median of {PAIRS} pairs)", alone, "", 1.02),
        at_most(f"four jobs at once over four stock calls ({TINY})", together, "", 0.80),
        noted("one picture over stock's (latents 26×38)", larger, ""),
    ]


def _counted(model: Model) -> list[dict[str, Any]]:
    with (
        ours(model, limit=1) as engine,
        _counters.calls(model.unet) as unet,
        _counters.calls(model.vae, "decode") as vae,
    ):
        engine.draw(request())
        calls, decodes = len(unet), len(vae)
        unet.clear()
        for number, prompt in enumerate(_counters.PROMPTS):
            engine.draw(request(number, prompt=prompt, steps=1))
        shapes = len(set(unet))
    graphs, more = _counters.compilations()
    return [
        exactly("UNet calls for a picture of 28 steps", calls, "", STEPS),
        exactly("VAE decodes for it", decodes, "", 1),
        exactly("waits for the device and copies to it, a step", _counters.waits_a_step(model), "", 0),
        noted("graphs that compiling one shape makes", graphs, ""),
        exactly("more graphs over nine sizes, one to four pictures and one to three chunks", more, "", 0),
        exactly(f"distinct shapes over {len(_counters.PROMPTS)} prompts of one to three chunks", shapes, "", 3),
    ]


def _prompts(model: Model, pipeline: Any) -> list[dict[str, Any]]:
    size = {"width": 832, "height": 1216}

    def cold() -> None:
        encode(dataclasses.replace(model, texts=EncodedTexts()), PROMPT, NEGATIVE, **size)

    def theirs() -> None:
        pipeline.encode_prompt(PROMPT, negative_prompt=NEGATIVE)

    cached = statistics.median(seconds(lambda: encode(model, PROMPT, NEGATIVE, **size)) for _ in range(50))
    return [
        noted("prompt encoding, cold, over one stock encode_prompt", ratio(cold, theirs, PAIRS), ""),
        noted("prompt encoding, cached", cached * 1e3, "ms"),
    ]


def _beside(model: Model) -> list[dict[str, Any]]:
    took, size, pillow = _pictures.png_figures()
    return [
        at_most("PNG of 832×1216 with grain", took, "ms", 15),
        noted("PNG of 832×1216 with grain, size", size, "MB"),
        noted("the same by Pillow at level 1", pillow, "ms"),
        at_most(
            "worker's time a picture besides the networks, tensors of no size",
            _overhead.worker_ms(model, 64, 64),
            "ms",
            4.5,
        ),
        noted("the same at 832×1216, a device's arithmetic included", _overhead.worker_ms(model, 832, 1216), "ms"),
    ]


if __name__ == "__main__":
    for measured in run():
        print(measured)
