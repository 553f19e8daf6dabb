"""Draws with the demo checkpoint through diffusers' stock pipeline, for those who judge it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from diffusers import StableDiffusionXLPipeline

from engine.demo.caption import CHUNK, Caption
from engine.demo.samples import stack
from engine.demo.train_unet import encode
from engine.grammar import parse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PIL import Image
    from transformers import CLIPTokenizer

QUALITY = "masterpiece, high score, great score, absurdres"
NEGATIVE = (
    "lowres, bad anatomy, bad hands, text, error, missing finger, extra digits, fewer digits, cropped, worst quality, "
    "low quality, low score, bad score, average score, signature, watermark, username, blurry"
)
"""Both from the model card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One picture."""

    prompt: str
    negative_prompt: str = NEGATIVE
    seed: int


class Artist:
    """Holds a checkpoint on the CPU."""

    def __init__(self, checkpoint: Path) -> None:
        """Load it as anything of diffusers would."""
        self._pipeline: Any = StableDiffusionXLPipeline.from_pretrained(
            checkpoint, local_files_only=True, add_watermarker=False
        ).to(torch.float32)
        self._pipeline.set_progress_bar_config(disable=True)

    def draw(
        self, wishes: Sequence[Wish], size: tuple[int, int], num_inference_steps: int, guidance_scale: float = 5.0
    ) -> list[Image.Image]:
        """Draw pictures of one size, (width, height), in one batch."""
        pipeline = self._pipeline
        texts = [*(wish.prompt for wish in wishes), *(wish.negative_prompt for wish in wishes)]
        captions = [read(pipeline.tokenizer, text) for text in texts]
        ids, weights = stack(captions, read(pipeline.tokenizer, ""))
        with torch.no_grad():
            states, pooled = encode(pipeline.text_encoder, pipeline.text_encoder_2, ids, weights)
        count = len(wishes)
        return pipeline(
            prompt_embeds=states[:count],
            negative_prompt_embeds=states[count:],
            pooled_prompt_embeds=pooled[:count],
            negative_pooled_prompt_embeds=pooled[count:],
            width=size[0],
            height=size[1],
            num_inference_steps=num_inference_steps,
            guidance_scale=guidance_scale,
            generator=[torch.Generator().manual_seed(wish.seed) for wish in wishes],
        ).images


def read(tokenizer: CLIPTokenizer, prompt: str) -> Caption:
    """Read a prompt with its weights, in chunks of 75 tokens one after the other."""
    start, end = tokenizer("").input_ids
    sections: list[list[tuple[int, float]]] = [
        [
            (token, segment.weight)
            for segment in section
            for token in tokenizer(segment.text, add_special_tokens=False).input_ids
        ]
        for section in parse(prompt)
    ]
    chunks = [
        [(start, 1.0), *section[first : first + CHUNK]]
        for section in sections
        for first in range(0, max(1, len(section)), CHUNK)
    ]
    padded = [chunk + [(end, 1.0)] * (CHUNK + 2 - len(chunk)) for chunk in chunks]
    return Caption(
        tuple(tuple(token for token, _ in chunk) for chunk in padded),
        tuple(tuple(weight for _, weight in chunk) for chunk in padded),
    )
