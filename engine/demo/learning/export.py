"""Writes trained networks as a checkpoint in diffusers layout, fp16, and says in it what it can draw."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from diffusers import StableDiffusionXLPipeline

from engine.demo.learning.networks import make_scheduler
from engine.demo.learning.vocabulary import make_tokenizer

if TYPE_CHECKING:
    from pathlib import Path

    from engine.demo.learning.painter import Painter
    from engine.demo.learning.vae import Coder

METADATA = {
    "_name": "eshi-demo",
    "_ratings": ["safe", "sensitive"],
    "_num_inference_steps": 20,
    "_guidance_scale": 1.9,
    "_guidance_rescale": 0.0,
}
"""Beside the pipeline's parts in `model_index.json`, where diffusers leaves names with an underscore alone: what
the model is called, the ratings that it can draw, and the steps, guidance and its rescaling that it draws best with."""


def write_checkpoint(painter: Painter, coder: Coder, folder: Path) -> None:
    """Write everything that `StableDiffusionXLPipeline.from_pretrained` and the engine need; replaces the folder."""
    shutil.rmtree(folder, ignore_errors=True)
    scheduler: Any = make_scheduler()  # the annotation is an enumeration of names
    pipeline = StableDiffusionXLPipeline(
        vae=coder.vae.half(),
        text_encoder=painter.text_encoder.half(),
        text_encoder_2=painter.text_encoder_2.half(),
        tokenizer=make_tokenizer(),
        tokenizer_2=make_tokenizer(),
        unet=painter.unet.half(),
        scheduler=scheduler,
        force_zeros_for_empty_prompt=False,  # trained with empty captions, which are encoded
        add_watermarker=False,
    )
    pipeline.save_pretrained(folder, safe_serialization=True)
    for weights in folder.rglob("*.safetensors"):
        weights.chmod(0o644)  # transformers writes them for the owner alone
    index = folder / "model_index.json"
    index.write_text(json.dumps(json.loads(index.read_text()) | METADATA, indent=2) + "\n")
